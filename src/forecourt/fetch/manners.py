"""In-process pacing for one host. Who may talk to the host at all is the host lease's business."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress


class Pace:
    """At most `max_concurrency` requests at once, and at least `interval_seconds` between their starts.

    A start is the moment when a request is on its way, and not when it might be: a connection that takes long would
    bring it to the host side by side with the next one.

    First come, first served; whoever is cancelled while waiting takes nothing along. Time is that of the event loop,
    which is monotonic.
    """

    def __init__(self, interval_seconds: float, max_concurrency: int) -> None:
        """Start pacing.

        Args:
            interval_seconds: 0 is allowed.
            max_concurrency: From 1.
        """
        self._interval_seconds = interval_seconds
        self._max_concurrency = max_concurrency
        self._in_flight = 0
        self._gate = asyncio.Lock()  # its queue is fair, and only its head waits for anything else
        self._changed = asyncio.Event()
        self._last_start: float | None = None

    @property
    def interval_seconds(self) -> float:
        """The interval that counts now."""
        return self._interval_seconds

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Callable[[], None]]:
        """Wait for, and hold, the right to send one request; call what it gives when the request is on its way.

        Where there is an interval, the next one waits for that call, or for the end of this turn.
        """
        await self._gate.acquire()
        start = _Start(self._gate)
        try:
            await self._wait_for_the_start()
            self._in_flight += 1
            try:
                self._last_start = asyncio.get_running_loop().time()
                if not self._interval_seconds:
                    start.let_the_next_one_in()

                def is_on_its_way() -> None:
                    self._last_start = asyncio.get_running_loop().time()
                    start.let_the_next_one_in()

                yield is_on_its_way
            finally:
                self._in_flight -= 1
                self._changed.set()
        finally:
            start.let_the_next_one_in()

    def set_interval(self, seconds: float) -> None:
        """Count another interval from now on, also for who waits already."""
        self._interval_seconds = seconds
        self._changed.set()

    def set_concurrency(self, most: int) -> None:
        """Let so many in from now on, also of those who wait already; what has begun goes on."""
        self._max_concurrency = most
        self._changed.set()

    async def _wait_for_the_start(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            is_full = self._in_flight >= self._max_concurrency
            wait_seconds = self._earliest_start() - loop.time()
            if not is_full and wait_seconds <= 0:
                return
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(None if is_full else wait_seconds):
                    await self._changed.wait()

    def _earliest_start(self) -> float:
        return 0.0 if self._last_start is None else self._last_start + self._interval_seconds


class _Start:
    """A gate that is opened once, by whoever comes first: who has sent, or who will not."""

    def __init__(self, gate: asyncio.Lock) -> None:
        self._gate: asyncio.Lock | None = gate

    def let_the_next_one_in(self) -> None:
        if self._gate is not None:
            self._gate.release()
            self._gate = None
