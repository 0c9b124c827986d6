"""Feeds as CSV and TSV, line by line. A line that cannot be read costs that line and is named by its number.

A quote that is never closed would swallow the rest of the feed. So a record of several lines must have as many cells
as the header names, and a modest length; else its first line is the bad one, and reading goes on at the second.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from forecourt.listing.feed_columns import column_fields, is_image_column
from forecourt.listing.feed_lines import TOO_LONG, numbered_lines
from forecourt.listing.feed_records import LONGEST_RECORD, MOST_COLUMNS, BadRecord, Record

DELIMITERS = "\t;|,"
_MOST_LINES = 5_000  # of one record
_LONGEST_NAME = 200  # characters of a column's name that are looked at


def table_records(pieces: Iterable[bytes], *, delimiter: str | None, fewest: int) -> Iterator[Record | BadRecord]:
    """The records below the header; nothing where the first line with words is no header.

    Args:
        pieces: The file, as UTF-8 or Windows-1252.
        delimiter: None: the one that the header has most of.
        fewest: Columns of the header that must be known, for the table to be taken for a feed.
    """
    lines = _Lines(numbered_lines(pieces))
    header = next((line for _, line in lines if line is None or line.strip()), None)
    if not header:
        return
    delimiter = delimiter or max(DELIMITERS, key=header.count)
    csv.field_size_limit(LONGEST_RECORD)
    names = _names(header, delimiter)
    table = _Table(names, delimiter)
    if sum(bool(column_fields(name)) or is_image_column(name) for name in names) < fewest:
        return
    while (start := next(lines, None)) is not None:
        number, line = start
        if line is None:
            yield BadRecord(number, TOO_LONG)
        elif line.strip():
            yield _one((number, line), lines, table)


@dataclass
class _Lines:
    """Numbered lines, which can be put back."""

    source: Iterator[tuple[int, str | None]]
    back: deque[tuple[int, str | None]] = field(default_factory=deque)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> tuple[int, str | None]:
        return self.back.popleft() if self.back else next(self.source)


class _Table:
    """What the header says: names, delimiter; and whether a line ends inside of quotes.

    Each character is looked at once, whatever stands there.
    """

    def __init__(self, names: tuple[str, ...], delimiter: str) -> None:
        self.names = names
        self.delimiter = delimiter
        mark = re.escape(delimiter)
        inside = r'(?:[^"]++|"")*+'
        cell = rf'(?:"{inside}"[^{mark}]*+|(?!")[^{mark}]*+)'
        opening = rf'(?:{cell}{mark})*+"{inside}\Z'
        self._opens = re.compile(opening)
        self._stays_open = re.compile(rf'{inside}(?:\Z|"[^{mark}]*+{mark}{opening})')

    def opens(self, line: str) -> bool:
        """Whether a record that begins with this line goes on behind it."""
        return '"' in line and self._opens.match(line) is not None

    def stays_open(self, line: str) -> bool:
        """The same for a line that begins inside of quotes."""
        return self._stays_open.match(line) is not None

    def cells(self, lines: list[str]) -> list[str]:
        """As many as there are; empty ones at the end are not too many. None where several lines are no record.

        What follows a closing quote in the same cell is read as it stands; but not where that quote ends a record of
        several lines: it rather opens one.
        """
        text = [f"{line}\n" for line in lines]
        try:
            cells = next(csv.reader(text, delimiter=self.delimiter, strict=len(lines) > 1), [])
        except csv.Error:
            return []
        surplus = len(cells) - len(self.names)
        if surplus > 0 and not any(cells[-surplus:]):
            del cells[-surplus:]
        return cells


def _one(start: tuple[int, str], lines: _Lines, table: _Table) -> Record | BadRecord:
    """The record that begins on this line."""
    number, line = start
    text, taken = [line], []
    size, is_open = len(line), table.opens(line)
    while is_open and size <= LONGEST_RECORD and len(text) < _MOST_LINES:
        more = next(lines, None)
        if more is None:
            break
        taken.append(more)
        if more[1] is None:
            break
        text.append(more[1])
        size += len(more[1])
        is_open = table.stays_open(more[1])
    cells = [] if is_open else table.cells(text)
    if len(cells) == len(table.names):
        return Record(number, table.names, tuple(cells))
    lines.back.extendleft(reversed(taken))
    if taken or is_open:
        return BadRecord(number, "a quote that is not closed")
    return BadRecord(number, f"{len(cells)} cells, where the header has {len(table.names)}")


def _names(header: str, delimiter: str) -> tuple[str, ...]:
    """Nothing where the line is no header."""
    try:
        names = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:
        return ()
    while names and not names[-1].strip():
        names.pop()
    return tuple(name.strip()[:_LONGEST_NAME] for name in names[:MOST_COLUMNS])
