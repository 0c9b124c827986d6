"""Where a body ends: after so many bytes, after the last chunk, or with its connection."""

import re
from typing import Protocol

from forecourt.fetch.head import LONGEST_LINE, Head
from forecourt.fetch.wire_errors import NotHttp

Bytes = bytes | memoryview

_SIZE_LINE = re.compile(rb"(?P<size>[0-9A-Fa-f]{1,16})[ \t]*(;[^\r\n\0]*)?\r\n")
_TRAILER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*\r\n")


class Framing(Protocol):
    """Tells the body from what is around it.

    Attributes:
        ended: Nothing more belongs to the body.
        ends_with_the_connection: Its end is no accident.
        rest: What came behind the end.
    """

    ended: bool
    ends_with_the_connection: bool
    rest: Bytes

    def take(self, data: Bytes) -> Bytes:
        """Give what of this belongs to the body.

        Raises:
            NotHttp: Broken chunks.
        """


def framing_of(head: Head, *, most_bytes: int) -> Framing:
    """Choose by the head. `most_bytes`: of trailers."""
    if head.is_chunked:
        return _Chunks(most_bytes)
    return _UntilTheEnd() if head.length is None else _Length(head.length)


class _Length:
    ends_with_the_connection = False

    def __init__(self, length: int) -> None:
        self._left = length
        self.ended = not length
        self.rest: Bytes = b""

    def take(self, data: Bytes) -> Bytes:
        self._left -= len(data)
        if self._left > 0:
            return data
        self.ended = True
        if not self._left:
            return data
        self.rest = data[self._left :]
        return data[: self._left]


class _UntilTheEnd:
    ended = False
    ends_with_the_connection = True
    rest: Bytes = b""

    def take(self, data: Bytes) -> Bytes:
        return data


class _Chunks:
    """A size in a line, so many bytes and a line end, again and again; after a size of 0, trailers, which are dropped.

    Small chunks that came together are handed on as one piece.
    """

    ends_with_the_connection = False

    def __init__(self, most_bytes: int) -> None:
        self.ended = False
        self.rest: Bytes = b""
        self._line = b""  # what has come of one
        self._left = 0  # of the chunk, its line end not counted
        self._is_between = True  # a line is due
        self._is_last = False
        self._trailer_bytes = most_bytes

    def take(self, data: Bytes) -> Bytes:
        pieces: list[Bytes] = []
        at, size = 0, len(data)
        raw = bytes(data)
        while at < size and not self.ended:
            if self._left:
                piece = data[at : at + self._left]
                pieces.append(piece)
                self._left -= len(piece)
                at += len(piece)
                continue
            end = raw.find(b"\n", at) + 1
            self._line += raw[at : end or size]
            at = end or size
            if len(self._line) > LONGEST_LINE:
                raise NotHttp("a chunk whose size takes a page")
            if end:
                self._read_line()
            elif not self._is_between and not b"\r\n".startswith(self._line):
                raise NotHttp("a chunk that is longer than it says")
        if self.ended:
            self.rest = data[at:]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _read_line(self) -> None:
        line, self._line = self._line, b""
        if not self._is_between:
            if line != b"\r\n":
                raise NotHttp("a chunk that is longer than it says")
            self._is_between = True
        elif self._is_last:
            self._read_trailer(line)
        elif size_line := _SIZE_LINE.fullmatch(line):
            self._left = int(size_line["size"], 16)
            self._is_last = not self._left
            self._is_between = self._is_last
        else:
            raise NotHttp("a chunk without a size")

    def _read_trailer(self, line: bytes) -> None:
        self._trailer_bytes -= len(line)
        if line == b"\r\n":
            self.ended = True
        elif not _TRAILER.fullmatch(line) or self._trailer_bytes < 0:
            raise NotHttp("broken trailers, or too many")
