"""One answer, from its first byte to its last. Pure: bytes go in, and who reads it is told at once."""

import re
from typing import Protocol

from forecourt.fetch.framing import Bytes, Framing, framing_of
from forecourt.fetch.head import Head, judge_beginning, read_head
from forecourt.fetch.wire_errors import BodyBroken, NoAnswer, NotHttp

_BEGINS = b"HTTP/1."
_HEAD_ENDS = re.compile(rb"\n\r?\n")
_LINE_ENDS = b"\r\n"
_SWITCHING = 101


class Reading(Protocol):
    """Who reads an answer. What it raises ends the request, and its connection."""

    def begin(self, head: Head) -> bool:
        """The headers have come; whether the body is wanted."""

    def feed(self, data: Bytes) -> bool:
        """A piece of the body, which is gone afterwards; whether more is wanted."""

    def end(self) -> None:
        """The body has ended."""


class Answer:
    """What has come of one.

    Attributes:
        has_begun: A byte has come.
        head: None until it has come. What is said before the answer itself (100, 103) is passed over.
        ended: Nothing more will come, or is wanted.
        is_clean: It has ended where it should, with nothing behind it: its connection may be kept.
    """

    def __init__(self, reading: Reading, *, header_bytes: int) -> None:
        self._reading = reading
        self._header_bytes = header_bytes  # that may still come
        self._begun = b""  # what has come of the head
        self._framing: Framing
        self.has_begun = False
        self.head: Head | None = None
        self.ended = False
        self.is_clean = False

    def receive(self, data: Bytes) -> None:
        """Read on.

        Raises:
            NotHttp: It is no answer, or a broken one.
            ForecourtError: The reader's.
        """
        if self.head is None:
            self.has_begun = True
            data = self._receive_head(data)
            if self.head is None or self.ended:
                return
        body = self._framing.take(data)
        if len(body) and not self._reading.feed(body):
            self.ended = True
        elif self._framing.ended:
            self._end(self.head)

    def connection_ended(self, error: Exception | None) -> None:
        """Nothing more will come.

        Raises:
            NoAnswer: Too early.
            BodyBroken: In the middle.
            ForecourtError: The reader's.
        """
        if self.head is None:
            raise NoAnswer("closed before an answer") from error
        if error or not self._framing.ends_with_the_connection:
            raise BodyBroken("the body broke off") from error
        self.ended = True
        self._reading.end()

    def _receive_head(self, data: Bytes) -> Bytes:
        """Give what came behind the head, where that has come."""
        if self._begun:
            data, self._begun = self._begun + data, b""
        while len(data):
            begin = bytes(data[: len(_BEGINS)])
            if begin[0] in _LINE_ENDS:  # some servers send a line end after a body: it comes before the next answer
                data = data[1:]
                self._count(1)
                continue
            if not _BEGINS.startswith(begin):
                raise NotHttp("the answer is not HTTP")
            end = _HEAD_ENDS.search(data)
            size = end.end() if end else len(data)
            self._count(size)
            if end is None:
                self._header_bytes += size
                self._begun = bytes(data)
                judge_beginning(self._begun)
                break
            head = read_head(bytes(data[:size]))
            data = data[size:]
            if head.status >= 200 or head.status == _SWITCHING:  # noqa: PLR2004
                self._begin(head, data)
                return data
        return b""

    def _count(self, size: int) -> None:
        self._header_bytes -= size
        if self._header_bytes < 0:
            raise NotHttp("the headers are too large")

    def _begin(self, head: Head, behind: Bytes) -> None:
        self._framing = framing_of(head, most_bytes=self._header_bytes)
        if self._framing.ended:
            _judge_what_is_behind(behind)
        if not self._reading.begin(head):
            self.ended = True
            if head.length is not None:
                self._framing.take(behind)
                _judge_what_is_behind(self._framing.rest)
                self.is_clean = self._is_clean(head)
        self.head = head

    def _end(self, head: Head) -> None:
        _judge_what_is_behind(self._framing.rest)
        self.ended = True
        self._reading.end()
        self.is_clean = self._is_clean(head)

    def _is_clean(self, head: Head) -> bool:
        return head.may_be_kept and self._framing.ended and not len(self._framing.rest)


def _judge_what_is_behind(data: Bytes) -> None:
    """A line end and an answer that nobody asked for do no harm: the connection is not kept."""
    begin = bytes(data[:64]).lstrip(_LINE_ENDS)[: len(_BEGINS)]
    if not _BEGINS.startswith(begin):
        raise NotHttp("more has come than the body is long")
