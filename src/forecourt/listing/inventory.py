"""A list of vehicles: which links lead to a page about one of them, and which to the list's next page.

Links of one shape that stand in blocks of their own, each with a picture, a price, a year or a mileage, are cards of
a list. Where the blocks say nothing, the shape of the addresses must.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from urllib.parse import parse_qsl, urlsplit

from forecourt.listing.document import Page
from forecourt.listing.makes import known_make
from forecourt.listing.outline import Element
from forecourt.listing.paging import offset, page_number
from forecourt.listing.photo_urls import refusal, site_of
from forecourt.listing.url_shapes import listing_score, looks_like_listing

FEWEST = 2
MOST_URLS = 5_000
_HIGHEST = 14  # steps up from a link to its card
_ENOUGH = 2
_PRICE = re.compile(
    r"[$€£¥₴₹]\s?\d|(?<=\d)[.,'\s]*+([$€£₴]|kr\b|zł|kč|eur\b|usd\b|chf\b|lei\b|ft\b|грн)|\b(usd|eur|gbp|chf"
    r"|aed)\s?\d|\bbid\b|price on (request|application)|万円",
    re.IGNORECASE,
)
_MILEAGE = re.compile(r"\d\s*(km|mi|miles|mil|kms|км)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(19[0-9]\d|20[0-4]\d)(?!\d)")
_NUMBER = re.compile(r"(?<!\d)\d{5,}(?!\d)")
_LONGEST_SUFFIX = 3  # of "co.uk", "com.au": what stands before it is a site of its own
_NEXT = re.compile(
    r"(next|next page|nächste( seite)?|weiter|suivante?|page suivante|siguiente|successiva?|avanti|volgende"
    r"|próxima|seguinte|następna|nästa|neste|næste|seuraava|další|următoarea|следующая|наступна|次へ"
    r"|older)?\s*(page)?\s*[›»>→]*",  # noqa: RUF001
    re.IGNORECASE,
)


def read_cards(page: Page) -> list[str]:
    """The addresses of the vehicles that the page lists, each once, in its order."""
    groups: dict[tuple[str, ...], dict[str, list[Element]]] = defaultdict(lambda: defaultdict(list))
    first: dict[str, str] = {}
    order: dict[str, int] = {}
    for link, target in _own_links(page):
        bare = target.partition("?")[0]
        # What follows a telling path only says where the visitor comes from.
        target = first.setdefault(bare, target) if looks_like_listing(bare) else target  # noqa: PLW2901
        groups[shape_of(target)][target].append(link)
        order.setdefault(target, link.index)
    found = [url for group in groups.values() if len(group) >= FEWEST for url in _cards(page, group)]
    if not any(site_of(url) == site_of(page.url) for url in found):
        return []
    return sorted(dict.fromkeys(found), key=lambda url: order[url])[:MOST_URLS]


def next_page(page: Page) -> str | None:
    """The list's next page as the page itself links it: rel=next, a link called "next", or the next number."""
    here = page.url.partition("#")[0]
    for node in page.tree.css('link[rel~="next"][href], a[rel~="next"][href]'):
        if target := _followable(page, node.attributes["href"] or "", here):
            return target
    numbered: dict[int, str] = {}
    further: dict[int, str] = {}
    current = page_number(here)
    for element in page.outline.links():
        if not (target := _followable(page, element.get("href"), here)):
            continue
        text = page.outline.text(element, longest=40)
        named = element.get("aria-label") or element.get("title")
        if any(said and _NEXT.fullmatch(said.strip()) and re.search(r"\w", said) for said in (text, named[:40])) or (
            re.search(r"(^|[\s_-])next([\s_-]|$)", element.get("class")) and page_number(target) in (0, current + 1)
        ):
            return target
        if text.isdecimal() and len(text) < 6 and page_number(target) == int(text):  # noqa: PLR2004 (a page number)
            numbered.setdefault(int(text), target)
        elif text.isdecimal() and (begins := offset(target)) and begins > (offset(here) or 0):
            further.setdefault(begins, target)
    return numbered.get(current + 1) or (further[min(further)] if further else None)


