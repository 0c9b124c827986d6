"""Photos as they come from broken disks, cut connections and people with bad intentions, each drawn from a seed."""

import struct
import zlib
from collections.abc import Sequence
from random import Random

from photo_made import encoded, picture
from PIL import Image
from saved_pages import SHARED

_HEAD_BYTES = 700  # where sizes, tables and types stand
_EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF)
_LONG_EXTREMES = (0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 9_500, 65_535, 7_000)
_LARGEST_SHARED_BYTES = 400_000
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_MARKERS = (0xC0, 0xC2, 0xC4, 0xC9, 0xD0, 0xD9, 0xDA, 0xDB, 0xDD, 0xE0, 0xE1, 0xFE)
_PNG = b"\x89PNG\r\n\x1a\n"


def good_photos(*, real: bool) -> list[bytes]:
    """Of every type that is supported, in several ways of writing it, and small ones of the shared photographs."""
    small, frames = picture(160, 120, seed=1), [picture(120, 100, seed=seed) for seed in range(4)]
    made = [encoded(small, "JPEG", quality=80, progressive=progressive) for progressive in (False, True)]
    made += [encoded(small, "JPEG", subsampling=0, restart_marker_blocks=3), encoded(small.convert("L"), "JPEG")]
    made += [encoded(picture(640, 480), "JPEG", quality=40)]  # large enough for our own walk
    made += [encoded(small.convert("CMYK"), "JPEG"), encoded(small, "JPEG", exif=_exif(), icc_profile=bytes(3_000))]
    made += [encoded(small.convert(mode), "PNG") for mode in ("RGB", "RGBA", "P", "L", "LA", "1", "I;16")]
    made += [encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])]
    made += [encoded(small, "WebP", lossless=lossless) for lossless in (False, True)]
    made += [
        encoded(small.convert("RGBA"), "WebP"),
        encoded(frames[0], "WebP", save_all=True, append_images=frames[1:]),
    ]
    made += [encoded(small, "GIF"), encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0)]
    if real:
        files = sorted(path for path in (SHARED / "photos").glob("*/*") if path.stat().st_size < _LARGEST_SHARED_BYTES)
        made += [
            path.read_bytes() for path in files if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp", ".gif")
        ]
    return made


def odd_photo(random: Random, good: Sequence[bytes]) -> bytes:
    """One of them, spoilt in one to five ways; checksums and lengths are often made right again, to get deeper."""
    photo = random.choice(good)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
        photo = random.choice(_SPOILERS)(random, photo, good)
    if random.random() < 0.7:  # noqa: PLR2004 (else what stands before the picture is all that is read)
        photo = _consistent(photo)
    return photo


def _flip(random: Random, photo: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(photo)
    for _time in range(random.choice((1, 1, 3, 30, 300)) if photo else 0):
        changed[_place(random, photo)] = random.choice((random.randrange(256), random.choice(_EXTREMES)))
    return bytes(changed)


def _number(random: Random, photo: bytes, _: Sequence[bytes]) -> bytes:
    """A length, a size or an offset that nobody expects."""
    kind = random.choice((">H", "<H", ">I", "<I"))
    value = struct.pack(kind, random.choice(_LONG_EXTREMES) & (0xFFFF if kind.endswith("H") else 0xFFFFFFFF))
    at = _place(random, photo)
    return photo[:at] + value + photo[at + len(value) :]


def _cut(random: Random, photo: bytes, _: Sequence[bytes]) -> bytes:
    return photo[: random.randrange(len(photo) + 1)]


def _zeros(random: Random, photo: bytes, _: Sequence[bytes]) -> bytes:
    begin, end = _span(random, photo)
    return photo[:begin] + random.choice((b"\0", b"\xff", b"\xff\xd8")) * (end - begin) + photo[end:]


def _remove(random: Random, photo: bytes, _: Sequence[bytes]) -> bytes:
    begin, end = _span(random, photo)
    return photo[:begin] + photo[end:]


def _repeat(random: Random, photo: bytes, _: Sequence[bytes]) -> bytes:
    begin, end = _span(random, photo)
    times = min(random.choice((1, 3, 100, 3_000)), 1_000_000 // (end - begin + 1))
    return photo[:end] + photo[begin:end] * times + photo[end:]


def _splice(random: Random, photo: bytes, good: Sequence[bytes]) -> bytes:
    other = random.choice(good)
    begin, end = _span(random, other)
    at = _place(random, photo)
    return photo[:at] + other[begin:end] + photo[at:]


def _jpeg_marker(random: Random, photo: bytes, _: Sequence[bytes]) -> bytes:
    """One marker becomes another, or a scan comes again and again."""
    places = [at for at in range(min(len(photo), 100_000) - 1) if photo[at] == 0xFF and photo[at + 1] not in (0, 0xFF)]  # noqa: PLR2004
    if not places:
        return photo
    at = random.choice(places)
    if random.random() < 0.3:  # noqa: PLR2004
        return photo + photo[at : at + 20_000] * random.choice((1, 50, 500))
    return photo[: at + 1] + bytes((random.choice(_MARKERS),)) + photo[at + 2 :]


_SPOILERS = (_flip, _flip, _number, _number, _cut, _zeros, _remove, _repeat, _splice, _jpeg_marker)


def _consistent(photo: bytes) -> bytes:
    if photo.startswith(_PNG):
        return _with_checksums(photo)
    if photo[:4] == b"RIFF":
        return photo[:4] + struct.pack("<I", max(0, len(photo) - 8)) + photo[8:]
    return photo


def _with_checksums(png: bytes) -> bytes:
    parts, at = [_PNG], len(_PNG)
    while at + 8 <= len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        body = png[at + 4 : at + 8 + length]
        parts += [png[at : at + 4], body, struct.pack(">I", zlib.crc32(body))]
        at += length + 12
    return b"".join(parts)


def _place(random: Random, photo: bytes) -> int:
    """More often at the head."""
    return random.randrange(max(1, min(len(photo), random.choice((64, _HEAD_BYTES, len(photo))))))


def _span(random: Random, photo: bytes) -> tuple[int, int]:
    begin = _place(random, photo)
    return begin, min(len(photo), begin + random.randrange(1, random.choice((4, 60, 2_000, 20_000))))


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a description"
    return exif.tobytes()
