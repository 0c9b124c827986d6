"""A window on JSON text of any length: values are taken or passed over one by one, and only the next ones are held."""

import re
from collections.abc import Iterator, Mapping

from forecourt.listing import lenient_json
from forecourt.listing.feed_records import LONGEST_RECORD

_SPACE = re.compile(r"[\s,\ufeff]*")
_SCALAR = re.compile(r"[^\s,\]}]*")
_MARKS = re.compile(r'["\\{}\[\]]')
_FOLLOWS = re.compile(r"\s*(?:[,\]}]|\Z)")
_NEXT_RECORD = re.compile(r"\}\s*,\s*\{")
_LONGEST_MENDED = 100_000
TOO_LONG = "longer than a record may be"
BROKEN = "no JSON"


class Window:
    """The text from `at` on: a record's length of it, as long as there is so much.

    Attributes:
        is_cut: The text ended in the middle of a value.
    """

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self.text = ""
        self.at = 0
        self.is_cut = False

    def next(self) -> str:
        """Go to the next character that counts, which is given; '' at the end."""
        while self._has_more():
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
        return ""

    def step(self) -> None:
        """Over one character."""
        self.at += 1

    def end_of_list(self, *, whole: bool) -> None:
        """Over its last bracket, if there is one."""
        self.at += whole
        self.is_cut = self.is_cut or not whole

    def peek(self, *, inside: bool = False) -> object:
        """The value that begins here, where it is whole and not too long, else None; or the first inside of it."""
        self._fill()
        at = self.at + 1 if inside else self.at
        found = _SPACE.match(self.text, at)
        try:
            return lenient_json.DECODER.raw_decode(self.text, found.end() if found else at)[0]
        except (ValueError, RecursionError):
            return None

    def name(self) -> str | None:
        """The name of a member, and over its colon; None where there is none, and the rest is given up."""
        self._fill()
        try:
            value, self.at = lenient_json.DECODER.raw_decode(self.text, self.at)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, str) or self.next() != ":":
            self.text, self.at, self._pieces, self.is_cut = "", 0, iter(()), True
            return None
        self.step()
        self.next()
        return value

    def record(self) -> Mapping[str, object] | str:
        """The object that begins here, or why it is none. Whatever it is, the next one is not lost with it."""
        self._fill()
        try:
            value, self.at = lenient_json.DECODER.raw_decode(self.text, self.at)
        except (ValueError, RecursionError):
            return self._mended()
        return value if isinstance(value, Mapping) else "no object"

    def skip(self) -> None:
        """Over the value that begins here, however long it is."""
        self._fill()
        scan = _Scan()
        while (end := scan.end_in(self.text, self.at)) is None:
            self.at = len(self.text)
            if not self._has_more():
                self.is_cut = True
                return
        self.at = end

    def _mended(self) -> Mapping[str, object] | str:
        near = self.text[self.at : self.at + _LONGEST_MENDED]
        end = _Scan().end_in(near, 0)
        if end is not None and _FOLLOWS.match(near, end):
            self.at += end
            values = lenient_json.loads(near[:end])
            return values[0] if values and isinstance(values[0], Mapping) else BROKEN
        if following := _NEXT_RECORD.search(self.text, self.at + 1):
            self.at = following.end() - 1
            return BROKEN
        self.skip()
        return TOO_LONG

    def _has_more(self) -> bool:
        self._fill()
        return self.at < len(self.text)

    def _fill(self) -> None:
        """Let go of what has been read, take more where little is left."""
        if len(self.text) - self.at > LONGEST_RECORD:
            return
        parts = [self.text[self.at :]]
        size = len(parts[0])
        while size < 2 * LONGEST_RECORD and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            size += len(piece)
        if len(parts) > 1:
            self.text, self.at = "".join(parts), 0


class _Scan:
    """Where a value ends, over any number of texts. What looks like a bracket in a string is none."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._escaped = -1  # where the character stands that a backslash speaks for

    def end_in(self, text: str, at: int) -> int | None:
        """The place behind the value; None where it goes on in the next text."""
        if not self._depth and not self._in_string and text[at] not in '{["':
            found = _SCALAR.match(text, at)
            return max(at + 1, found.end() if found else at)
        for mark in _MARKS.finditer(text, at):
            here, place = mark[0], mark.start()
            if self._in_string:
                if place == self._escaped:
                    continue
                if here == "\\":
                    self._escaped = place + 1
                elif here == '"':
                    self._in_string = False
            elif here == '"':
                self._in_string = True
            elif here != "\\":
                self._depth += 1 if here in "{[" else -1
            if self._depth <= 0 and not self._in_string:
                return place + 1
        self._escaped -= len(text)
        return None
