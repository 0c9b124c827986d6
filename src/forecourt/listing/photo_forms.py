"""One photo in several sizes: which addresses show the same one, and which form is the largest."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import unquote

from forecourt.listing.photo_urls import source_key

MOST_FORMS = 64  # of one photo
_PHOTO_FILE = re.compile(r"\.(jpe?g|jfif|png|webp|avif|heic|gif)($|[/?&;,])", re.IGNORECASE)
_NO_PHOTO_FILE = re.compile(
    r"\.(svgz?|ico|css|js|mjs|json|html?|php\d?|aspx?|pdf|mp4|webm|m3u8|zip|woff2?|ttf|xml|txt)$", re.IGNORECASE
)
_EXTENSION = re.compile(r"\.(jpe?g|jfif|png|webp|avif|heic|gif)$", re.IGNORECASE)
_PIXELS = re.compile(r"(?<![0-9a-z])(\d{2,4})x(\d{2,4})(?:x\d{1,3})?(?![0-9a-z])", re.IGNORECASE)
_WIDTH = re.compile(
    r"(?:[?&;,/_-](?:w|width|wid|imwidth|maxwidth|max_width|rw|mw)[=_:-]?|/s)(\d{2,4})(?=$|[&;,/._-])", re.IGNORECASE
)
_SIZE_WORDS = {
    "thumb": 100, "thumbs": 100, "thumbnail": 100, "thumbnails": 100, "tn": 100, "mini": 100, "tiny": 60, "small": 240,
    "sm": 240, "preview": 300, "medium": 600, "med": 600, "md": 600, "large": 1200, "lg": 1200, "big": 1200, "xl": 1600,
    "xlarge": 1600, "xxl": 2000, "full": 2400, "fullsize": 2400, "hd": 2000, "hires": 2400, "original": 3000,
    "originals": 3000, "orig": 3000, "max": 2400, "zoom": 1800,
}  # fmt: skip
_THUMBNAIL_PX = 500
_SAME_SHAPE = 0.05
_UNSIZED_PX = 1700  # an address without a size is usually the photo as it was uploaded
_WORDS = "|".join(sorted(_SIZE_WORDS, key=len, reverse=True))
_SIZE_SEGMENT = re.compile(
    rf"/(?:{_WORDS}|\d{{2,4}}x\d{{2,4}}|[whs]\d{{2,4}}|[a-z]{{1,2}}_[\w.:]+(?:,[a-z]{{1,2}}_[\w.:]+)*,?)(?=[/.]|$)",
    re.IGNORECASE,
)
_SIZE_SUFFIX = re.compile(
    rf"[-_@.](?:{_WORDS}|scaled|\d{{2,4}}x\d{{2,4}}(?:x\d{{1,3}})?|[1-4]x|[wh]\d{{2,4}}|\d{{3,4}}w)(?=$|\.)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\s,]*+(\S++)")
_DESCRIPTORS = re.compile(r"[^,]*+,?")
_DESCRIPTOR = re.compile(r"(?<!\S)(\d{1,6}(?:\.\d{1,3})?)([wx])(?![^\s,])")
_SIZE_PARAMETERS = frozenset(
    """
    w h width height size s q quality fit crop auto format fm fmt dpr resize scale wid hei imwidth impolicy rw
    mode maxwidth maxheight max_width max_height downsize output-format output-quality ixlib usm sharp bg rule
    preset
    """.split()
)


def is_photo_url(url: str) -> bool:
    """Whether an address ends like a photo's file; a server may serve one at any address all the same."""
    return "." in url and bool(_PHOTO_FILE.search(url[:2_000]))


def may_be_photo(url: str) -> bool:
    """Whether nothing in an address speaks against a photo."""
    return not _NO_PHOTO_FILE.search(re.split(r"[?#]", url, maxsplit=1)[0])


@lru_cache(maxsize=512)
def stem(url: str) -> str:
    """What the forms of one photo have in common: its address without size, format and signature."""
    key = source_key(url)
    path, _, query = key.partition("?")
    host, slash, path = path[2:].partition("/")
    path = _SIZE_SEGMENT.sub("", slash + path)
    path = _EXTENSION.sub("", path)
    path = _EXTENSION.sub("", _SIZE_SUFFIX.sub("", path))
    kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0].lower() not in _SIZE_PARAMETERS]
    return f"{host}{path}{'?' if kept else ''}{'&'.join(kept)}"


@lru_cache(maxsize=512)
def width_px(url: str) -> int:
    """How wide the photo is by its address; a guess that only compares forms of one photo."""
    text = unquote(url[:2_000])
    numbers = [int(width) for width, _ in _PIXELS.findall(text)] + [int(width) for width in _WIDTH.findall(text)]
    if numbers:
        return numbers[-1]
    words = [word for word in re.split(r"[/_.\-?&=]", text.lower()) if word in _SIZE_WORDS]
    return _SIZE_WORDS[words[-1]] if words else _UNSIZED_PX


def largest_first(urls: Iterable[str]) -> tuple[str, ...]:
    """The forms of one photo, each once; those of one size in the order given."""
    return tuple(sorted(dict.fromkeys(urls), key=width_px, reverse=True))


def uncut_first(forms: tuple[str, ...], shown: Sequence[str]) -> tuple[str, ...]:
    """Those that have the shape of the photo as shown, as far as addresses tell it; then the others.

    A thumbnail's own shape says nothing: it may be the one that is cut.
    """
    shape = next((one for url in shown if (one := _shape(url))), None)
    if shape is None or width_px(shown[0]) < _THUMBNAIL_PX:
        return forms
    cut = {url for url in forms if (one := _shape(url)) and abs(one / shape - 1) > _SAME_SHAPE}
    return (*(url for url in forms if url not in cut), *(url for url in forms if url in cut))


def with_banner(forms: tuple[str, ...], banner: tuple[str, ...]) -> tuple[str, ...]:
    """Further forms of a photo behind its own, since they may be cut; before them where those are thumbnails."""
    if width_px(forms[0]) < _THUMBNAIL_PX:
        return tuple(dict.fromkeys([*banner, *forms]))
    return tuple(dict.fromkeys([*forms, *banner]))


def _shape(url: str) -> float | None:
    """Width by height."""
    pixels = _PIXELS.findall(url[:2_000])
    return int(pixels[-1][0]) / int(pixels[-1][1]) if pixels and int(pixels[-1][1]) else None


def from_srcset(srcset: str) -> list[str]:
    """The addresses in a srcset, the widest first. An address may hold commas, but not end with one.

    Source: HTML Standard, section 4.8.4.2.1 (srcset attributes).
    """
    text, at = srcset[:20_000], 0
    sized: list[tuple[float, str]] = []
    while len(sized) < MOST_FORMS and (found := _ADDRESS.match(text, at)):
        url, at, descriptors = found[1].rstrip(","), found.end(), ""
        if not found[1].endswith(",") and (rest := _DESCRIPTORS.match(text, at)):
            descriptors, at = rest[0], rest.end()
        sized.append((_width(descriptors), url))
    return [url for _, url in sorted(sized, key=lambda one: -one[0])]


def _width(descriptors: str) -> float:
    """In pixels; densities come behind all widths, in their order."""
    found = _DESCRIPTOR.search(descriptors)
    return float(found[1]) * (1 if found[2] == "w" else 0.001) if found else 0.001
