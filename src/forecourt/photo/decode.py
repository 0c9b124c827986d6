"""The confined child's side of verification: is this a photo, whole, and of which size and look?

    type → size from the header → the whole entropy stream, decoded small → fingerprints

A JPEG is decoded strictly at an eighth of its size, which reads every bit of it and notices what Pillow passes over:
a file cut off, zeros in the middle. A refusal is a question, not a verdict: the picture is laid out again without
what surrounds it, and asked about once more. The other types are loaded by Pillow, the first frame only; a PNG's
checksums are ours to look at. WebP and AVIF have none: what is cut off is noticed, a hole in the middle mostly not.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import simplejpeg
from PIL import AvifImagePlugin, Image, WebPImagePlugin, features

from forecourt.confined.child import JSON
from forecourt.failure_kinds import FailureKind
from forecourt.photo import headers
from forecourt.photo.exif import orientation_of, turns
from forecourt.photo.fingerprint import dhash, thumbhash
from forecourt.photo.jpeg import Layout, read_layout
from forecourt.photo.types import AVIF, JPEG, PNG, SNIFFED_BYTES, PhotoType, sniff

HEAVY: Final = "heavy"  # no failure: ask again with `alone`, while no other such file is being decoded
WEB_PAGE: Final = "web_page"

_HEAVY_PIXELS: Final = 12_000_000  # 16 bytes a pixel and more, for what cannot be decoded small
_SMALLEST_PX: Final = 100
_REDUCED_PX: Final = 200  # enough for the fingerprints
_FLAT: Final = 8  # of 255; lossy compression makes one colour differ by as much, a photo by far more
_CMYK: Final = 4
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's readers raise on broken bytes.
_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    RuntimeError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
)

Image.preinit()  # the plugins are imported now: later the child has few descriptors left
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
_HAS_AVIF: Final = features.check("avif") and AvifImagePlugin.SUPPORTED
_PLUGINS: Final = (AvifImagePlugin, WebPImagePlugin)


def check_photo(arguments: Mapping[str, JSON], data: bytes) -> JSON:
    """The task of `photo.verify`.

    Args:
        arguments: `max_pixels`; `alone`, whether a file that takes much memory may be decoded now.
        data: The whole file.

    Returns:
        `{type, width, height, thumbhash, dhash}`, upright, or `{error, detail}`: a failure kind, WEB_PAGE or HEAVY.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _check(data, max_pixels=int(str(arguments["max_pixels"])), alone=bool(arguments["alone"]))
    except _Refused as refused:
        return {"error": refused.error, "detail": refused.detail}


class _Refused(Exception):
    def __init__(self, error: str, detail: str) -> None:
        super().__init__(error, detail)
        self.error = error
        self.detail = detail


@dataclass(frozen=True)
class _Opened:
    """A file whose header has been read, and how its picture is decoded small."""

    width: int
    height: int
    orientation: int
    is_heavy: bool
    decode: Callable[[], Image.Image]


def _check(data: bytes, *, max_pixels: int, alone: bool) -> JSON:
    found = sniff(data[:SNIFFED_BYTES])
    if not isinstance(found, PhotoType):
        raise _Refused(WEB_PAGE if found.is_web_page else FailureKind.UNSUPPORTED_TYPE, found.name)
    opened = _open_jpeg(data) if found == JPEG else _open_other(found, data, max_pixels=max_pixels)
    _judge_size(opened.width, opened.height, max_pixels=max_pixels)
    if opened.is_heavy and not alone:
        raise _Refused(HEAVY, f"{opened.width}x{opened.height} pixels")
    picture = opened.decode()
    if all(high - low <= _FLAT for low, high in _extremes(picture)):
        raise _Refused(FailureKind.NOT_A_PHOTO, "one flat colour")
    if opened.orientation in _UPRIGHT:
        picture = picture.transpose(_UPRIGHT[opened.orientation])
    width, height = opened.width, opened.height
    if turns(opened.orientation):
        width, height = height, width
    return {
        "type": found.name,
        "width": width,
        "height": height,
        "thumbhash": thumbhash(picture),
        "dhash": dhash(picture),
    }


