"""Microdata and RDFa Lite: what attributes say of elements, as the same nodes that JSON-LD gives.

    microdata    itemscope, itemtype and itemprop; itemref is not followed
    RDFa Lite    typeof and property; prefixes are taken for schema.org

Sources: HTML Standard, section 5 (Microdata); W3C, RDFa Lite 1.1.
"""

from dataclasses import dataclass

from forecourt.listing.document import Page
from forecourt.listing.outline import Element
from forecourt.listing.schema_org import Graph, graph_of

READER = "microdata"
RDFA_READER = "rdfa"
_URL_ATTRIBUTES = {
    "a": "href", "area": "href", "link": "href", "img": "src", "source": "src", "audio": "src", "video": "src",
    "iframe": "src", "embed": "src", "object": "data", "time": "datetime", "data": "value", "meter": "value",
}  # fmt: skip
Item = dict[str, object]


@dataclass(frozen=True)
class _Words:
    """The attributes that open an item, that give its types, and that name a property of the item around."""

    opens: str
    types: str
    names: str


_MICRODATA = _Words("itemscope", "itemtype", "itemprop")
_RDFA = _Words("typeof", "typeof", "property")


def read_microdata(page: Page) -> Graph:
    """The vehicles that the page's elements describe."""
    return _read(page, _MICRODATA)


def read_rdfa(page: Page) -> Graph:
    """The same, in the words of RDFa Lite."""
    return _read(page, _RDFA)


def _read(page: Page, words: _Words) -> Graph:
    if not page.tree.css_first(f"[{words.opens}]"):
        return Graph()
    roots: list[object] = []
    scopes: list[tuple[Element, Item]] = []
    for element in page.outline.elements:
        attributes = element.node.attributes
        while scopes and element.index >= scopes[-1][0].end:
            scopes.pop()
        is_scope, names = words.opens in attributes, attributes.get(words.names)
        if not is_scope and not names:
            continue
        item: Item = {"@type": (attributes.get(words.types) or "").split()} if is_scope else {}
        value = item if is_scope else _value(page, element)
        if names and scopes:
            for name in names.split():
                _add(scopes[-1][1], name.rpartition(":")[2], value)
        elif is_scope:
            roots.append(item)
        if is_scope:
            scopes.append((element, item))
    return graph_of(roots)


def _value(page: Page, element: Element) -> str:
    said = element.node.attributes.get("content")
    if said is None and (name := _URL_ATTRIBUTES.get(element.tag)):
        said = element.node.attributes.get(name)
        if element.tag == "img":
            said = element.get("data-src") or said
    return said if said is not None else page.outline.text(element, longest=5_000)


def _add(item: Item, name: str, value: object) -> None:
    held = item.get(name)
    if held is None:
        item[name] = value
    elif isinstance(held, list):
        held.append(value)
    else:
        item[name] = [held, value]
