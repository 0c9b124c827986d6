"""Real photographs, each over and over with other bytes: they lie outside the project, and are only read there."""

import struct
from collections.abc import Mapping
from itertools import cycle, islice
from pathlib import Path

from forecourt.photo.decode import check_photo

_START = b"\xff\xd8"
_COMMENT = 0xFE
_LIMITS: Mapping[str, bool | int] = {"max_pixels": 50_000_000, "alone": True}


def real_photos(source: Path, folder: Path, count: int) -> list[Path]:
    """So many files; two of one photograph differ only in a comment with a number.

    Only those that Forecourt would store as whole photos take part, so that all have the same to do.

    Raises:
        SystemExit: There are none.
    """
    files = sorted(path.read_bytes() for path in source.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    whole = [data for data in files if data.startswith(_START) and _is_whole(data)]
    if not whole:
        raise SystemExit(f"no photographs under {source}: name their folder with --real")
    target = folder / "real"
    target.mkdir()
    paths = []
    for number, data in enumerate(islice(cycle(whole), count)):
        paths.append(target / f"{number}.jpg")
        paths[-1].write_bytes(with_comment(data, str(number).encode("ascii")))
    return paths


def with_comment(jpeg: bytes, text: bytes) -> bytes:
    """The same picture in a file of its own."""
    return _START + bytes((0xFF, _COMMENT)) + struct.pack("!H", len(text) + 2) + text + jpeg[len(_START) :]


def _is_whole(data: bytes) -> bool:
    seen = check_photo(dict(_LIMITS), data)
    return isinstance(seen, dict) and "error" not in seen and seen["damage"] is None
