"""What a page is, and what it says.

decode and parse → the structured vehicle → what the page shows → merge
                 ↘ a list of links that lead to vehicles
                 ↘ a wall, or nothing
"""

import re
from collections.abc import Sequence

from forecourt.listing import jsonld, microdata
from forecourt.listing.claims import Claims
from forecourt.listing.document import Page, parse
from forecourt.listing.dom import read_dom
from forecourt.listing.feeds import is_feed, read_feed
from forecourt.listing.gallery import read_galleries
from forecourt.listing.inventory import next_page, read_cards
from forecourt.listing.inventory_links import inventory_links
from forecourt.listing.makes import split_title
from forecourt.listing.merge import merge
from forecourt.listing.opengraph import read_opengraph, read_title
from forecourt.listing.own_vehicle import own_nodes
from forecourt.listing.photo_urls import refusal
from forecourt.listing.schema_org import Graph, tell, urls_of
from forecourt.listing.sitemap import is_sitemap, read_sitemap
from forecourt.listing.url_shapes import listing_score, looks_like_listing
from forecourt.listing.values import Listing, PageReading
from forecourt.listing.walls import is_wall

MOST_LISTED = 1_000
_ENOUGH_LABELS = 3
_MANY_CARDS = 4
_ABOUT_VEHICLES = re.compile(r"history report|\breviews?\b|price guide|valuation|specs and|buying guide", re.IGNORECASE)
_SPECS = (
    "mileage",
    "transmission",
    "fuel_type",
    "engine",
    "body_type",
    "drivetrain",
    "exterior_color",
    "stock_number",
    "year",
    "make",
    "model",
    "trim",
)


def read_page(body: bytes, *, url: str, content_type: str | None) -> PageReading:
    """What a page is, and what it says. Never raises for what a stranger's bytes may hold.

    Args:
        url: Where it was served from, after redirects.
        content_type: The header's value, with its charset.
    """
    if not body.strip():
        return PageReading("nothing")
    if is_sitemap(body):
        sitemap = read_sitemap(body)
        return PageReading(
            "sitemap", listing_urls=sitemap.listing_urls, sitemaps=sitemap.sitemaps, left_out=sitemap.left_out
        )
    if is_feed(body, content_type):
        vehicles = tuple(read_feed(body, url=url, content_type=content_type))
        return PageReading("feed", listing_urls=_linked(vehicles, url), vehicles=vehicles)
    page = parse(body, url=url, content_type=content_type)
    said, shown = jsonld.read_jsonld(page), microdata.read_microdata(page)
    readers = [_told(said, page, jsonld.READER), _told(shown, page, microdata.READER)]
    structured = any(readers)
    dom, repeated = read_dom(page)
    readers += [dom, read_opengraph(page)]
    cards = [] if structured else read_cards(page)
    if structured or _shows_a_vehicle(page, dom, repeated=repeated, cards=len(cards)):
        return PageReading("vehicle", listing=_listing(page, readers))
    listed = _listed(said, page) + _listed(shown, page)
    urls = tuple(dict.fromkeys([*cards, *_named_urls((said, shown), page)]))
    lists = inventory_links(page)
    if urls or listed:
        return PageReading(
            "inventory", listing_urls=urls, next_page=next_page(page), vehicles=tuple(listed), inventory_urls=lists
        )
    return PageReading("blocked" if is_wall(page) else "nothing", inventory_urls=lists)


def _told(graph: Graph, page: Page, reader: str) -> Claims:
    claims = Claims(reader, page.locale)
    for node in own_nodes(graph, page):
        tell(node, claims, graph=graph, base=page.base)
    return claims


def _listing(page: Page, readers: Sequence[Claims]) -> Listing:
    title = read_title(page, *(str(claims.value("title") or "") for claims in readers))
    known = [url for claims in readers for forms in claims.photos for url in forms]
    return merge(page.url, [*readers, title], read_galleries(page, known=known), locale=page.locale)


def _shows_a_vehicle(page: Page, dom: Claims, *, repeated: int, cards: int) -> bool:
    """Whether a page without structured data is about one vehicle: by its VIN, or by its title and what is labelled."""
    if _ABOUT_VEHICLES.search(f"{page.text_of('title')} {page.text_of('h1')}") or listing_score(page.url) < 0:
        return False
    if repeated > 1 or cards >= _MANY_CARDS:
        # Other vehicles below the one: the page's own VIN or a full table of facts must speak for it.
        labels = sum(dom.value(field) is not None for field in _SPECS)
        return (
            repeated < _ENOUGH_LABELS
            and (dom.value("vin") is not None or labels > _ENOUGH_LABELS)
            and looks_like_listing(page.url)
        )
    offered = dom.value("price") is not None or dom.value("mileage") is not None or dom.value("sale_status") is not None
    if dom.value("vin") is not None and offered:
        return True
    labels = sum(dom.value(field) is not None for field in _SPECS)
    named = any((parts := split_title(page.text_of(where))) and parts.model for where in ("h1", "title"))
    told = dom.value("make") is not None and dom.value("model") is not None
    if named or told:
        return labels >= _ENOUGH_LABELS or (labels >= 1 and offered and looks_like_listing(page.url))
    return False


def _listed(graph: Graph, page: Page) -> list[Listing]:
    """What the list itself says of each vehicle."""
    found: list[Listing] = []
    for node in [*graph.vehicles, *graph.listed][:MOST_LISTED]:
        claims = Claims(jsonld.READER, page.locale)
        tell(node, claims, graph=graph, base=page.base)
        where = next(iter(urls_of(node, page.base)), page.url)
        if claims.value("vin") or claims.value("title") or claims.value("model"):
            found.append(merge(where, [claims], [], locale=page.locale))
    return found


def _named_urls(graphs: Sequence[Graph], page: Page) -> list[str]:
    """Pages about vehicles that structured data names."""
    nodes = [node for graph in graphs for node in [*graph.vehicles, *graph.listed]]
    urls = [url for node in nodes for url in urls_of(node, page.base)[:1]]
    urls += [url for graph in graphs for one in graph.list_urls if looks_like_listing(url := page.absolute(one))]
    here = page.url.partition("#")[0]
    return [url for url in urls if not refusal(url) and url != here]


def _linked(vehicles: Sequence[Listing], feed_url: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(one.url for one in vehicles if one.url.partition("#")[0] != feed_url and not refusal(one.url))
    )
