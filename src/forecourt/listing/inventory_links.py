"""Links of a site that lead to its lists of vehicles, by the words of their addresses and of their texts."""

import re
from urllib.parse import unquote, urlsplit

from forecourt.listing.document import Page
from forecourt.listing.photo_urls import refusal
from forecourt.listing.url_shapes import looks_like_listing

MOST = 20
# Words for a stock of vehicles, in the languages that we know labels of; the first row speaks for itself, the second
# is about vehicles of some kind.
_POINTS = {
    2: """
        inventory stock vehicles fahrzeuge fahrzeugbestand fahrzeugangebote gebrauchtwagen vehicules occasions vehiculos
        ocasion usados veicoli usato viaturas veiculos seminovos aanbod voorraad lagerfordon begagnade samochody
        uzywane auta showroom auctions auktionen listings
    """,
    1: "cars autos voitures coches carros auto bilar used new for-sale search suche buy kaufen preowned pre-owned",
}
_WORDS = {word: points for points, words in _POINTS.items() for word in words.split()}
_ELSEWHERE = frozenset(
    "sell blog news about contact service parts finance login account reviews jobs careers privacy terms".split()
)


def inventory_links(page: Page) -> tuple[str, ...]:
    """Addresses on the page's own site, the likeliest first, then in the order of the page."""
    site = _host(page.url)
    here = page.url.partition("#")[0].rstrip("/")
    points: dict[str, int] = {}
    for element in page.outline.links():
        href = element.get("href").strip()
        if not href or href.startswith("#"):
            continue
        target = page.absolute(href)
        if refusal(target) or _host(target) != site or target.rstrip("/") == here or looks_like_listing(target):
            continue
        score = _score(target, page.outline.text(element, longest=60))
        if score:
            points[target] = max(score, points.get(target, 0))
    return tuple(sorted(points, key=lambda target: -points[target])[:MOST])


def _score(url: str, text: str) -> int:
    """0 for what is no list, or a list of something else."""
    said = [*_words(unquote(urlsplit(url).path)), *_words(text)]
    if _ELSEWHERE.intersection(said):
        return 0
    return sum(sorted((_WORDS.get(word, 0) for word in set(said)), reverse=True)[:2])


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:-owned)?", text.lower())[:20]


def _host(url: str) -> str:
    try:
        return (urlsplit(url).netloc).lower().removeprefix("www.")
    except ValueError:
        return ""
