"""What a page is, and what it says.

decode and parse → structured data and inline state → what the page shows → merge
                 ↘ a list of links that lead to vehicles
                 ↘ a wall, or nothing
"""

from collections.abc import Sequence

from forecourt.listing import jsonld, lenient_json, microdata
from forecourt.listing.claims import Claims
from forecourt.listing.document import Page, decode, parse
from forecourt.listing.dom import read_dom
from forecourt.listing.feeds import is_feed, read_feed
from forecourt.listing.flattened import put_together
from forecourt.listing.gallery import Gallery, read_galleries
from forecourt.listing.inventory import next_page, read_cards
from forecourt.listing.inventory_links import inventory_links
from forecourt.listing.listed import listed_by, named_urls, together, without_siblings
from forecourt.listing.makes import known_make
from forecourt.listing.merge import merge
from forecourt.listing.opengraph import read_opengraph, read_title
from forecourt.listing.own_vehicle import own_nodes
from forecourt.listing.photo_forms import stem
from forecourt.listing.photo_templates import filled
from forecourt.listing.photo_urls import refusal
from forecourt.listing.prose import read_prose
from forecourt.listing.schema_org import Graph, show_images, tell
from forecourt.listing.shown_amounts import shown_first
from forecourt.listing.sitemap import is_sitemap, read_sitemap
from forecourt.listing.state import StateReading, read_state
from forecourt.listing.state_paging import StatePaging, read_paging
from forecourt.listing.states import is_json, read_states
from forecourt.listing.url_shapes import looks_like_listing
from forecourt.listing.values import Listing, PageReading
from forecourt.listing.vehicle_page import MANY_CARDS, is_about_vehicles, is_offer, shows_a_vehicle
from forecourt.listing.walls import is_wall

Photos = Sequence[tuple[str, ...]]


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
    if is_json(body):
        return _read_document(lenient_json.loads(decode(body, content_type)), url=url)
    return _read_markup(parse(body, url=url, content_type=content_type))


def _read_markup(page: Page) -> PageReading:
    told_by = {
        jsonld.READER: jsonld.read_jsonld(page),
        microdata.READER: microdata.read_microdata(page),
        microdata.RDFA_READER: microdata.read_rdfa(page),
    }
    graphs = list(told_by.values())
    readers = [_told(graph, page, reader) for reader, graph in told_by.items()]
    states = read_states(page)
    state = read_state(page, states)
    dom, repeated = read_dom(page)
    told = is_offer(state.own) and not is_about_vehicles(page)
    if any(readers) or (state.is_sure and told):
        said = [*readers, *_agreeing(state, readers), dom]
        return PageReading("vehicle", listing=_listing(page, said, bare=state.galleries))
    cards = read_cards(page)
    shows = shows_a_vehicle(page, dom, repeated=repeated, cards=len(cards))
    tells = told and len(cards) < MANY_CARDS and all(len(graph.vehicles) <= 1 for graph in graphs)
    if (shows and looks_like_listing(page.url)) or ((shows or tells) and not state.listed):
        return PageReading("vehicle", listing=_listing(page, [state.own, dom], bare=state.galleries))
    return _read_list(page, graphs, state, cards, paging=read_paging(page, states))


def _read_list(
    page: Page, graphs: Sequence[Graph], state: StateReading, cards: Sequence[str], *, paging: StatePaging
) -> PageReading:
    """An inventory, a wall, or nothing."""
    told = [one for graph in graphs for one in listed_by(graph, page)]
    urls = without_siblings(
        together(state, [*cards, *named_urls(graphs, page)], goes_on=bool(paging.results_total)), page
    )
    lists = inventory_links(page)
    if not urls and not told:
        return PageReading("blocked" if is_wall(page) else "nothing", inventory_urls=lists)
    return PageReading(
        "inventory",
        listing_urls=urls,
        next_page=next_page(page) or paging.next_page,
        vehicles=max(tuple(told), state.listed, key=len),
        inventory_urls=lists,
        results_total=paging.results_total,
        pages_total=paging.pages_total,
    )


def _read_document(values: list[object], *, url: str) -> PageReading:
    """The answer of a site's own API: JSON, and nothing to look at."""
    page = parse(b"<html></html>", url=url, content_type=None)
    states = [put_together(value) for value in values]
    state = read_state(page, states)
    if is_offer(state.own) and (state.is_sure or not state.listed):
        return PageReading("vehicle", listing=_listing(page, [state.own]))
    if state.listed:
        return _read_list(page, [], state, [], paging=read_paging(page, states))
    return PageReading("nothing")


def _told(graph: Graph, page: Page, reader: str) -> Claims:
    claims = Claims(reader, page.locale)
    for node in own_nodes(graph, page):
        tell(node, claims, graph=graph, base=page.base)
    if claims and not claims.photos:
        show_images(graph, claims, base=page.base)
    return claims


def _agreeing(state: StateReading, readers: Sequence[Claims]) -> list[Claims]:
    """What the state says, unless it speaks of another vehicle than the structured data do."""
    vins, makes = (
        {str(claims.value(field)) for claims in (state.own, *readers) if claims.value(field)}
        for field in ("vin", "make")
    )
    makes = {known for make in makes if (known := known_make(make))}
    return [state.own] if len(vins) < 2 and len(makes) < 2 else []  # noqa: PLR2004 (one vehicle has one)


def _listing(page: Page, readers: Sequence[Claims], *, bare: Sequence[Sequence[tuple[str, ...]]] = ()) -> Listing:
    opengraph = read_opengraph(page)
    for claims in (*readers, opengraph):
        claims.photos = filled(claims.photos, page.source)
    title = read_title(page, *(str(claims.value("title") or "") for claims in (*readers, opengraph)))
    known = [url for claims in (*readers, opengraph) for forms in claims.photos for url in forms]
    prose = read_prose(page, *readers, opengraph)
    shown = read_galleries(page, known=known)
    stems = {stem(url) for url in known}.union(*(one.stems for one in shown[:1]))
    galleries = [*_own_galleries(bare, stems), *shown]
    said = [*readers, opengraph, title, prose]
    return merge(page.url, shown_first(page, said), galleries, locale=page.locale)


def _own_galleries(bare: Sequence[Photos], stems: set[str]) -> list[Gallery]:
    """Lists of photos in a script that hold one of the vehicle's, the longest first; the only one if none is known."""
    found = [Gallery(tuple(photos), frozenset(stem(forms[0]) for forms in photos)) for photos in bare]
    if not stems and len(found) == 1:
        return found
    return sorted((one for one in found if one.stems & stems), key=lambda one: -len(one.photos))


def _linked(vehicles: Sequence[Listing], feed_url: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(one.url for one in vehicles if one.url.partition("#")[0] != feed_url and not refusal(one.url))
    )
