"""A file whose header has been read, and how its picture is decoded small, type by type.

A JPEG is decoded strictly at an eighth of its size, which reads every bit of it and notices what Pillow passes over:
a file cut off, zeros in the middle. A refusal is a question, not a verdict: the picture is laid out again without
what surrounds it, and asked about once more. The other types are loaded by Pillow, the first frame only; a PNG's
checksums are ours to look at. WebP and AVIF have none: what is cut off is noticed, a hole in the middle mostly not.

The tolerant decoders show what Chromium shows: of a JPEG, a PNG and a GIF what is there, of a WebP or an AVIF that is
cut off nothing.
"""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import simplejpeg
from PIL import AvifImagePlugin, Image, ImageFile, UnidentifiedImageError, WebPImagePlugin, features

from forecourt.failure_kinds import FailureKind
from forecourt.photo import headers
from forecourt.photo.baseline import read_baseline
from forecourt.photo.exif import orientation_of
from forecourt.photo.jpeg import Frame, lay_out, read_header
from forecourt.photo.types import AVIF, JPEG, PNG, PhotoType

_HEAVY_PIXELS: Final = 12_000_000  # 16 bytes a pixel and more, for what cannot be decoded small
_SMALLEST_PX: Final = 100
_REDUCED_PX: Final = 200  # enough for the fingerprints
_CMYK: Final = 4
_ODD_SAMPLING: Final = "subsampling level"  # as TurboJPEG words it
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
Image.MAX_IMAGE_PIXELS = None  # the limit is an operator's setting, and judged before each step
_HAS_AVIF: Final = features.check("avif") and AvifImagePlugin.SUPPORTED
_PLUGINS: Final = (AvifImagePlugin, WebPImagePlugin)


class Refused(Exception):
    """No photo for us: a failure kind, and what was found instead."""

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(error, detail)
        self.error = error
        self.detail = detail


class Damaged(Exception):
    """What a decoder had to say."""


@dataclass(frozen=True)
class Opened:
    """A file whose header has been read, and how its picture is decoded small.

    Attributes:
        decode: Strictly; raises Damaged.
        decode_tolerantly: What a browser shows of it; raises Damaged where that is nothing.
    """

    width: int
    height: int
    orientation: int
    is_heavy: bool
    decode: Callable[[], Image.Image]
    decode_tolerantly: Callable[[], Image.Image]


def open_photo(found: PhotoType, data: bytes, *, max_pixels: int) -> Opened:
    """Read the header, and refuse by it what is too large, too small or of no type that is decoded here."""
    return _open_jpeg(data) if found == JPEG else _open_other(found, data, max_pixels=max_pixels)


def judge_size(width: int, height: int, *, max_pixels: int) -> None:
    """Refuse what would be too large to decode, and what is too small to be a photo."""
    if width * height > max_pixels:
        raise Refused(FailureKind.TOO_MANY_PIXELS, f"{width}x{height}, the limit is {max_pixels} pixels")
    if max(width, height) < _SMALLEST_PX or min(width, height) < 1:
        raise Refused(FailureKind.NOT_A_PHOTO, f"{width}x{height} pixels")


def _open_jpeg(data: bytes) -> Opened:
    header = read_header(data)
    if header is None:
        raise Refused(FailureKind.DAMAGED, "the file ends before its picture begins")
    frame = header.frame
    if not frame.is_decodable:
        raise Refused(FailureKind.UNSUPPORTED_TYPE, "JPEG, lossless or of more than eight bits")
    return Opened(
        width=frame.width,
        height=frame.height,
        orientation=header.orientation,
        is_heavy=(frame.is_progressive or not frame.is_usual) and frame.width * frame.height > _HEAVY_PIXELS,
        decode=lambda: _decode_jpeg(data, frame),
        decode_tolerantly=lambda: _decode_small(data, frame, strict=False),
    )


