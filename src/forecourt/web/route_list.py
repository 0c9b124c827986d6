"""`/docs`: every route a line, made from the OpenAPI description. No script, nothing from elsewhere."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates


def route_list(app: FastAPI, templates: Jinja2Templates) -> APIRouter:
    """The one route."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    def docs(request: Request) -> Response:
        """What can be asked, and with which parameters."""
        routes: list[dict[str, Any]] = [
            {
                "method": method.upper(),
                "path": path,
                "text": route["description"],
                "parameters": [parameter["name"] for parameter in route.get("parameters", [])],
            }
            for path, methods in app.openapi()["paths"].items()
            for method, route in methods.items()
        ]
        return templates.TemplateResponse(request, "docs.html", {"routes": routes})

    return router
