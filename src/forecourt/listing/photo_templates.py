"""Addresses of photos with a hole for the size, `…/{resize}/7.jpg`, filled as the page itself fills them.

Where the page shows one of its photos without the hole, all of them are asked for without it; else with the largest
size that the page writes into it somewhere. What cannot be filled from the page is left as it is, and gets no row.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from forecourt.listing.photo_forms import width_px

_HOLE = re.compile(r"(?:\{\{?|%7B|\$\{|\[\[)\s*[\w.:\-]{1,30}\s*(?:\}\}?|%7D|\]\])", re.IGNORECASE)
_LONGEST_FILLING = 24
_PIXELS = re.compile(r"\d{2,4}x\d{2,4}")
_NAMED_SIZE = re.compile(r"[\"'](\d{2,4}x\d{2,4})[\"']")  # a list of the sizes that there are

Photo = tuple[str, ...]


def filled(photos: Sequence[Photo], source: str) -> list[Photo]:
    """The photos with their holes filled.

    Args:
        source: The page's markup, in which the sizes are looked for.
    """
    holed = [photo for photo in photos if any(_HOLE.search(url) for url in photo)]
    if not holed:
        return list(photos)
    plain = source.replace("\\/", "/").replace("\\u002F", "/").replace("\\u002f", "/")
    is_shown_without = any(_without_hole(url) in plain for photo in holed for url in photo if _HOLE.search(url))
    filling = "" if is_shown_without else _largest_filling(holed, plain)
    return [tuple(_fill(url, filling, is_shown_without=is_shown_without) for url in photo) for photo in photos]


def has_hole(url: str) -> bool:
    """Whether an address still waits for a size. Numbers in braces are somebody's file names."""
    return any(any(map(str.isalpha, unquote(hole))) for hole in _HOLE.findall(url))


def _fill(url: str, filling: str, *, is_shown_without: bool) -> str:
    if is_shown_without:
        return _without_hole(url)
    return _HOLE.sub(lambda _: filling, url) if filling else url


def _without_hole(url: str) -> str:
    return re.sub(r"(?<!:)/{2,}", "/", _HOLE.sub("", url))


def _largest_filling(holed: Sequence[Photo], source: str) -> str:
    found: set[str] = set()
    for photo in holed[:20]:
        for url in photo:
            around = _HOLE.split(url.partition("://")[2])
            if len(around) == 2 and len(around[1]) > 4:  # noqa: PLR2004 (one hole, and enough behind it to tell the photo)
                pattern = re.escape(around[0]) + rf"([\w,.=\-]{{1,{_LONGEST_FILLING}}}?)" + re.escape(around[1])
                found.update(re.findall(pattern, source))
    if any(_PIXELS.fullmatch(filling) for filling in found):
        found.update(_NAMED_SIZE.findall(source))
    return max(found, key=lambda filling: (width_px(f"/{filling}/"), filling), default="")
