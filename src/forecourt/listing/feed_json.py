"""Feeds as JSON: a list of objects wherever it lies in the document, or an object a line.

The list is the one that a mapping file names; else those whose name says so, or whose first object tells of a vehicle.
"""

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forecourt.listing import lenient_json
from forecourt.listing.feed_columns import column_fields, is_image_column
from forecourt.listing.feed_lines import TOO_LONG, numbered_lines
from forecourt.listing.feed_records import BadRecord, Record, record_of
from forecourt.listing.json_window import BROKEN, Window

_LISTS = frozenset(
    """
    vehicles vehicle listings listing inventory items results cars data ads offers products records rows entries
    stock fahrzeuge annonces anuncios
    """.split()
)
DEEPEST = 5
_TELLING = frozenset({"year", "make", "model", "vin", "price", "mileage"})
_ENOUGH = 2
_OBJECT_LINES = re.compile(rb"\s*\{[^\n]*\},?[ \t\r]*\n\s*\{")

Path = tuple[str, ...]
Found = Iterator[Mapping[str, object] | str]


def is_object_lines(head: bytes) -> bool:
    """Whether a text has an object on each line (JSON Lines)."""
    return _OBJECT_LINES.match(head) is not None


def line_records(pieces: Iterable[bytes]) -> Iterator[Record | BadRecord]:
    """The objects of JSON Lines, numbered by their lines."""
    for number, line in numbered_lines(pieces):
        if line is None:
            yield BadRecord(number, TOO_LONG)
        elif text := line.strip().rstrip(","):
            values = lenient_json.loads(text)
            yield (
                record_of(number, values[0])
                if len(values) == 1 and isinstance(values[0], Mapping)
                else BadRecord(number, BROKEN)
            )


def json_records(
    pieces: Iterable[bytes], *, rows: Path | None, alone: bool, deepest: int = DEEPEST
) -> Iterator[Record | BadRecord]:
    """The objects of a document's list, numbered from 1.

    Args:
        rows: The names that lead to the list, from the outside in; () where the document is the list.
        alone: Whether the document itself may be the one object of a feed.
        deepest: How many names may lead to a list that nobody named. A site's own answers have theirs deeper than an
            export has.
    """
    window = Window(_text(pieces))
    look = _Look(rows, deepest)
    if window.next():
        for number, found in enumerate(_values(window, (), look, alone=alone), start=1):
            yield BadRecord(number, found) if isinstance(found, str) else record_of(number, found)
    if window.is_cut:
        yield BadRecord(0, "the document ends in its middle")


def tells_of_a_vehicle(value: object) -> bool:
    """Whether an object has columns of a vehicle, not only a name and an address as anything has."""
    if not isinstance(value, Mapping):
        return False
    record = record_of(0, value)
    if isinstance(record, BadRecord):
        return False
    fields = {field for name in record.names for field, _ in column_fields(name)} & _TELLING
    return len(fields) + any(map(is_image_column, record.names)) >= _ENOUGH


@dataclass(frozen=True, slots=True)
class _Look:
    """Which list counts: the named one, else one that lies no deeper than this."""

    rows: Path | None
    deepest: int


def _values(window: Window, path: Path, look: _Look, *, alone: bool) -> Found:
    """What counts of the value at which the window stands."""
    rows = look.rows
    start = window.next()
    if not start:
        window.is_cut = True
    elif start == "[" and (path == rows if rows is not None else _is_list_of_vehicles(window, path)):
        yield from _elements(window)
    elif (
        start != "{"
        or len(path) >= (DEEPEST if rows else look.deepest)
        or (rows is not None and rows[: len(path)] != path)
    ):
        window.skip()
    elif rows is None and (path or alone) and tells_of_a_vehicle(window.peek()):
        yield window.record()
    else:
        yield from _members(window, path, look)


def _is_list_of_vehicles(window: Window, path: Path) -> bool:
    return not path or path[-1].casefold() in _LISTS or tells_of_a_vehicle(window.peek(inside=True))


def _elements(window: Window) -> Found:
    window.step()
    while (start := window.next()) not in ("", "]"):
        yield window.record()
    window.end_of_list(whole=start == "]")


def _members(window: Window, path: Path, look: _Look) -> Found:
    window.step()
    while (start := window.next()) not in ("", "}"):
        name = window.name()
        if name is None:
            return
        yield from _values(window, (*path, name), look, alone=False)
    window.end_of_list(whole=start == "}")


def _text(pieces: Iterable[bytes]) -> Iterator[str]:
    decode = codecs.getincrementaldecoder("utf-8")(_AS_WINDOWS)
    for piece in pieces:
        yield decode.decode(piece).replace("\0", "")
    yield decode.decode(b"", final=True)


def _one_by_one(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are taken for Windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_AS_WINDOWS = "forecourt.windows-1252"
codecs.register_error(_AS_WINDOWS, _one_by_one)
