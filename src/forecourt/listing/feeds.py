"""Feeds of vehicles, read as a stream: CSV and TSV, JSON and JSON Lines, the XML that Google and Meta ask dealers for.

    file → unpacked → as UTF-8 → records (feed_table · feed_json · feed_xml) → vehicles (feed_vehicles)

Nothing but a window on the file is in memory. A record that cannot be read costs that record, and is named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain, islice
from typing import BinaryIO

from forecourt.listing.feed_bytes import Unpacked, as_utf8, charset_of
from forecourt.listing.feed_json import DEEPEST, is_object_lines, json_records, line_records
from forecourt.listing.feed_mapping import FeedFormat, FeedMapping
from forecourt.listing.feed_records import BadRecord, CountedIn, Record
from forecourt.listing.feed_table import table_records
from forecourt.listing.feed_vehicles import FeedVehicle, RecordReader
from forecourt.listing.feed_xml import xml_records
from forecourt.listing.values import Listing

_FEWEST_COLUMNS = 2  # for a text that may be something else
_LOOKED_AT = 20
_DEEPEST_EXPORT = 1  # of JSON that nobody called a feed
_NO_MAPPING = FeedMapping()


@dataclass(frozen=True, slots=True)
class FeedEnd:
    """The last thing that a feed gives.

    Args:
        why_cut: Why its own end was not reached; None where it was.
        unmet: What the mapping names and the feed does not have.
    """

    why_cut: str | None
    unmet: tuple[str, ...] = ()


def stream_feed(
    file: BinaryIO, *, url: str, name: str, content_type: str | None = None, mapping: FeedMapping = _NO_MAPPING
) -> Iterator[FeedVehicle | BadRecord | FeedEnd]:
    """What a feed says, record by record, and at last how it ended.

    Args:
        file: Open, at its beginning; read piece by piece.
        url: Where it was served from: its relative addresses are resolved against it.
        name: The address that the feed is known by: a record without a page of its own gets it, with its stock
            number or VIN as fragment.
    """
    unpacked = Unpacked(file)
    reader = RecordReader(url=url, name=name, mapping=mapping)
    cut: str | None = None
    records = _records(unpacked, content_type, mapping, fewest=1)
    for record in records.found:
        if record.number:
            found = reader.read(record) if isinstance(record, Record) else record
            yield replace(found, counted_in=records.counted_in)
        elif isinstance(record, BadRecord):
            cut = record.why
    yield FeedEnd(unpacked.why_cut or cut, reader.unmet())


def read_feed(body: bytes, *, url: str, content_type: str | None) -> Iterator[Listing]:
    """The vehicles in a feed that is no longer than a page; none where it is no feed."""
    reader = RecordReader(url=url, name=url, mapping=_NO_MAPPING)
    for record in _records(Unpacked(BytesIO(body)), content_type, _NO_MAPPING, fewest=_FEWEST_COLUMNS).found:
        found = reader.read(record) if isinstance(record, Record) else record
        if isinstance(found, FeedVehicle) and _tells(found.listing):
            yield found.listing


def is_feed(body: bytes, content_type: str | None) -> bool:
    """Whether bytes that are no web page begin like a feed of vehicles."""
    if re.match(rb"\s*<(!doctype html|html)", body[:200].lstrip(b"\xef\xbb\xbf"), re.IGNORECASE):
        return False
    said = (content_type or "").lower()
    if "html" in said and not body.lstrip().startswith((b"<?xml", b"{", b"[")):
        return False
    reader = RecordReader(url="https://feed.invalid/", name="", mapping=_NO_MAPPING)
    records = _records(Unpacked(BytesIO(body)), content_type, _NO_MAPPING, fewest=_FEWEST_COLUMNS).found
    found = (reader.read(record) for record in islice(records, _LOOKED_AT) if isinstance(record, Record))
    return any(isinstance(each, FeedVehicle) and _tells(each.listing) for each in found)


@dataclass(frozen=True, slots=True)
class _Records:
    found: Iterator[Record | BadRecord]
    counted_in: CountedIn


def _records(unpacked: Unpacked, content_type: str | None, mapping: FeedMapping, *, fewest: int) -> _Records:
    pieces = iter(unpacked)
    head = next(pieces, b"")
    charset = charset_of(head, said=mapping.encoding, content_type=content_type)
    whole = chain([head], pieces)
    start = next(as_utf8([head], charset), b"")
    match mapping.format or _format_of(start):
        case "xml":
            return _Records(xml_records(whole, rows=mapping.rows), "record")
        case "json":
            deepest = _DEEPEST_EXPORT if fewest > 1 else DEEPEST
            records = json_records(as_utf8(whole, charset), rows=mapping.rows, alone=fewest == 1, deepest=deepest)
            return _Records(records, "record")
        case "jsonl":
            return _Records(line_records(as_utf8(whole, charset)), "line")
        case _:
            records = table_records(as_utf8(whole, charset), delimiter=mapping.delimiter, fewest=fewest)
            return _Records(records, "line")


def _format_of(head: bytes) -> FeedFormat:
    start = head.lstrip(b" \t\r\n\0")
    if start.startswith(b"<"):
        return "xml"
    if start.startswith((b"{", b"[")):
        return "jsonl" if is_object_lines(start) else "json"
    return "csv"


def _tells(listing: Listing) -> bool:
    return bool(listing.vin or (listing.make and listing.model) or (listing.title and listing.make))
