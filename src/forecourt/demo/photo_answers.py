"""What a web server answers for a photo: the photo, or one of five troubles that real dealers' servers have."""

from aiohttp import web

from forecourt.demo.cars import PhotoFile
from forecourt.demo.darkroom import Darkroom

BUSY_SECONDS = 3600
SMALL_WIDTH_PX = 600
_CUT_AT = 0.6
_NO_HOTLINKING = """<!doctype html>
<title>Photo protected</title>
<p>This photo is shown on our own pages only. Please visit our showroom.</p>
"""


async def answer_with_photo(request: web.BaseRequest, photo: PhotoFile, darkroom: Darkroom) -> web.StreamResponse:
    """`?w=` asks for the smaller form."""
    if photo.fate == "gone":
        return web.Response(status=404, text="Not here.\n")
    if photo.fate == "busy":
        return web.Response(status=429, text="Too many requests.\n", headers={"Retry-After": str(BUSY_SECONDS)})
    if photo.fate == "web_page":
        return web.Response(text=_NO_HOTLINKING, content_type="text/html")
    body = await darkroom.photo(photo, width_px=SMALL_WIDTH_PX if request.query.get("w") else None)
    content_type = f"image/{photo.file_type}"
    if photo.fate == "cut_short":
        return await _cut_short(request, body, content_type)
    if photo.fate == "damaged":
        body = body[: int(len(body) * _CUT_AT)]
    return web.Response(body=body, content_type=content_type, headers={"Cache-Control": "max-age=3600"})


async def _cut_short(request: web.BaseRequest, body: bytes, content_type: str) -> web.StreamResponse:
    """Announce the whole photo, send a part of it, hang up."""
    response = web.StreamResponse(headers={"Content-Type": content_type, "Content-Length": str(len(body))})
    response.force_close()
    await response.prepare(request)
    await response.write(body[: int(len(body) * _CUT_AT)])
    if request.transport:
        request.transport.close()
    return response
