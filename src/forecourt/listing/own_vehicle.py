"""Which of the vehicles that structured data names is the page's own; the rest are others that it mentions."""

from collections.abc import Sequence

from forecourt.listing.claims import text_of
from forecourt.listing.document import Page
from forecourt.listing.schema_org import Graph, Node, is_product, types_of, urls_of
from forecourt.listing.vin import valid_vin


def own_nodes(graph: Graph, page: Page) -> list[Node]:
    """The nodes that describe the page's vehicle, the more telling first; none where they are a list's.

    One vehicle may be told twice, as Car and as Product. Several are told apart by address, VIN and name.
    """
    nodes = graph.vehicles
    if not nodes:
        return []
    here = {_plain(page.url), _plain(page.canonical)}
    if at_home := [
        node
        for node in nodes
        if any(_plain(url) in here for url in urls_of(node, page.base)) and not _is_only_the_site(node)
    ]:
        return _telling_first([*at_home, *(node for node in nodes if node not in at_home and _same(node, at_home[0]))])
    if len({_identity(node) for node in nodes}) == 1 or _one_of_each(nodes):
        return _telling_first(nodes)
    heading = page.heading.casefold()
    named = [
        node
        for node in nodes
        if (name := text_of(node.get("name")).casefold()) and heading and (name in heading or heading in name)
    ]
    return _telling_first(named) if len({_identity(node) for node in named}) == 1 else []


def _identity(node: Node) -> str:
    vin = valid_vin(text_of(node.get("vehicleIdentificationNumber"))) or valid_vin(text_of(node.get("vin")))
    return vin or text_of(node.get("sku")) or text_of(node.get("name")).casefold()


def _same(one: Node, other: Node) -> bool:
    return _identity(one) == _identity(other)


def _one_of_each(nodes: Sequence[Node]) -> bool:
    return len(nodes) == 2 and len({is_product(node) for node in nodes}) == 2  # noqa: PLR2004 (a Car and a Product)


def _telling_first(nodes: Sequence[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: (types_of(node) <= {"product", "individualproduct"}, -len(node)))


def _is_only_the_site(node: Node) -> bool:
    return not (set(node) - {"@type", "@id", "@context", "url", "name"})


def _plain(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].rstrip("/").partition("://")[2].removeprefix("www.")
