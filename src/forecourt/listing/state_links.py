"""The page about a vehicle of a state, and whether it is the page at hand."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

from forecourt.listing.document import Page
from forecourt.listing.flattened import resolved
from forecourt.listing.photo_forms import is_photo_url
from forecourt.listing.photo_urls import refusal, site_of
from forecourt.listing.state_keys import is_its_own, plain_key
from forecourt.listing.state_shapes import StateVehicle
from forecourt.listing.url_shapes import listing_score

_SHORTEST_ID = 5
_DEEPEST = 3
_MOST_CONTAINERS = 60
_PLAIN_VALUES: Final = (str, int)
_URL_KEY = re.compile(r"url|link|href|permalink|path|slug|uri$")
_PLAIN_URL_KEYS = frozenset({"url", "link", "href", "detailurl", "permalink"})
# The vehicle's own number, and not that of its make, its seller or its town.
_ID_KEY = re.compile(
    r"(?:listing|ad|advert|vehicle|car|item|offer|auction|lot|stock|classified|inventory|product|post|external|legacy"
    r"|public|reference|source)?(?:id|uuid|guid|vin|slug|no|number|reference|ref|hash|key)"
)
_IDS_IN_URL = 3
_NUMBERS = re.compile(r"[\w\-]{5,}")
_MOST_LINKS = 2_000
_FEWEST_EXAMPLES = 2


def address_of(vehicle: StateVehicle, page: Page) -> str | None:
    """The page about this vehicle, on this page's site: the address that looks most like one."""
    site = site_of(page.url)
    here = page.url.partition("#")[0]
    texts = list(_texts(vehicle))
    ids = set(_ids(texts))
    best: tuple[int, str] | None = None
    for name, text in texts:
        if not _URL_KEY.search(name) or is_photo_url(text) or not re.match(r"https?://|/(?!/)|[\w\-]+/[\w\-]", text):
            continue
        url = page.absolute(text if re.match(r"https?:|/", text) else f"/{text}")
        if refusal(url) or site_of(url) != site or url.partition("#")[0] == here:
            continue
        score = listing_score(url) + _IDS_IN_URL * any(one in url for one in ids) + (name in _PLAIN_URL_KEYS)
        if score > 0 and (best is None or score > best[0]):
            best = score, url
    return best[1] if best else None


def addresses_by_number(vehicles: Sequence[StateVehicle], page: Page) -> dict[str, StateVehicle]:
    """For a list that names no addresses: those of the page's own links that differ by nothing but a vehicle's number.

    Two links that agree in all but the number show how the others are written.
    """
    numbered = {number: vehicle for vehicle in vehicles for number in _ids(_texts(vehicle))}
    patterns: Counter[tuple[str, str]] = Counter()
    for node in page.tree.css("a[href]")[:_MOST_LINKS]:
        url = page.absolute(node.attributes["href"] or "").partition("#")[0].partition("?")[0]
        for number in _NUMBERS.findall(url):
            if number in numbered and site_of(url) == site_of(page.url):
                before, _, behind = url.partition(number)
                patterns[before, behind] += 1
    [(pattern, count)] = patterns.most_common(1) or [(("", ""), 0)]
    if count < _FEWEST_EXAMPLES:
        return {}
    return {f"{pattern[0]}{number}{pattern[1]}": vehicle for number, vehicle in numbered.items()}


def is_page_of(vehicle: StateVehicle, page: Page) -> bool:
    """Whether the page's address holds a number of the vehicle, or the vehicle names the page's address."""
    path = unquote(f"{urlsplit(page.url).path} {urlsplit(page.canonical).path}").casefold()
    texts = list(_texts(vehicle))
    if any(_stands_in(path, one.casefold()) for one in _ids(texts)):
        return True
    here = {one for url in (page.url, page.canonical) if "/" in (one := _plain(url))}
    return any("/" in text and _URL_KEY.search(name) and _plain(page.absolute(text)) in here for name, text in texts)


def _stands_in(path: str, number: str) -> bool:
    """Whether a number stands in an address, and not as a part of a longer one."""
    return number in path and bool(re.search(rf"(?<![a-z0-9]){re.escape(number)}(?![a-z0-9])", path))


def _ids(texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in texts:
        if len(text) >= _SHORTEST_ID and _ID_KEY.fullmatch(name) and (any(map(str.isdigit, text)) or name == "slug"):
            yield text


def _texts(vehicle: StateVehicle) -> Iterator[tuple[str, str]]:
    """Keys and texts of the containers that lead to the vehicle, and of what hangs right below them."""
    level = list(_leading(vehicle))
    for depth in range(_DEEPEST):
        below: list[object] = []
        for value in level[:_MOST_CONTAINERS]:
            if not isinstance(value, dict) or (id(value) in vehicle.closed and depth):
                continue
            for key, raw in value.items():
                inner = resolved(raw, vehicle.cache) if isinstance(raw, dict) else raw
                if isinstance(inner, _PLAIN_VALUES) and not isinstance(inner, bool):
                    yield plain_key(key), str(inner)
                elif isinstance(inner, dict) and id(inner) not in vehicle.trail and is_its_own(key):
                    below.append(inner)
        level = below


def _leading(vehicle: StateVehicle) -> Iterator[object]:
    waiting = [vehicle.scope]
    while waiting:
        value = resolved(waiting.pop(), vehicle.cache)
        yield value
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [one for one in inner if id(resolved(one, vehicle.cache)) in vehicle.trail]


def _plain(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].rstrip("/").partition("://")[2].removeprefix("www.")