def _own_links(page: Page) -> Iterator[tuple[Element, str]]:
    site = site_of(page.url)
    here = {page.url.partition("?")[0].rstrip("/"), page.canonical.partition("?")[0].rstrip("/")}
    for element in page.outline.links():
        href = element.get("href").strip()
        if not href or href.startswith("#") or page.outline.is_aside(element):
            continue
        target = page.absolute(href)
        if refusal(target) or not _is_of_site(target, site):
            continue
        parts = urlsplit(target)
        if parts.path.strip("/") and (parts.query or target.rstrip("/") not in here):
            yield element, target


def _cards(page: Page, group: dict[str, list[Element]]) -> list[str]:
    """Those addresses of one shape that stand in a card of a vehicle, if most of them do."""
    holders: dict[int, set[str]] = defaultdict(set)
    for target, links in group.items():
        for link in links:
            for ancestor in page.outline.ancestors(link, most=_HIGHEST):
                holders[ancestor.index].add(target)
    shared = _shared_numbers(group)
    points: dict[str, int] = {}
    for target, links in group.items():
        score = listing_score(shared.sub("", target))
        points[target] = max(_points(page, link, holders, score=score) for link in links[:4])
    good = [target for target, count in points.items() if count >= _ENOUGH]
    return good if len(good) >= FEWEST and 2 * len(good) >= len(points) else []


def _shared_numbers(urls: Collection[str]) -> re.Pattern[str]:
    """Numbers that most of these addresses have in common: a category's or a dealer's, and no vehicle's."""
    counts = Counter(number for url in urls for number in set(_NUMBER.findall(url)))
    shared = [number for number, count in counts.items() if count > 2 and 2 * count > len(urls)]  # noqa: PLR2004 (two may be one vehicle's)
    return re.compile("|".join(shared) or r"(?!)")


def _points(page: Page, link: Element, holders: dict[int, set[str]], *, score: int) -> int:
    card = link
    for ancestor in page.outline.ancestors(link, most=_HIGHEST):
        if len(holders[ancestor.index]) > 1 or ancestor.tag in ("body", "main"):
            break
        card = ancestor
    text = page.outline.text(card, longest=1_500)
    picture = any(
        inner.tag in ("img", "picture") or "url(" in inner.get("style")
        for inner in page.outline.elements[card.index : min(card.end, card.index + 400)]
    )
    said = bool(_PRICE.search(text)) + bool(_MILEAGE.search(text)) + bool(_YEAR.search(text))
    if not said or score < 1:
        return 0
    looks_like_one = score >= 3  # noqa: PLR2004 (the bar of looks_like_listing)
    return said + picture + looks_like_one - (not picture and not looks_like_one)


def shape_of(url: str) -> tuple[str, ...]:
    """What addresses of one kind have in common: their folders, and the names of their parameters."""
    parts = urlsplit(url)
    segments = parts.path.strip("/").lower().split("/")
    folders = ["*" if re.search(r"\d|-.*-", one) or known_make(one.replace("-", " ")) else one for one in segments[:-1]]
    if looks_like_listing(url):
        folders = ["*"] * len(folders)  # county, make and model: the page's own name tells enough
    if len(folders) > 2:  # noqa: PLR2004 (make, model and town stand deeper)
        folders = [folders[0], *("*" for _ in folders[1:])]
    if not parts.query or looks_like_listing(url.partition("?")[0]):
        return (*folders, "*")
    return (*folders, segments[-1], *sorted({name for name, _ in parse_qsl(parts.query)}))


def _followable(page: Page, href: str, here: str) -> str | None:
    if not href.strip() or href.strip().startswith("#"):
        return None
    target = page.absolute(href)
    return target if not refusal(target) and site_of(target) == site_of(page.url) and target != here else None


def _is_of_site(url: str, site: str) -> bool:
    """Whether an address is on this host, or on one beside it: the houston.ads.example of a dallas.ads.example."""
    other = site_of(url)
    if other == site:
        return True
    parents = site.partition(".")[2], other.partition(".")[2]
    return parents[0] == parents[1] and len(parents[0].rpartition(".")[0]) > _LONGEST_SUFFIX
