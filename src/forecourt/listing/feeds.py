"""Feeds of vehicles: CSV and TSV, JSON, and the XML that Google and Meta ask dealers for.

One listing at a time, as the feed has them. A line that cannot be read costs that line.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from forecourt.listing import lenient_json
from forecourt.listing.claims import Claims, text_of
from forecourt.listing.document import decode
from forecourt.listing.entities import unescaped
from forecourt.listing.feed_columns import IMAGE_COLUMNS, LINK_COLUMNS, column_field
from forecourt.listing.locales import locale_of
from forecourt.listing.makes import split_title
from forecourt.listing.merge import merge
from forecourt.listing.opengraph import TITLE_READER
from forecourt.listing.photo_urls import absolute
from forecourt.listing.tolerant_xml import local_name, without_doctype, without_stray_marks
from forecourt.listing.values import Listing

READER = "feed"
LONGEST_BYTES = 200 * 1024 * 1024
LONGEST_CELL = 1_000_000
_FEWEST_FIELDS = 2
_BETWEEN_PHOTOS = re.compile(r"[|\n]|(?<![\s,;])[\s,;]++(?=https?://|/)")  # a run of blanks is tried once
_ITEMS = frozenset(
    {"listing", "item", "vehicle", "entry", "car", "ad", "offer", "product", "record", "row", "inventory"}
)
_LISTS = (
    "vehicles",
    "listings",
    "inventory",
    "items",
    "results",
    "cars",
    "data",
    "ads",
    "offers",
    "products",
    "records",
)
_DELIMITERS = "\t;|,"

Row = Mapping[str, object]


def read_feed(body: bytes, *, url: str, content_type: str | None) -> Iterator[Listing]:
    """The vehicles in a feed, lazily; none where it is no feed.

    Args:
        url: Of the feed: its relative addresses are resolved against it, and a row without an address of its own
            gets it with the row's stock number or VIN as fragment.
    """
    for row in _rows(_inflated(body), content_type):
        if listing := _listing(row, url):
            yield listing


def is_feed(body: bytes, content_type: str | None) -> bool:
    """Whether bytes that are no web page begin like a feed of vehicles."""
    if re.match(rb"\s*<(!doctype html|html)", body[:200].lstrip(b"\xef\xbb\xbf"), re.IGNORECASE):
        return False
    said = (content_type or "").lower()
    if "html" in said and not body.lstrip().startswith((b"<?xml", b"{", b"[")):
        return False
    return next(read_feed(body, url="https://feed.invalid/", content_type=content_type), None) is not None


def _rows(body: bytes, content_type: str | None) -> Iterator[Row]:
    start = body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        yield from _xml_rows(body)
    elif start.startswith((b"{", b"[")):
        yield from _json_rows(decode(body, content_type))
    else:
        yield from _table_rows(decode(body, content_type))


def _table_rows(text: str) -> Iterator[Row]:
    text = text.lstrip("\ufeff").replace("\x00", "")
    header = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(_DELIMITERS, key=header.count)
    if not header.count(delimiter) or len(header) > LONGEST_CELL:
        return
    csv.field_size_limit(LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names: list[str] = []
    while True:
        try:
            cells = next(lines, None)
        except csv.Error:
            continue
        if cells is None:
            return
        if not names:
            names = cells
            if sum(bool(column_field(name)) for name in names) < _FEWEST_FIELDS:
                return
        elif any(cells):
            yield dict(zip(names, cells, strict=False))


def _json_rows(text: str) -> Iterator[Row]:
    values = lenient_json.loads(text)
    rows: object = values if len(values) > 1 else values[0] if values else []
    for _ in range(4):
        if not isinstance(rows, Mapping):
            break
        inner: Mapping[str, object] = {str(key).lower(): value for key, value in rows.items()}
        rows = next((inner[name] for name in _LISTS if isinstance(inner.get(name), list | Mapping)), [])
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping):
            yield row


def _xml_rows(body: bytes) -> Iterator[Row]:
    """Each element that stands for a vehicle as a row; elements of one name become a list."""
    events = etree.iterparse(
        io.BytesIO(without_stray_marks(without_doctype(body[:LONGEST_BYTES]))),
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth, inside = 0, 0
    try:
        for event, element in events:
            name = local_name(element.tag)
            if event == "start":
                depth += 1
                if not inside and depth > 1 and name in _ITEMS:
                    inside = depth
                continue
            if depth == inside:
                yield _xml_row(element)
                inside = 0
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
            depth -= 1
    except etree.XMLSyntaxError:
        return


def _xml_row(item: etree._Element) -> Row:
    row: dict[str, list[object]] = {}
    for child in item.iter():
        if child is item or not isinstance(child.tag, str):
            continue
        name = local_name(child.tag)
        parent = child.getparent()
        text = " ".join("".join(str(part) for part in child.itertext()).split()) if len(child) == 0 else ""
        if parent is not item and parent is not None:
            outer = local_name(parent.tag)
            # Meta: <image><url>, <mileage><value> and <unit>.
            name = outer if name in ("url", "value", "src", "link", "image") else f"{outer}_{name}"
        text = text or child.get("href") or child.get("url") or ""
        if text:
            row.setdefault(name, []).append(text)
    return {name: values[0] if len(values) == 1 else values for name, values in row.items()}


def _listing(row: Row, feed_url: str) -> Listing | None:
    claims = Claims(READER, locale_of(feed_url, None))
    link = ""
    for name, value in row.items():
        key = _key(str(name))
        if key in IMAGE_COLUMNS:
            for photo in _photos(value):
                claims.show((absolute(photo, feed_url),))
        elif key in LINK_COLUMNS:
            link = link or text_of(value)
        elif field := column_field(key):
            claims.say(field, _said(value))
    if unit := next(
        (text_of(value) for name, value in row.items() if _key(str(name)) in ("mileageunit", "odometerunit")), ""
    ):
        claims.say("mileage_unit", unit)
    titled = Claims(TITLE_READER, claims.locale)
    if parts := split_title(str(claims.value("title") or "")):
        for field, part in (("year", parts.year), ("make", parts.make), ("model", parts.model)):
            titled.say(field, str(part) if part else None)
    if not (claims.value("vin") or (claims.value("make") and claims.value("model")) or titled):
        return None
    where = (
        absolute(link, feed_url) if link else f"{feed_url}#{claims.value('stock_number') or claims.value('vin') or ''}"
    )
    return merge(where, [claims, titled], [], locale=claims.locale)


def _said(value: object) -> object:
    """A cell; of an object with a value and a unit both."""
    if isinstance(value, Mapping) and "value" in value:
        return f"{text_of(value['value'])} {text_of(value.get('unit'))}".strip()
    return unescaped(value) if isinstance(value, str) and "&" in value else value


def _photos(value: object) -> Iterator[str]:
    """The addresses in a cell: a list, objects with a url, or one text parted by |, ; or commas before an address."""
    waiting: list[object] = [value]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting[:0] = one[:1_000]
        elif isinstance(one, Mapping):
            waiting[:0] = [
                next(
                    (one[key] for key in ("url", "src", "href", "link", "large", "original", "image") if one.get(key)),
                    None,
                )
            ]
        elif isinstance(one, str):
            parts: Iterable[str] = _BETWEEN_PHOTOS.split(one.strip())
            yield from (bare for part in parts if (bare := part.strip().strip(" ,;\"'[]")))


def _key(name: str) -> str:
    """A column's name without case, marks and numbers: "Image_URL 2" → "imageurl"."""
    return re.sub(r"[\W_]+|\[?\d+\]?$", "", name.casefold())


def _inflated(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body[:LONGEST_BYTES]
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            return packed.read(LONGEST_BYTES)
    except (OSError, EOFError, zlib.error):
        return b""