def _judge_size(width: int, height: int, *, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise _Refused(FailureKind.TOO_MANY_PIXELS, f"{width}x{height}, the limit is {max_pixels} pixels")
    if max(width, height) < _SMALLEST_PX or min(width, height) < 1:
        raise _Refused(FailureKind.NOT_A_PHOTO, f"{width}x{height} pixels")


def _extremes(picture: Image.Image) -> list[tuple[int, int]]:
    return [(int(band.min()), int(band.max())) for band in np.moveaxis(np.asarray(picture), 2, 0)]


def _open_jpeg(data: bytes) -> _Opened:
    layout = read_layout(data)
    if layout is None:
        raise _Refused(FailureKind.DAMAGED, "the file ends before its picture begins")
    frame = layout.frame
    if not frame.is_decodable:
        raise _Refused(FailureKind.UNSUPPORTED_TYPE, "JPEG, lossless or of more than eight bits")
    return _Opened(
        width=frame.width,
        height=frame.height,
        orientation=layout.orientation,
        is_heavy=frame.is_progressive and frame.width * frame.height > _HEAVY_PIXELS,
        decode=lambda: _decode_jpeg(data, layout),
    )


def _decode_jpeg(data: bytes, layout: Layout) -> Image.Image:
    try:
        return _decode_strictly(data, layout)
    except ValueError:
        pass  # a question, not a verdict
    try:
        return _decode_strictly(layout.picture, layout)
    except ValueError as error:
        raise _Refused(FailureKind.DAMAGED, str(error)) from error


def _decode_strictly(data: bytes, layout: Layout) -> Image.Image:
    """Read every bit, and give the picture at an eighth of its size, or less reduced where that were tiny.

    Raises:
        ValueError: The decoder had anything to say.
    """
    frame = layout.frame
    factor = next((f for f in (8, 4, 2) if max(frame.width, frame.height) >= f * _SMALLEST_PX), 1)
    pixels = simplejpeg.decode_jpeg(
        data,
        "CMYK" if frame.components == _CMYK else "RGB",
        min_width=-(-frame.width // factor),
        min_height=-(-frame.height // factor),
        strict=True,
    )
    if frame.components == _CMYK:  # inverted, as Adobe writes it and every browser reads it
        pixels = (pixels[..., :3].astype(np.uint16) * pixels[..., 3:] // 255).astype(np.uint8)
    return Image.fromarray(pixels)


def _open_other(photo_type: PhotoType, data: bytes, *, max_pixels: int) -> _Opened:
    if photo_type == AVIF and not _HAS_AVIF:
        raise _Refused(FailureKind.UNSUPPORTED_TYPE, "AVIF; this installation has no decoder for it")
    orientation = headers.orientation(photo_type, data)
    if photo_type != AVIF:
        size = headers.size_of(photo_type, data)
        if size is None:
            raise _Refused(FailureKind.DAMAGED, "the header is not whole")
        _judge_size(*size, max_pixels=max_pixels)
    picture = headers.png_picture(data) if photo_type == PNG else data
    if picture is None:
        raise _Refused(FailureKind.DAMAGED, "a part is missing or fails its checksum")
    Image.MAX_IMAGE_PIXELS = None  # the limit is an operator's setting, and judged before each step
    try:
        image = Image.open(io.BytesIO(picture), formats=[photo_type.name.upper()])
    except _BROKEN as error:
        raise _Refused(FailureKind.DAMAGED, _one_line(error)) from error
    if photo_type == AVIF:
        orientation = orientation_of(image.info.get("exif", b"").removeprefix(b"Exif\0\0"))
    return _Opened(
        width=image.width,
        height=image.height,
        orientation=orientation,
        is_heavy=image.width * image.height > _HEAVY_PIXELS,
        decode=lambda: _load(image),
    )


def _load(image: Image.Image) -> Image.Image:
    try:
        image.load()
    except _BROKEN as error:
        raise _Refused(FailureKind.DAMAGED, _one_line(error)) from error
    if image.mode.startswith("I"):  # 16 bits; Pillow's own conversion cuts at 255
        whole: Image.Image = Image.fromarray((np.asarray(image).clip(0, 0xFFFF) >> 8).astype(np.uint8))
    elif image.mode in {"P", "PA", "1"}:
        whole = image.convert("RGBA")
    else:
        whole = image
    factor = max(1, max(whole.size) // _REDUCED_PX)
    return whole.reduce(factor).convert("RGBA")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
