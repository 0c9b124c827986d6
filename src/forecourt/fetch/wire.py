"""One connection that speaks HTTP/1.1, GET only. What comes is read at once, out of one buffer for all connections.

    made → a request → its answer → kept → the next request → …
                          └→ closed, wherever anything is odd

One timer watches a connection. It is set for the moment when the next limit will be reached, and looks again then:
nothing is set or cancelled for what comes.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Protocol

from forecourt.errors import ForecourtError
from forecourt.fetch import answer
from forecourt.fetch.answer import Answer
from forecourt.fetch.head import Head
from forecourt.fetch.wire_errors import BodyLate, EndedUnseen, NotHttp

RECEIVE_BYTES = 256 * 1024


class Reading(answer.Reading, Protocol):
    """Who reads an answer, at a pace."""

    def wait(self) -> Awaitable[float] | None:
        """Called when something was fed: what to wait for before we read on; it gives the seconds that it took."""


class Exchange:
    """A request and what comes of it.

    Args:
        request: Whole, as bytes.
        reading: Is told of the answer.
        is_on_its_way: Called when the request has been sent.
        deadline: On the clock of the loop: the answer must have ended.
        idle_seconds: The longest silence.
        header_bytes: Before the body, in all.
    """

    def __init__(
        self,
        request: bytes,
        reading: Reading,
        is_on_its_way: Callable[[], None],
        *,
        deadline: float,
        idle_seconds: float,
        header_bytes: int,
    ) -> None:
        self.request = request
        self.reading = reading
        self.is_on_its_way = is_on_its_way
        self.deadline = deadline
        self.idle_seconds = idle_seconds
        self.answer = Answer(reading, header_bytes=header_bytes)
        self.done: asyncio.Future[Head] = asyncio.get_running_loop().create_future()

    def due(self, last: float) -> float:
        """When the next limit is reached, where something came `last`."""
        return min(last + self.idle_seconds, self.deadline)


class Connection(asyncio.BufferedProtocol):
    """A socket with at most one exchange at a time. The first one begins when the connection is made.

    Args:
        first: Sent at once.
        buffer: Shared by all connections of a loop: what is in it has been read before the loop goes on.
        keep: Called when an answer has ended so that another request may follow.
        forget: Called when the connection has ended, or is about to.
        kept_seconds: How long it waits for another request.
    """

    def __init__(
        self,
        first: Exchange,
        *,
        buffer: memoryview,
        keep: Callable[["Connection"], None],
        forget: Callable[["Connection"], None],
        kept_seconds: float,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._exchange: Exchange | None = first
        self._buffer = buffer
        self._keep = keep
        self._forget = forget
        self._kept_seconds = kept_seconds
        self._transport: asyncio.Transport
        self._was_kept = False
        self._last = 0.0  # when something came or went
        self._watchdog: asyncio.TimerHandle | None = None
        self._pause: asyncio.Task[None] | None = None
        self.closed: asyncio.Future[None] = self._loop.create_future()

    async def ask(self, exchange: Exchange) -> Head:
        """Send the next request over a kept connection, and wait until its answer has ended.

        Raises:
            EndedUnseen: Before a single byte of the answer; the request may be repeated elsewhere.
            OSError: See `fetch/wire_errors.py`.
            ForecourtError: The reader's.
        """
        self._was_kept = True
        self._exchange = exchange
        self._begin(exchange)
        return await self.answer_to(exchange)

    async def answer_to(self, exchange: Exchange) -> Head:
        """Wait for the answer to what was sent."""
        try:
            return await exchange.done
        finally:
            if self._exchange is exchange:  # whoever waited has been cancelled
                self.abort()

    def abort(self) -> None:
        """Close at once, whatever is under way."""
        self._exchange = None
        if self._pause is not None:
            self._pause.cancel()
        self._forget(self)
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = transport  # type: ignore[assignment]  # a socket's is one that reads and writes
        if self._exchange is not None:
            self._begin(self._exchange)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 (asyncio's signature)
        """Where to put what comes."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Read it."""
        self._last = self._loop.time()
        exchange = self._exchange
        if exchange is None:  # nobody asked
            self.abort()
            return
        try:
            exchange.answer.receive(self._buffer[:nbytes])
        except (ForecourtError, NotHttp) as error:
            self._fail(exchange, error)
            return
        wait = exchange.reading.wait()
        if wait is not None:
            self._transport.pause_reading()
            self._pause = self._loop.create_task(self._stand_still(exchange, wait))
        elif exchange.answer.ended:
            self._finish(exchange)

    def eof_received(self) -> bool:
        """The other side has closed; so do we."""
        self._ended(None)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended, whoever ended it."""
        self._ended(exc)
        self._forget(self)
        if self._watchdog is not None:
            self._watchdog.cancel()
        if not self.closed.done():
            self.closed.set_result(None)

    def _begin(self, exchange: Exchange) -> None:
        self._last = self._loop.time()
        self._watch(exchange.due(self._last))
        self._transport.write(exchange.request)
        exchange.is_on_its_way()

    def _finish(self, exchange: Exchange) -> None:
        self._exchange = None
        if exchange.answer.is_clean and not self._transport.is_closing():
            self._keep(self)
        else:
            self.abort()
        if exchange.answer.head is not None and not exchange.done.done():
            exchange.done.set_result(exchange.answer.head)

    def _fail(self, exchange: Exchange, error: Exception) -> None:
        self.abort()
        if not exchange.done.done():
            exchange.done.set_exception(error)

    def _ended(self, error: Exception | None) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        if self._pause is not None and exchange.answer.ended:  # all has come, and our own line is slow
            return
        if error is not None and not isinstance(error, OSError):  # a bug of ours, while we read
            self._fail(exchange, error)
            return
        if self._was_kept and not exchange.answer.has_begun:
            self._fail(exchange, EndedUnseen("a kept connection had ended"))
            return
        try:
            exchange.answer.connection_ended(error)
        except (ForecourtError, OSError) as trouble:
            is_refused = isinstance(error, ssl.SSLError) and exchange.answer.head is None
            self._fail(exchange, error if error is not None and is_refused else trouble)
        else:
            self._finish(exchange)

    async def _stand_still(self, exchange: Exchange, wait: Awaitable[float]) -> None:
        """Do not read for a while; that is our own doing, and no limit counts it."""
        try:
            exchange.deadline += await wait
        except ForecourtError as error:
            self._pause = None
            self._fail(exchange, error)
            return
        self._pause = None
        self._last = self._loop.time()
        self._watch(exchange.due(self._last))
        if not self._transport.is_closing():
            self._transport.resume_reading()
        if exchange.answer.ended:
            self._finish(exchange)

    def _watch(self, due: float) -> None:
        """Look then, or before."""
        if self._watchdog is not None:
            if self._watchdog.when() <= due:
                return
            self._watchdog.cancel()
        self._watchdog = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        """Whether a limit has been reached; else when the next one may be."""
        self._watchdog = None
        now, exchange = self._loop.time(), self._exchange
        if self._pause is not None:
            self._watch(now + self._kept_seconds)
            return
        due = self._last + self._kept_seconds if exchange is None else exchange.due(self._last)
        if now < due:
            self._watch(due)
        elif exchange is None:
            self.abort()
        elif exchange.answer.head is None:
            self._fail(exchange, TimeoutError("no answer in time"))
        else:
            self._fail(exchange, BodyLate("the body did not end in time"))