def _decode_jpeg(data: bytes, frame: Frame) -> Image.Image:
    if picture := read_baseline(data, frame):
        return picture
    if frame.is_progressive and (damage := lay_out(data, frame).damage):
        raise Damaged(damage)
    try:
        return _decode_small(data, frame, strict=True)
    except Damaged:
        return _decode_small(lay_out(data, frame).picture, frame, strict=True)  # a question, not a verdict


def _decode_small(data: bytes, frame: Frame, *, strict: bool) -> Image.Image:
    """Read every bit, and give the picture at an eighth of its size, or less reduced where that were tiny.

    Raises:
        Damaged: The decoder had anything to say; or, where it is not strict, could not go on.
    """
    factor = next((f for f in (8, 4, 2) if max(frame.width, frame.height) >= f * _SMALLEST_PX), 1)
    try:
        pixels = simplejpeg.decode_jpeg(
            data,
            "CMYK" if len(frame.components) == _CMYK else "RGB",
            min_width=-(-frame.width // factor),
            min_height=-(-frame.height // factor),
            strict=strict,
        )
    except ValueError as error:
        if _ODD_SAMPLING not in str(error):
            raise Damaged(str(error)) from error
        return _load_oddly_sampled(data, frame, strict=strict)
    if len(frame.components) == _CMYK:  # inverted, as Adobe writes it and every browser reads it
        pixels = (pixels[..., :3].astype(np.uint16) * pixels[..., 3:] // 255).astype(np.uint8)
    return Image.fromarray(pixels)


def _load_oddly_sampled(data: bytes, frame: Frame, *, strict: bool) -> Image.Image:
    """A CMYK with halved colours, say: browsers show it, and the fast decoder never does.

    Pillow passes over holes, so they are looked for. Were one a large even surface, that costs a second look.
    """
    if not strict:
        return _load_what_is_there(JPEG, data)
    if lay_out(data, frame).has_hole:
        raise Damaged("a hole in a scan")
    return _load(_image(JPEG, data))


def _open_other(photo_type: PhotoType, data: bytes, *, max_pixels: int) -> Opened:
    if photo_type == AVIF and not _HAS_AVIF:
        raise Refused(FailureKind.UNSUPPORTED_TYPE, "AVIF; this installation has no decoder for it")
    orientation = headers.orientation(photo_type, data)
    if photo_type != AVIF:
        size = headers.size_of(photo_type, data)
        if size is None:
            raise Refused(FailureKind.DAMAGED, "the header is not whole")
        judge_size(*size, max_pixels=max_pixels)
    picture = headers.png_picture(data) if photo_type == PNG else headers.Picture(data, is_whole=True)
    if picture is None:
        raise Refused(FailureKind.DAMAGED, "a part before the picture is missing or fails its checksum")
    try:
        image = _image(photo_type, picture.data)
    except Damaged as error:
        raise Refused(FailureKind.DAMAGED, str(error)) from error
    if photo_type == AVIF:
        orientation = orientation_of(image.info.get("exif", b"").removeprefix(b"Exif\0\0"))
    return Opened(
        width=image.width,
        height=image.height,
        orientation=orientation,
        is_heavy=image.width * image.height > _HEAVY_PIXELS,
        decode=lambda: _load_whole(image, is_whole=picture.is_whole),
        decode_tolerantly=lambda: _load_what_is_there(photo_type, picture.data),
    )


def _image(photo_type: PhotoType, data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=[photo_type.name.upper()])
    except UnidentifiedImageError as error:
        raise Damaged("the header is not whole") from error
    except _BROKEN as error:
        raise Damaged(_one_line(error)) from error


def _load_whole(image: Image.Image, *, is_whole: bool) -> Image.Image:
    if not is_whole:
        raise Damaged("a part is missing or fails its checksum")
    return _load(image)


def _load_what_is_there(photo_type: PhotoType, data: bytes) -> Image.Image:
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # Pillow knows only one switch for the whole process
    try:
        return _load(_image(photo_type, data))
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _load(image: Image.Image) -> Image.Image:
    try:
        image.load()
    except _BROKEN as error:
        raise Damaged(_one_line(error)) from error
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
