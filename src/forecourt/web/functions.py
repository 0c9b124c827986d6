"""POST /functions/v1/…: the reference system's endpoints, so that its callers switch by changing a base URL.

token → request → a child process (`forecourt <command> … --json`) → its one JSON object
"""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from forecourt.web.child_jobs import ChildJobs, JobEnd, TooManyJobs
from forecourt.web.function_requests import (
    BackfillImages,
    ExtractAllOrgs,
    FunctionRequest,
    ProcessImportQueue,
    TrickleBackfillImages,
)
from forecourt.web.site import Site

FUNCTIONS: dict[str, type[FunctionRequest]] = {
    "extract-all-orgs-inventory": ExtractAllOrgs,
    "process-import-queue": ProcessImportQueue,
    "trickle-backfill-images": TrickleBackfillImages,
    "backfill-images": BackfillImages,
}
LARGEST_BODY_BYTES = 1024 * 1024  # about what the arguments of a process may hold
ANSWERS = frozenset({0, 3, 75})  # done; done with failures counted; something waits
WRONG_USE = 2
_LONGEST_ERROR = 500  # characters, as in the reference system
_log = structlog.get_logger()


def function_routes(site: Site, jobs: ChildJobs) -> APIRouter:
    """One route per function, all alike."""
    router = APIRouter(prefix="/functions/v1", tags=["functions"])
    for name, model in FUNCTIONS.items():
        body = {"content": {"application/json": {"schema": model.model_json_schema()}}}
        router.add_api_route(
            f"/{name}",
            _route(site, jobs, model),
            methods=["POST"],
            name=name,
            description=f"Runs `forecourt {model.command}` and answers with its result. Needs the token.",
            openapi_extra={"requestBody": body},
        )
    return router


def _route(site: Site, jobs: ChildJobs, model: type[FunctionRequest]) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def run(request: Request) -> JSONResponse:
        if refused := _refuse(site.settings.api_token, request):
            return refused
        try:
            body = await _read(request)
        except ClientDisconnect:
            return _failed(400, "The body did not come.")  # nobody hears it, and nothing begins
        if body is None:
            return _failed(413, f"The body is larger than {LARGEST_BODY_BYTES} bytes.")
        try:
            wanted = model.model_validate_json(body.strip() or b"{}")
        except ValidationError as error:
            return _failed(400, _first_fault(error))
        try:
            end = await jobs.run([model.command, *wanted.options(), "--json"], caller_gone=_gone(request))
        except TooManyJobs:
            answer = _failed(503, "Other jobs are running; try again later.")
            answer.headers["Retry-After"] = "30"
            return answer
        return _answer(model.command, end)

    return run


def _refuse(token: str | None, request: Request) -> JSONResponse | None:
    if not token:
        return _failed(403, "Closed. Set FORECOURT_API_TOKEN to open the routes that change something.")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
        return None
    refused = _failed(401, "Send the header Authorization: Bearer with the value of FORECOURT_API_TOKEN.")
    refused.headers["WWW-Authenticate"] = "Bearer"
    return refused


async def _read(request: Request) -> bytes | None:
    """The body; None where it is too large."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY_BYTES:
            return None
    return body


async def _gone(request: Request) -> None:
    """Return when the caller has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _first_fault(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return f"{field}: {first['msg']}" if field else str(first["msg"])


def _answer(command: str, end: JobEnd) -> JSONResponse:
    said = end.stderr.decode(errors="replace").strip().splitlines()
    last_line = said[-1].strip().removeprefix("forecourt: ") if said else f"{command} ended with code {end.code}"
    if end.code == WRONG_USE:
        return _failed(400, last_line)
    if end.code in ANSWERS and (result := _json_object(end.stdout)) is not None:
        return JSONResponse(result)
    _log.error("job failed", command=command, code=end.code, last_line=last_line)
    return _failed(500, last_line)


def _json_object(text: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _failed(status: int, error: str) -> JSONResponse:
    return JSONResponse({"success": False, "error": error[:_LONGEST_ERROR]}, status)
