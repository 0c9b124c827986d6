"""Larger forms that a page writes out for one of its photos only, for the others of the same gallery, too.

Where `7-210x138.jpg` and `7-1920x1080.jpg` are one photo, `8-210x138.jpg` of the same folder is asked for as
`8-1920x1080.jpg` first. The page's own address stays the next one: a size that is not there costs one request.
"""

import re
from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

_SIZE = re.compile(r"(?<=[-_.])\d{2,4}x\d{2,4}(?:x\d{1,3}|c)?(?=[-_.])")

Photo = tuple[str, ...]


def with_taught_sizes(photos: Sequence[Photo]) -> list[Photo]:
    """The photos, those in a small form alone with the largest form before it that another one has."""
    lessons: dict[tuple[str, str], str] = {}
    for photo in photos:
        sized = [parts for url in photo if (parts := _parts(url))]
        for small, large in permutations(sized, 2):
            if small[:2] == large[:2] and small.rest == large.rest:
                known = lessons.get((small.folder, small.size), small.size)
                lessons[small.folder, small.size] = max(known, large.size, key=_width_px)
    return [_taught(photo, lessons) for photo in photos]


def _taught(photo: Photo, lessons: dict[tuple[str, str], str]) -> Photo:
    parts = _parts(photo[0])
    larger = lessons.get((parts.folder, parts.size)) if parts else None
    if parts is None or larger is None:
        return photo
    return tuple(dict.fromkeys([f"{parts.folder}{parts.name}{larger}{parts.rest}", *photo]))


class _Parts(NamedTuple):
    folder: str
    name: str
    size: str
    rest: str


def _parts(url: str) -> _Parts | None:
    """None where there is not exactly one size in the file's name."""
    folder, slash, file = url.rpartition("/")
    found = list(_SIZE.finditer(file))
    if len(found) != 1 or "?" in url:
        return None
    [size] = found
    return _Parts(folder + slash, file[: size.start()], size[0], file[size.end() :])


def _width_px(size: str) -> int:
    return int(size.partition("x")[0])
