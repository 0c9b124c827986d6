"""The photos that a state names for one of its vehicles: the longest list of them, each with all its forms."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache

from forecourt.listing.flattened import CONTAINERS, resolved
from forecourt.listing.photo_forms import from_srcset, is_photo_url, may_be_photo, stem
from forecourt.listing.state_kernels import Identity
from forecourt.listing.state_keys import is_its_own, plain_key
from forecourt.listing.state_shapes import StateVehicle

MOST_PHOTOS = 500
MOST_VISITED = 8_000
_DEEPEST = 8
_DEEPEST_FORM = 3  # sizes of the sources of a photo
_NAMED = re.compile(r"image|photo|picture|gallery|media|bild|foto|img|carousel|slide")
_NO_PHOTOS = re.compile(
    r"logo|icon|badge|avatar|video|spin|360|threesixty|brochure|document|map|banner|advert(?:s|isement)|flag|equipment"
    r"|feature|placeholder|award|certif|manufacturer|brand(?:ing)?$",
)
_NO_PHOTO = re.compile(r"video|youtube|360|spin", re.IGNORECASE)
_KINDS = ("type", "mediaType", "kind", "category")
_URL_KEYS = re.compile(r"url|src|href|uri|original|large|full|link|path|big|zoom|xl|hd|image|photo|size|desktop|retina")
_SINGLE = frozenset(
    """
    mainimage mainimageurl imageurl image photo photourl coverimage cover headerimage primaryimage ogimageurl
    thumbnail thumbnailurl
    """.split()
)

Photo = tuple[str, ...]


def photos_of_state(vehicle: StateVehicle) -> list[Photo]:
    """Each photo once, its forms as the state writes them, in the order of the longest list."""
    lists: list[tuple[int, list[Photo]]] = []
    singles: dict[str, Photo] = {}
    for container, is_named in _containers(vehicle):
        if isinstance(container, list):
            if photos := gallery_of(container, is_named=is_named, cache=vehicle.cache):
                lists.append((len({stem(photo[0]) for photo in photos}), photos))
        else:
            for key, inner in container.items():
                if isinstance(inner, str) and plain_key(key) in _SINGLE and is_photo_url(inner):
                    singles.setdefault(stem(inner), (inner,))
    if not lists:
        return list(singles.values())
    return max(lists, key=lambda found: found[0])[1]


def longest_gallery(state: object) -> list[Photo]:
    """The longest list of photos in a state that tells no vehicle."""
    none: frozenset[int] = frozenset()
    nobody = StateVehicle(state, Identity("", "", "", ""), none, none, none, is_others=False, cache={})
    lists = [gallery_of(one, is_named=named, cache={}) for one, named in _containers(nobody) if isinstance(one, list)]
    return max(lists, key=len, default=[])


def gallery_of(container: list[object], *, is_named: bool, cache: Mapping[str, object]) -> list[Photo]:
    """The photos in a list, if most of what it holds are photos."""
    photos = [photo for one in container[:MOST_PHOTOS] if (photo := _photo(resolved(one, cache), is_named=is_named))]
    return photos if 2 * len(photos) >= len(container) else []


def _containers(vehicle: StateVehicle) -> Iterator[tuple[list[object] | Mapping[str, object], bool]]:
    """Lists and objects of the vehicle, and whether a key above them speaks of photos; not those of others."""
    waiting: deque[tuple[object, bool, int]] = deque([(vehicle.scope, False, 0)])
    for _ in range(MOST_VISITED):
        if not waiting:
            return
        container, is_named, depth = waiting.popleft()
        value = resolved(container, vehicle.cache)
        if depth > _DEEPEST or (id(value) in vehicle.closed and depth):
            continue
        if isinstance(value, list):
            yield value, is_named
            waiting += [(one, is_named, depth + 1) for one in value[:100] if isinstance(one, CONTAINERS)]
        elif isinstance(value, dict):
            yield value, is_named
            for key, inner in value.items():
                if not isinstance(inner, CONTAINERS):
                    continue
                leads = id(inner) in vehicle.trail
                if leads or (is_its_own(key) and not _is_of_other_pictures(key)):
                    waiting.append((inner, is_named or _is_of_photos(key), depth + 1))


@lru_cache(maxsize=20_000)
def _is_of_photos(key: str) -> bool:
    return bool(_NAMED.search(plain_key(key)))


@lru_cache(maxsize=20_000)
def _is_of_other_pictures(key: str) -> bool:
    return bool(_NO_PHOTOS.search(plain_key(key)))


def _photo(value: object, *, is_named: bool) -> Photo:
    """The forms of one photo: a bare address, or those in an object; empty where it is none."""
    if isinstance(value, str):
        return (value,) if is_photo_url(value) or (is_named and _is_address(value)) else ()
    if not isinstance(value, dict) or any(_NO_PHOTO.search(str(value[key])) for key in _KINDS if value.get(key)):
        return ()
    forms = sorted(_addresses(value, is_named=is_named, depth=0), key=lambda form: -form[0])
    return tuple(dict.fromkeys(url for _, url in forms))


def _addresses(value: Mapping[str, object], *, is_named: bool, depth: int) -> Iterator[tuple[float, str]]:
    """Width, as far as the object says it, and address of each form."""
    widths = (value.get(key) for key in ("width", "w", "maxWidth"))
    width = next((float(one) for one in widths if isinstance(one, int | float)), 0.0)
    for key, inner in value.items():
        name = plain_key(key)
        if isinstance(inner, str):
            if name.endswith("srcset"):
                yield from ((width or 1.0, url) for url in from_srcset(inner))
            elif is_photo_url(inner) or (is_named and _URL_KEYS.search(name) and _is_address(inner)):
                yield width, inner
        elif depth < _DEEPEST_FORM and isinstance(inner, CONTAINERS) and not _is_of_other_pictures(key):
            for one in inner[:30] if isinstance(inner, list) else [inner]:
                if isinstance(one, dict):
                    yield from _addresses(one, is_named=is_named, depth=depth + 1)
                elif isinstance(one, str) and is_photo_url(one):
                    yield width, one


def _is_address(text: str) -> bool:
    return bool(re.match(r"(https?:)?//[^/\s]+/\S+$", text)) and may_be_photo(text)
