"""A page as two flat lists, elements and texts in their order: the readers ask it many small questions."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_ELEMENTS = 100_000
MOST_LINKS = 10_000
_MUTE = frozenset({"script", "style", "template", "svg", "math", "iframe", "object", "textarea", "noscript"})
_ASIDE = frozenset({"header", "footer", "nav", "aside"})


@dataclass(slots=True)
class Element:
    """One element. `end` is the index behind its last descendant; its texts are `texts[first_text:last_text]`."""

    index: int
    node: LexborNode
    tag: str
    parent: int
    depth: int
    end: int
    first_text: int
    last_text: int

    def get(self, name: str) -> str:
        """An attribute; empty where there is none."""
        return self.node.attributes.get(name) or ""

    def words(self, *names: str) -> str:
        """Several attributes in a row, with a blank between them; the parser hands out all of them or none."""
        attributes = self.node.attributes
        return " ".join([attributes.get(name) or "" for name in names])


@dataclass(frozen=True, slots=True)
class Outline:
    """Elements and texts of a page in document order."""

    elements: list[Element]
    texts: list[str]

    def text(self, element: Element, *, longest: int = 400) -> str:
        """What a reader sees of an element, in one line; cut to `longest` characters."""
        parts: list[str] = []
        length = 0
        for text in self.texts[element.first_text : element.last_text]:
            parts.append(text)
            length += len(text) + 1
            if length > longest:
                break
        return " ".join(parts)[:longest]

    def links(self) -> Iterator[Element]:
        """Its links in order; beyond the most they are no page's but somebody's who wants to keep us busy."""
        return islice((element for element in self.elements if element.tag == "a"), MOST_LINKS)

    def is_leaf(self, element: Element) -> bool:
        """Whether it holds no further elements."""
        return element.end == element.index + 1

    def ancestors(self, element: Element, *, most: int = 1_000) -> Iterator[Element]:
        """From the parent upwards."""
        while element.parent >= 0 and most > 0:
            element = self.elements[element.parent]
            most -= 1
            yield element

    def children(self, element: Element, *, most: int = 1_000) -> Iterator[Element]:
        """Its child elements in order."""
        at = element.index + 1
        while at < element.end and most > 0:
            yield self.elements[at]
            at = self.elements[at].end
            most -= 1

    def next_sibling(self, element: Element) -> Element | None:
        """The element that follows under the same parent."""
        if element.parent < 0 or element.end >= self.elements[element.parent].end:
            return None
        return self.elements[element.end]

    def within(self, element: Element, *tags: str) -> bool:
        """Whether it lies in an element of one of these tags."""
        return any(ancestor.tag in tags for ancestor in self.ancestors(element))

    def is_aside(self, element: Element) -> bool:
        """Whether it lies in the frame of the site and not in what the page is about."""
        for ancestor in self.ancestors(element):
            if ancestor.tag in ("article", "main"):
                return False
            if ancestor.tag in _ASIDE:
                return True
        return False


def outline_of(tree: LexborHTMLParser) -> Outline:
    """Read a tree once, from top to bottom. Scripts, styles and drawings have no text."""
    elements: list[Element] = []
    texts: list[str] = []
    places: dict[int, int] = {}
    trail: list[int] = []
    root = tree.root
    for node in root.traverse(include_text=True, skip_empty=True) if root else ():
        parent_node = node.parent
        parent = places.get(parent_node.mem_id, -1) if parent_node else -1
        while trail and trail[-1] != parent:
            _close(elements[trail.pop()], len(elements), len(texts))
        if node.is_text_node:
            if parent >= 0 and not _mute(elements, parent) and (text := " ".join((node.text_content or "").split())):
                texts.append(text)
            continue
        if not node.is_element_node:
            continue
        if len(elements) >= MOST_ELEMENTS:
            break
        index = len(elements)
        elements.append(Element(index, node, node.tag or "", parent, len(trail), 0, len(texts), 0))
        places[node.mem_id] = index
        trail.append(index)
    for index in trail:
        _close(elements[index], len(elements), len(texts))
    return Outline(elements, texts)


def _close(element: Element, elements: int, texts: int) -> None:
    element.end, element.last_text = elements, texts


def _mute(elements: list[Element], index: int) -> bool:
    element = elements[index]
    return element.tag in _MUTE or (element.parent >= 0 and elements[element.parent].tag in _MUTE)
