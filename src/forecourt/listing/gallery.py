"""The vehicle's own photos among all pictures of a page: the block in which photos stand side by side.

A gallery is a block whose photos lead nowhere else. The pictures of other vehicles lead to their pages, the
furniture of the site stands in header, footer and navigation, and neither can win.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forecourt.listing.document import Page
from forecourt.listing.outline import Element
from forecourt.listing.photo_candidates import Candidate, candidates
from forecourt.listing.photo_forms import largest_first, stem, uncut_first

READER = "gallery"
_FEWEST = 2
_NEAR = 12


@dataclass(frozen=True, slots=True)
class Gallery:
    """Photos that stand together, each with all its forms, in the order of the page."""

    photos: tuple[tuple[str, ...], ...]
    stems: frozenset[str]


def read_galleries(page: Page, *, known: Iterable[str] = ()) -> list[Gallery]:
    """The blocks that may be the vehicle's own gallery, the likeliest first.

    Args:
        known: Photos that structured data calls the vehicle's; a block that shows one of them goes first.
    """
    known_stems = {stem(url) for url in known}
    blocks: dict[int, list[Candidate]] = defaultdict(list)
    own = [
        one
        for one in candidates(page)
        if not one.link and not page.outline.is_aside(one.element) and not _is_card(page, one)
    ]
    shown_in = _photos_within(page, own)
    for one in own:
        blocks[_block(page, one.element, shown_in)].append(one)
    galleries = [_gallery(block) for block in blocks.values()]
    return sorted(galleries, key=lambda one: (bool(one.stems & known_stems), len(one.photos)), reverse=True)


def merged(lists: Sequence[Sequence[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """Photos of the first list in its order, each with the forms that any list names for it.

    What another list cuts to another shape stands behind the forms of the first list's shape.
    """
    forms: dict[str, list[str]] = defaultdict(list)
    for photos in lists:
        for photo in photos:
            forms[stem(photo[0])] += photo
    order = {stem(photo[0]): photo for photo in reversed(lists[0])} if lists else {}
    return [uncut_first(largest_first(forms[one]), photo) for one, photo in reversed(order.items())]


def _gallery(block: list[Candidate]) -> Gallery:
    photos = merged([[one.forms for one in block]])
    return Gallery(tuple(photos), frozenset(stem(photo[0]) for photo in photos))


def _photos_within(page: Page, own: list[Candidate]) -> Counter[int]:
    """How many different photos lie in each element near them."""
    seen: set[tuple[int, str]] = set()
    counts: Counter[int] = Counter()
    for one in own:
        name = stem(one.forms[0])
        for ancestor in (one.element, *page.outline.ancestors(one.element, most=_NEAR)):
            if (ancestor.index, name) not in seen:
                seen.add((ancestor.index, name))
                counts[ancestor.index] += 1
    return counts


def _block(page: Page, element: Element, shown_in: Counter[int]) -> int:
    """The element that holds this photo and its neighbours: the first with a second photo in it.

    Where one further step up adds a few photos only (a large one above its strip of thumbnails), that step is taken.
    """
    best = element.index
    for ancestor in (element, *page.outline.ancestors(element, most=_NEAR)):
        if ancestor.tag in ("body", "html", "main"):
            break
        here, before = shown_in[ancestor.index], shown_in[best]
        if before < _FEWEST <= here or (before >= _FEWEST and here > before and here <= before + 2):
            best = ancestor.index
    return best


def _is_card(page: Page, one: Candidate) -> bool:
    """Whether the photo stands in a small block with words and exactly one link: a teaser for another page."""
    for ancestor in page.outline.ancestors(one.element, most=4):
        links = {
            inner.get("href")
            for inner in page.outline.elements[ancestor.index + 1 : min(ancestor.end, ancestor.index + 60)]
            if inner.tag == "a"
        }
        pages = {href for href in links if href and not href.startswith("#")}
        if len(pages) > 1 or ancestor.end - ancestor.index > 60:  # noqa: PLR2004 (more is no card)
            return False
        if pages and ancestor.tag in ("li", "article", "div") and page.outline.text(ancestor):
            target = page.absolute(next(iter(pages)))
            return target.partition("?")[0] != page.url.partition("?")[0] and not _leads_to_photo(target)
    return False


def _leads_to_photo(url: str) -> bool:
    return url.lower().partition("?")[0].endswith((".jpg", ".jpeg", ".png", ".webp", ".avif"))
