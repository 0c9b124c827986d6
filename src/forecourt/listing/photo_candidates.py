"""Every element of a page that shows a photo, with all the addresses that it names for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from forecourt.listing import lenient_json
from forecourt.listing.document import Page
from forecourt.listing.outline import Element
from forecourt.listing.photo_forms import from_srcset, is_photo_url, largest_first, may_be_photo
from forecourt.listing.photo_urls import refusal

MOST_CANDIDATES = 3_000
_SMALLEST_PX = 100  # both sides as the page's own attributes give them: flags, icons, badges
_LONGEST_STYLE = 20_000
_BACKGROUND = re.compile(
    r"background(?:-image)?\s*:[^;]{0,2000}?url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^'\"()\s]*))\s*\)", re.IGNORECASE
)
_FURNITURE = re.compile(
    r"(^|[\s_/.-])(logos?|icons?|sprites?|avatars?|badges?|flags?|placeholder|spinner|loader|loading|blank|spacer|pixel|tracking"
    r"|favicon|payment|social|facebook|twitter|instagram|youtube|whatsapp|carfax|autocheck|map|no-?image|no-?photo|coming-?soon)([\s_/.-]|\d|$)",
    re.IGNORECASE,
)
_NO_PHOTO_ATTRIBUTES = frozenset(
    {"src", "srcset", "class", "id", "alt", "title", "style", "href", "sizes", "loading", "width", "height"}
)
_SHORTEST = len("a.jpg")
_JSON_START = ("[", "{")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A photo where it stands on the page.

    Args:
        forms: Its absolute addresses, the largest first.
        link: The page that a click on it leads to; empty if that is none, or the photo itself.
    """

    element: Element
    forms: tuple[str, ...]
    link: str


def candidates(page: Page) -> list[Candidate]:
    """All photos in the order of the page: img, picture, links to photos, data attributes, backgrounds, noscript."""
    found: list[Candidate] = []
    for element in page.outline.elements:
        if len(found) >= MOST_CANDIDATES:
            break
        if element.tag == "img":
            found.extend(_of_image(page, element))
        elif element.tag not in ("source", "script", "link", "meta", "input", "iframe"):
            found.extend(_of_attributes(page, element))
    return found


def _of_image(page: Page, image: Element) -> Iterator[Candidate]:
    if _is_small(image) or _FURNITURE.search(f"{image.get('class')} {image.get('id')}"):
        return
    raw = _addresses(image)
    link = ""
    for ancestor in page.outline.ancestors(image, most=6):
        if ancestor.tag == "picture":
            sources = [one for one in page.outline.children(ancestor) if one.tag == "source"]
            raw += from_srcset(", ".join(one.get("srcset") for one in sources))
            raw += [url for one in sources for url in _addresses(one)]
        elif ancestor.tag == "a":
            href = ancestor.get("href")
            if is_photo_url(href):
                raw.append(href)
            else:
                raw += [value for value in _addresses(ancestor) if is_photo_url(value)]
                link = _page_link(page, href)
            break
    yield from _candidate(page, image, [*raw, image.get("src")], link)


def _of_attributes(page: Page, element: Element) -> Iterator[Candidate]:
    told = [
        (name, value)
        for name, value in element.node.attributes.items()
        if value and len(value) >= _SHORTEST and (name in ("style", "href") or name.startswith("data-"))
    ]
    if not told:
        return
    for name, value in told:
        if name == "style" and "url(" in value:
            shown = [one for forms in _BACKGROUND.findall(value[:_LONGEST_STYLE]) for one in forms if one]
            yield from _candidate(page, element, shown, _link_above(page, element))
        elif (
            name.startswith("data-")
            and value.lstrip().startswith(_JSON_START)
            and re.search(r"\.(jpe?g|png|webp|avif)", value, re.IGNORECASE)
        ):
            for forms in _in_json(lenient_json.loads(value)):
                yield from _candidate(page, element, forms, "")
    own = [value for name, value in told if name != "style" and is_photo_url(value) and not re.match(r"[\s\[{]", value)]
    if own and not any(
        inner.tag == "img" for inner in page.outline.elements[element.index + 1 : min(element.end, element.index + 12)]
    ):
        yield from _candidate(page, element, own, "")


def _addresses(element: Element) -> list[str]:
    """What an image or a source names beside src: srcset, data-src and their many spellings."""
    found: list[str] = []
    for name, value in element.node.attributes.items():
        if not value or len(value) > 20_000 or (name in _NO_PHOTO_ATTRIBUTES and name != "srcset"):  # noqa: PLR2004 (a page's own weight)
            continue
        if name.endswith("srcset"):
            found += from_srcset(value)
        elif (
            (name.startswith("data") or name in ("lazy-src", "original", "content"))
            and not value.lstrip().startswith(_JSON_START)
            and (
                is_photo_url(value)
                or (
                    name.endswith(("src", "url", "original", "image", "lazy", "full", "large", "zoom"))
                    and re.match(r"https?://|/", value)
                )
            )
        ):
            found.append(value)
    return found


def _candidate(page: Page, element: Element, raw: list[str], link: str) -> Iterator[Candidate]:
    urls = [page.absolute(value) for value in raw if value and not value.lstrip().startswith("data:")]
    if kept := [url for url in urls if may_be_photo(url) and not _is_furniture(url)]:
        if good := largest_first(url for url in kept if not refusal(url)):
            yield Candidate(element, good, link)
        else:
            yield Candidate(element, tuple(kept[:1]), link)


def _in_json(values: list[object]) -> Iterator[list[str]]:
    """Each object in a JSON attribute is one photo, with all the addresses that it names; each bare text too."""
    waiting, seen = list(reversed(values)), 0
    while waiting and seen < MOST_CANDIDATES:
        value, seen = waiting.pop(), seen + 1
        if isinstance(value, str):
            if is_photo_url(value):
                yield [value]
        elif isinstance(value, dict):
            urls = [one for one in value.values() if isinstance(one, str) and is_photo_url(one)]
            if urls:
                yield urls
            waiting.extend(one for one in reversed(value.values()) if isinstance(one, dict | list))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def _is_small(image: Element) -> bool:
    sizes = [
        int(found[0])
        for name in ("width", "height")
        if (found := re.match(r"\d{1,4}(?=px$|$)", image.get(name).strip()))
    ]
    # A lazy thumbnail may say 90 by 68; a tracking pixel or an icon is smaller still.
    return bool(sizes) and max(sizes) < _SMALLEST_PX * 2 // 3


def _is_furniture(url: str) -> bool:
    try:
        path = urlsplit(url).path
    except ValueError:
        return False
    return bool(_FURNITURE.search(path.rpartition("/")[2])) or path.lower().endswith(".gif")


def _link_above(page: Page, element: Element) -> str:
    above = (
        element
        if element.tag == "a"
        else next((one for one in page.outline.ancestors(element, most=4) if one.tag == "a"), None)
    )
    return _page_link(page, above.get("href")) if above else ""


def _page_link(page: Page, href: str) -> str:
    """Where a link leads to, if to another page than this one or a part of it."""
    href = href.strip()
    if not href or href.startswith("#") or href.lower().startswith("javascript:"):
        return ""
    target = page.absolute(href)
    here = page.url.partition("?")[0].rstrip("/")
    return (
        ""
        if target.partition("?")[0].rstrip("/") in (here, page.canonical.partition("?")[0].rstrip("/"))
        or target.startswith(f"{here}/")
        else target
    )
