"""How large a PNG, GIF or WebP says it is, before any decode, and a PNG's picture alone.

Pure, and total: any bytes give an answer or None. Sources: PNG (W3C, third edition) sections 5 and 11, GIF89a
section 18, the WebP container specification (RFC 9649) and RFC 6386, section 9.1.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from forecourt.photo.exif import orientation_of
from forecourt.photo.types import GIF, PNG, WEBP, PhotoType

_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_PNG_SHOWN_ANYWAY: Final = frozenset({b"IDAT", b"IEND"})  # a browser shows the rows that came before the fault
_CRC_BYTES: Final = 4
_LOSSLESS_SIZE: Final = 0x3FFF  # 14 bits


def size_of(photo_type: PhotoType, data: bytes) -> tuple[int, int] | None:
    """Width and height from the header; None if it is not whole, or the type has no reader here (AVIF)."""
    reader = _READERS.get(photo_type)
    try:
        return reader(data) if reader else None
    except struct.error:
        return None


@dataclass(frozen=True)
class Picture:
    """The bytes that are decoded; as far as the first broken part, where they are not whole."""

    data: bytes
    is_whole: bool


def png_picture(data: bytes) -> Picture | None:
    """The picture alone: what every decoder must read, and transparency. None if it is broken before its pixels.

    Text, profiles and the frames of an animation are left out; a checksum that fails there costs nothing.
    """
    kept = [_PNG_MAGIC]
    for name, body, is_sound in _png_chunks(data):
        is_critical = name[:1].isupper()
        if is_critical and not is_sound and name not in _PNG_SHOWN_ANYWAY:
            return None
        if is_critical or (is_sound and name == b"tRNS"):
            kept += [struct.pack("!I", len(body)), name, body, struct.pack("!I", zlib.crc32(body, zlib.crc32(name)))]
        if is_critical and (name == b"IEND" or not is_sound):
            return Picture(b"".join(kept), is_whole=is_sound)
    return Picture(b"".join(kept), is_whole=False)


def orientation(photo_type: PhotoType, data: bytes) -> int:
    """1 to 8; 1 where the file does not say."""
    if photo_type == PNG:
        exif = next((body for name, body, _ in _png_chunks(data) if name == b"eXIf"), b"")
    elif photo_type == WEBP:
        exif = next((body for name, body in _webp_chunks(data) if name == b"EXIF"), b"")
    else:
        exif = b""
    return orientation_of(exif.removeprefix(b"Exif\0\0"))


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Name, body, and whether it is all there and its checksum fits."""
    position = len(_PNG_MAGIC)
    while position + 8 <= len(data):
        length, name = struct.unpack_from("!I4s", data, position)
        body = data[position + 8 : position + 8 + length]
        position += 8 + length + _CRC_BYTES
        checksum = data[position - _CRC_BYTES : position]
        yield name, body, checksum == struct.pack("!I", zlib.crc32(body, zlib.crc32(name)))


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 12
    while position + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, position)
        yield name, data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _png_size(data: bytes) -> tuple[int, int] | None:
    name, width, height = struct.unpack_from("!4sII", data, 12)
    return (width, height) if name == b"IHDR" else None


def _gif_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _webp_size(data: bytes) -> tuple[int, int] | None:
    name = data[12:16]
    if name == b"VP8X":
        width, height = data[24:27], data[27:30]
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & _LOSSLESS_SIZE) + 1, (bits >> 14 & _LOSSLESS_SIZE) + 1
    if name == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & _LOSSLESS_SIZE, height & _LOSSLESS_SIZE
    return None


_READERS: Final[dict[PhotoType, Callable[[bytes], tuple[int, int] | None]]] = {
    PNG: _png_size,
    GIF: _gif_size,
    WEBP: _webp_size,
}
