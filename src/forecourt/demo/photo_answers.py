"""What a web server answers for a photo: the photo, or one of five troubles that real dealers' servers have."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from forecourt.demo.cars import PhotoFile
from forecourt.demo.darkroom import Darkroom

BUSY_SECONDS = 3600
SMALL_WIDTH_PX = 600
_CUT_AT = 0.6
_NO_HOTLINKING = """<!doctype html>
<title>Photo protected</title>
<p>This photo is shown on our own pages only. Please visit our showroom.</p>
"""


async def photo_answer(request: Request, photo: PhotoFile, darkroom: Darkroom) -> Response:
    """`?w=` asks for the smaller form."""
    if photo.fate == "gone":
        return PlainTextResponse("Not here.\n", status_code=404)
    if photo.fate == "busy":
        return PlainTextResponse("Too many requests.\n", status_code=429, headers={"Retry-After": str(BUSY_SECONDS)})
    if photo.fate == "web_page":
        return HTMLResponse(_NO_HOTLINKING)
    body = await darkroom.photo(photo, width_px=SMALL_WIDTH_PX if request.query_params.get("w") else None)
    content_type = f"image/{photo.file_type}"
    if photo.fate == "cut_short":
        return _CutShort(body, media_type=content_type, headers={"Connection": "close"})
    if photo.fate == "damaged":
        body = body[: int(len(body) * _CUT_AT)]
    return Response(body, media_type=content_type, headers={"Cache-Control": "max-age=3600"})


class _CutShort(Response):
    """Announces the whole photo, sends a part of it, and hangs up: what is missing at the end closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (the signature of ASGI)
        whole = bytes(self.body)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": whole[: int(len(whole) * _CUT_AT)], "more_body": True})
