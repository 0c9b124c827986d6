"""Good photos spoilt in their picture data: cut off at a random place, or with 2 KB of zeros there."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from random import Random
from typing import Any

from photo_made import encoded, picture
from PIL import Image
from saved_pages import photographs

from forecourt.photo.decode import check_photo

HOLE_BYTES = 2048
LIMITS = {"max_pixels": 50_000_000, "alone": True}
KINDS: Mapping[str, Callable[[Image.Image], bytes]] = {
    "JPEG": partial(encoded, kind="JPEG", quality=85),
    "JPEG, progressive": partial(encoded, kind="JPEG", quality=85, progressive=True),
    "PNG": partial(encoded, kind="PNG"),
    "WebP": partial(encoded, kind="WEBP", quality=80),
    "WebP, lossless": partial(encoded, kind="WEBP", lossless=True, quality=0, method=0),
}


@dataclass
class Noticed:
    """Of so many spoilt photos, how many were found damaged, and how many of these can be shown all the same."""

    photos: int = 0
    damaged: int = 0
    shown: int = 0

    def look_at(self, data: bytes) -> None:
        """One more."""
        answer = verdict(data)
        self.photos += 1
        self.damaged += answer in ("damaged", "damaged, can be shown")
        self.shown += answer == "damaged, can be shown"


def verdict(data: bytes) -> str:
    """`whole`, `damaged, can be shown`, or the failure kind."""
    answer: Any = check_photo(LIMITS, data)
    if "error" in answer:
        return str(answer["error"])
    return "damaged, can be shown" if answer["damage"] else "whole"


def good_photos(kind: str, number: int) -> Iterator[bytes]:
    """Photographs of real cameras where there are some, in this kind; made ones for the rest."""
    if kind == "JPEG":
        real: Iterator[bytes] = (path.read_bytes() for path in photographs())
    else:
        real = (KINDS[kind](image) for image in _real_pictures())
    made = (KINDS[kind](picture(800, 600, seed=seed)) for seed in count())
    good = (photo for photo in chain(real, made) if verdict(photo) == "whole" and len(picture_data(photo)) > HOLE_BYTES)
    return islice(good, number)


def _real_pictures() -> Iterator[Image.Image]:
    for path in photographs():
        if verdict(data := path.read_bytes()) == "whole":
            image = Image.open(io.BytesIO(data)).convert("RGB")
            image.thumbnail((800, 800))
            yield image


def picture_data(photo: bytes) -> range:
    """Where the coded picture lies: behind the headers, before the end."""
    if photo.startswith(b"\xff\xd8"):
        return range(_first_scan(photo), photo.rindex(b"\xff\xd9"))
    if photo.startswith(b"\x89PNG"):
        return range(photo.index(b"IDAT") + 4, photo.rindex(b"IEND") - 8)
    return range(photo.index(b"VP8") + 18, len(photo) - 2)


def _first_scan(jpeg: bytes) -> int:
    """Behind its header; the thumbnail in a segment before it is a JPEG of its own."""
    place = 2
    while True:
        code, length = jpeg[place + 1], int.from_bytes(jpeg[place + 2 : place + 4], "big")
        place += 2 + length
        if code == 0xDA:  # noqa: PLR2004 (start of scan)
            return place


def cut(photo: bytes, random: Random) -> bytes:
    """The rest never came."""
    return photo[: random.choice(picture_data(photo))]


def with_hole(photo: bytes, random: Random) -> bytes:
    """As long as it was, with zeros where 2 KB of picture were."""
    place = picture_data(photo)
    start = random.randrange(place.start, place.stop - HOLE_BYTES)
    return photo[:start] + bytes(HOLE_BYTES) + photo[start + HOLE_BYTES :]


def verdicts(photos: list[Path]) -> dict[Path, str]:
    """What becomes of each."""
    return {path: verdict(path.read_bytes()) for path in photos}
