"""The vehicles that a page lists: what each reader names, as one list."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from forecourt.listing import jsonld
from forecourt.listing.claims import Claims
from forecourt.listing.document import Page
from forecourt.listing.inventory import shape_of
from forecourt.listing.merge import merge
from forecourt.listing.photo_urls import refusal
from forecourt.listing.schema_org import Graph, tell, urls_of
from forecourt.listing.state import StateReading
from forecourt.listing.url_shapes import looks_like_listing
from forecourt.listing.values import Listing

MOST_LISTED = 1_000


def listed_by(graph: Graph, page: Page) -> list[Listing]:
    """What the list itself says of each vehicle."""
    found: list[Listing] = []
    for node in [*graph.vehicles, *graph.listed][:MOST_LISTED]:
        claims = Claims(jsonld.READER, page.locale)
        tell(node, claims, graph=graph, base=page.base)
        where = next(iter(urls_of(node, page.base)), page.url)
        if claims.value("vin") or claims.value("title") or claims.value("model"):
            found.append(merge(where, [claims], [], locale=page.locale))
    return found


def named_urls(graphs: Sequence[Graph], page: Page) -> list[str]:
    """Pages about vehicles that structured data names."""
    nodes = [node for graph in graphs for node in [*graph.vehicles, *graph.listed]]
    urls = [url for node in nodes for url in urls_of(node, page.base)[:1]]
    urls += [url for graph in graphs for one in graph.list_urls if looks_like_listing(url := page.absolute(one))]
    here = page.url.partition("#")[0]
    return [url for url in urls if not refusal(url) and url != here]


def together(state: StateReading, shown: Sequence[str], *, goes_on: bool) -> tuple[str, ...]:
    """The list that the state tells, and the list that the page shows, as one.

    A store of vehicles by number also holds some that the page does not list: then what it shows counts. Two lists
    without a page in common are of different things: the one of a state that says how many there are in all is the
    page's, else the longer one.
    """
    told = [one.url for one in state.listed]
    shown = list(dict.fromkeys(shown))
    longer, shorter = (told, shown) if len(told) >= len(shown) else (shown, told)
    if state.is_store and shown:
        return tuple(shown)
    bare = {url.partition("?")[0] for url in longer}
    rest = [url for url in shorter if url.partition("?")[0] not in bare]
    if len(rest) < len(shorter):
        return (*longer, *rest)
    return tuple(told if goes_on and told else longer)


def without_siblings(urls: Sequence[str], page: Page) -> tuple[str, ...]:
    """None where all are pages of the very kind that this one is: the next and the last one, similar ones."""
    shape, numbered = shape_of(page.url), _without_numbers(page.url)
    if looks_like_listing(page.url) and all(shape_of(url) == shape for url in urls):
        return ()
    return () if "0" in numbered and all(_without_numbers(url) == numbered for url in urls) else tuple(urls)


def _without_numbers(url: str) -> str:
    """The address's path, each number in it as 0."""
    return re.sub(r"\d+", "0", urlsplit(url).path)
