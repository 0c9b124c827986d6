"""A stored photo as an HTTP answer: ETag and 304, HEAD, one Range and 206.

The file is opened anew for each piece and closed before it is sent: a reader that is slow holds a socket, never a
file or a thread. That is safe because a stored file never changes.

Source: RFC 9110, sections 13 and 14.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from forecourt.web.headers import PICTURE_POLICY

PIECE_BYTES = 256 * 1024
# The one list of types that we serve; the name of a stored file was chosen by its bytes.
TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
_ONE_RANGE = re.compile(r"bytes=\s*(?P<first>\d{0,18})-(?P<last>\d{0,18})\s*", re.ASCII)


def answer_with_file(path: Path, *, etag: str, request_headers: Headers, head: bool) -> Response:
    """Send the file, a part of it, or the word that it has not changed.

    Args:
        path: A file of the photo store; its suffix is in TYPES.
        etag: Without quotes.
        request_headers: Asked for If-None-Match, Range and If-Range.
        head: The headers alone.

    Raises:
        FileNotFoundError: It is gone.

    Many ranges at once get the whole file, once.
    """
    size = path.stat().st_size
    headers = {
        "ETag": f'"{etag}"',
        "Cache-Control": "no-cache",
        "Accept-Ranges": "bytes",
        "Content-Security-Policy": PICTURE_POLICY,
        "Content-Type": TYPES[path.suffix],
    }
    if _knows(request_headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    part = _asked_part(request_headers, etag=etag, size=size)
    if part is None:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    headers["Content-Length"] = str(len(part))
    status = 200
    if len(part) != size:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        status = 206
    if head:
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_pieces(path, part), status_code=status, headers=headers)


def _knows(if_none_match: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return f'"{etag}"' in tags or tags == {"*"}


def _asked_part(headers: Headers, *, etag: str, size: int) -> range | None:
    """The bytes to send; None where one range was asked that the file does not have."""
    whole = range(size)
    asked = _ONE_RANGE.fullmatch(headers.get("range", ""))
    if asked is None or headers.get("if-range", f'"{etag}"') != f'"{etag}"':
        return whole
    first, last = asked["first"], asked["last"]
    if first:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return whole  # not a range at all
    elif last:
        start, stop = max(size - int(last), 0), size
    else:
        return whole
    return range(start, stop) if start < stop else None


async def _pieces(path: Path, part: range) -> AsyncIterator[bytes]:
    for start in range(part.start, part.stop, PIECE_BYTES):
        yield await run_sync(_read, path, start, min(PIECE_BYTES, part.stop - start))


def _read(path: Path, start: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)
