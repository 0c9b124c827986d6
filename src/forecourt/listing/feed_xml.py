"""Feeds as XML: each element that stands for a vehicle, as a nested record. Nothing is kept of what lies around it.

A document type is never obeyed: no entity is expanded, no file and no network is touched.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from forecourt.listing.feed_records import LONGEST_RECORD, BadRecord, Record, record_of
from forecourt.listing.tolerant_xml import local_name, mended, tolerant_parser

_ITEMS = frozenset(
    """
    listing item vehicle entry car ad offer product record row unit automobile motorcycle used_vehicle fahrzeug
    inserat annonce vehicule véhicule voiture coche vehiculo vehículo anuncio annuncio veicolo auto voertuig
    """.split()
)
_MOST_ELEMENTS = 20_000  # of one vehicle
_COUNTED_IN = ("currency", "unit", "unitcode")


def xml_records(pieces: Iterable[bytes], *, rows: tuple[str, ...] | None) -> Iterator[Record | BadRecord]:
    """The records of the document, numbered from 1.

    Args:
        rows: What the elements are called that stand for a vehicle: the last name, or the last few.
    """
    parser = tolerant_parser("start", "end")
    reader = _Reader(tuple(name.casefold() for name in rows or ()))
    try:
        for piece in mended(pieces):
            parser.feed(piece)
            yield from reader.read(parser.read_events())
    except etree.XMLSyntaxError as error:
        yield BadRecord(0, f"the document is broken: {error.msg}")
        return
    if reader.path:
        yield BadRecord(0, "the document ends in its middle")


class _Reader:
    """Follows the elements; `path` holds the names of those that are open."""

    def __init__(self, rows: tuple[str, ...]) -> None:
        self.path: list[str] = []
        self._rows = rows
        self._inside = 0  # the depth of the vehicle that is being read
        self._elements = 0
        self._number = 0

    def read(self, events: Any) -> Iterator[Record | BadRecord]:  # noqa: ANN401 (its types name more than we ask for)
        """The records that have ended."""
        for event, element in events:
            if event == "start":
                self.path.append(local_name(element.tag))
                if not self._inside and len(self.path) > 1 and self._is_vehicle():
                    self._inside, self._elements = len(self.path), 0
                continue
            self._elements += 1
            if len(self.path) == self._inside:
                self._inside = 0
                self._number += 1
                yield self._record(element)
            if not self._inside or self._elements > _MOST_ELEMENTS:
                _let_go(element)
            self.path.pop()

    def _is_vehicle(self) -> bool:
        if self._rows:
            return tuple(self.path[-len(self._rows) :]) == self._rows
        return self.path[-1] in _ITEMS

    def _record(self, element: etree._Element) -> Record | BadRecord:
        if self._elements > _MOST_ELEMENTS:
            return BadRecord(self._number, f"more than {_MOST_ELEMENTS} elements")
        tree = _tree(element)
        return record_of(self._number, tree if isinstance(tree, Mapping) else {"": tree})


def _tree(element: etree._Element) -> Mapping[str, object] | str:
    """Text, or an element's children by name; of one name several become a list."""
    if len(element) == 0:
        text = " ".join((element.text or "").split())[:LONGEST_RECORD]
        counted = [value for name, value in element.attrib.items() if text and str(name).casefold() in _COUNTED_IN]
        return " ".join([text, *map(str, counted)]) or str(element.get("href") or element.get("url") or "")
    tree: dict[str, list[object]] = {}
    for child in element:
        if isinstance(child.tag, str) and (value := _tree(child)):
            tree.setdefault(local_name(child.tag), []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in tree.items()}


def _let_go(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
