"""docs/http.md and the web application say the same."""

import asyncio
from pathlib import Path

from docs_pages import rows, text_of
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from forecourt.settings import Settings
from forecourt.web.app import create_app

FOR_PROGRAMS = {"GET /openapi.json"}


def test_each_route_has_its_line_and_each_line_its_route(tmp_path: Path) -> None:
    routes = asyncio.run(_routes(create_app(Settings(home=tmp_path))))

    assert set(rows(text_of("http.md"))) == routes - FOR_PROGRAMS


async def _routes(app: FastAPI) -> set[str]:
    """But for HEAD, which goes with GET, and for folders of files, which have no method."""
    async with app.router.lifespan_context(app):
        contexts = list(iter_route_contexts(app.routes))
    return {f"{method} {each.path}" for each in contexts for method in each.methods or () if method != "HEAD"}
