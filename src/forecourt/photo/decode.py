"""The confined child's side of verification: is this a photo, whole, and of which size and look?

    type → size from the header → the whole entropy stream, decoded small → fingerprints

What is damaged is decoded once more, tolerantly: as far as a browser shows it. It then has its size and fingerprints
as well, and its damage is told along with them.
"""

import warnings
from collections.abc import Mapping
from typing import Final, cast

from PIL import Image

from forecourt.children.serving import JSON
from forecourt.failure_kinds import FailureKind
from forecourt.photo.exif import turns
from forecourt.photo.fingerprint import dhash, thumbhash
from forecourt.photo.opened import Damaged, Opened, Refused, judge_size, open_photo
from forecourt.photo.types import SNIFFED_BYTES, PhotoType, sniff

HEAVY: Final = "heavy"  # no failure: ask again with `alone`, while no other such file is being decoded
WEB_PAGE: Final = "web_page"

_FLAT: Final = 8  # of 255; lossy compression makes one colour differ by as much, a photo by far more
_FEW: Final = (8, 8)
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def check_photo(arguments: Mapping[str, JSON], data: bytes) -> JSON:
    """The task of `photo.verify`.

    Args:
        arguments: `max_pixels`; `alone`, whether a file that takes much memory may be decoded now.
        data: The whole file.

    Returns:
        `{type, width, height, thumbhash, dhash, damage}`, upright; `damage` is null for a whole photo, and else says
        what is wrong with one that a browser shows all the same. Or `{error, detail}`: a failure kind, WEB_PAGE or
        HEAVY.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _check(data, max_pixels=int(str(arguments["max_pixels"])), alone=bool(arguments["alone"]))
    except Refused as refused:
        return {"error": refused.error, "detail": refused.detail}


def _check(data: bytes, *, max_pixels: int, alone: bool) -> JSON:
    found = sniff(data[:SNIFFED_BYTES])
    if not isinstance(found, PhotoType):
        raise Refused(WEB_PAGE if found.is_web_page else FailureKind.UNSUPPORTED_TYPE, found.name)
    opened = open_photo(found, data, max_pixels=max_pixels)
    judge_size(opened.width, opened.height, max_pixels=max_pixels)
    if opened.is_heavy and not alone:
        raise Refused(HEAVY, f"{opened.width}x{opened.height} pixels")
    picture, damage = _decode(opened)
    if _is_flat(picture):
        raise Refused(FailureKind.DAMAGED, damage) if damage else Refused(FailureKind.NOT_A_PHOTO, "one flat colour")
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
        "damage": damage,
    }


def _decode(opened: Opened) -> tuple[Image.Image, str | None]:
    """The picture, and what is wrong with it if anything is."""
    try:
        return opened.decode(), None
    except Damaged as damaged:
        damage = str(damaged) or "the picture is not whole"
    try:
        return opened.decode_tolerantly(), damage
    except Damaged as error:
        raise Refused(FailureKind.DAMAGED, damage) from error


def _is_flat(picture: Image.Image) -> bool:
    few = picture.resize(_FEW, Image.Resampling.NEAREST)  # most photos differ in these already
    return _is_one_colour(few) and _is_one_colour(picture)


def _is_one_colour(picture: Image.Image) -> bool:
    bands = cast("tuple[tuple[int, int], ...]", picture.getextrema())
    return all(most - least <= _FLAT for least, most in bands)
