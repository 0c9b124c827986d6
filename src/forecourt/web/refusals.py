"""What went wrong, as the caller reads it: JSON for programs, a page for people."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.templating import Jinja2Templates

_FOR_PROGRAMS = ("/api/", "/functions/", "/healthz", "/readyz", "/openapi.json")
_log = structlog.get_logger()


def answer_refusals(app: FastAPI, templates: Jinja2Templates) -> None:
    """Register the handlers."""

    def say(request: Request, status: int, text: str, headers: dict[str, str] | None = None) -> Response:
        if request.url.path.startswith(_FOR_PROGRAMS):
            return JSONResponse({"detail": text}, status, headers)
        values = {"status": status, "text": text}
        return templates.TemplateResponse(request, "refusal.html", values, status_code=status, headers=headers)

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 (registered for it alone)
        text = "There is no such page." if error.detail == "Not Found" else str(error.detail)
        return say(request, error.status_code, text, dict(error.headers or {}))

    def misread(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for it alone)
        first = error.errors()[0]
        return say(request, 422, f"{first['loc'][-1]}: {first['msg']}")

    def database_away(request: Request, error: Exception) -> Response:
        _log.warning("a request found no database", path=request.url.path, error=str(error).splitlines()[0])
        return say(request, 503, "The database does not answer. Try again in a moment.", {"Retry-After": "5"})

    def failed(request: Request, _: Exception) -> Response:
        return say(request, 500, "Something went wrong here. It has been logged.")

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, misread)
    app.add_exception_handler(OperationalError, database_away)
    app.add_exception_handler(PoolTimeout, database_away)
    app.add_exception_handler(Exception, failed)
