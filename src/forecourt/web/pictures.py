"""`/i/{image_id}`: a photo's address for life. The dealer's URL until it is ours, then our copy."""

import re
from pathlib import PurePosixPath

import structlog
from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from forecourt.db.engine import reading
from forecourt.db.shown import ShownImage, one_image
from forecourt.web.file_answer import TYPES, answer_with_file
from forecourt.web.headers import PICTURE_POLICY
from forecourt.web.site import Site

# No style and no script: the picture's own CSP forbids both.
PLACEHOLDER = b"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" width="400" height="300" role="img">\
<title>No photo</title><rect width="400" height="300" fill="#8a9099" fill-opacity=".18"/>\
<g fill="none" stroke="#8a9099" stroke-width="6" stroke-linejoin="round" stroke-linecap="round">\
<path d="M110 178v-22l22-8 26-32h78l32 34 24 8v20z"/>\
<circle cx="150" cy="180" r="15"/><circle cx="250" cy="180" r="15"/></g></svg>
"""
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_CLOSED = {"Content-Security-Policy": PICTURE_POLICY}
_log = structlog.get_logger()


def picture_routes(site: Site) -> APIRouter:
    """The routes, for GET and HEAD."""
    router = APIRouter(tags=["photos"])

    @router.head("/i/{image_id}", include_in_schema=False)
    @router.get("/i/{image_id}", response_class=Response)
    def picture(image_id: str, request: Request) -> Response:
        """A photo: 302 to the dealer's URL until it is ours, then our copy; 410 once it was taken down."""
        if not _NUMBER.fullmatch(image_id):
            return _nothing(404, "There is no such photo.")
        with reading(site.engine) as connection:
            image = one_image(connection, int(image_id))
        if image is None:
            return _nothing(404, "There is no such photo.")
        if image.status == "removed":
            return _nothing(410, "This photo was taken down.")
        return _our_copy(site, image, request) or _dealers(site, image)

    return router


def _our_copy(site: Site, image: ShownImage, request: Request) -> Response | None:
    """None while the image is external, or where our file has vanished: then the dealer's may still show."""
    if image.storage_path is None:
        return None
    if public := site.public_url(image):
        return RedirectResponse(public, status_code=302, headers=_CLOSED | {"Cache-Control": "no-cache"})
    path = site.store.path_of(image.storage_path)
    if path is None or path.suffix not in TYPES:
        _log.error("stored photo is missing", image_id=image.id, storage_path=image.storage_path)
        return None
    etag = image.file_hash or PurePosixPath(image.storage_path).stem
    return answer_with_file(path, etag=etag, request_headers=request.headers, head=request.method == "HEAD")


def _dealers(site: Site, image: ShownImage) -> Response:
    """The dealer's URL. One that our own rules forbid never reaches a browser."""
    headers = _CLOSED | {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    url = site.outward(image.image_url if image.is_external else image.source_url)
    if url is None:
        return Response(PLACEHOLDER, media_type="image/svg+xml", headers=headers)
    return RedirectResponse(url, status_code=302, headers=headers)


def _nothing(status: int, text: str) -> Response:
    return PlainTextResponse(text + "\n", status_code=status, headers=_CLOSED | {"Cache-Control": "no-store"})
