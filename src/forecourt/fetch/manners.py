"""In-process pacing for one host. Who may talk to the host at all is the host lease's business."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


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
        self._slots = _Slots(max_concurrency)
        self._gate = asyncio.Lock()  # its queue is fair, and only its head sleeps
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
        async with self._slots:
            await self._gate.acquire()
            start = _Start(self._gate)
            try:
                await self._wait_for_the_start()
                if not self._interval_seconds:
                    start.let_the_next_one_in()

                def is_on_its_way() -> None:
                    self._last_start = asyncio.get_running_loop().time()
                    start.let_the_next_one_in()

                yield is_on_its_way
            finally:
                start.let_the_next_one_in()

    def set_interval(self, seconds: float) -> None:
        """Count another interval from now on, also for who waits already."""
        self._interval_seconds = seconds
        self._changed.set()

    def set_concurrency(self, most: int) -> None:
        """Let so many in from now on; what has begun goes on."""
        self._slots.set_most(most)

    async def _wait_for_the_start(self) -> None:
        loop = asyncio.get_running_loop()
        while (wait_seconds := self._earliest_start() - loop.time()) > 0:
            self._changed.clear()
            try:
                async with asyncio.timeout(wait_seconds):
                    await self._changed.wait()
            except TimeoutError:
                continue
        self._last_start = loop.time()

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


class _Slots:
    """A fair semaphore whose size may change while it is held."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        if self._taken < self._most and all(each.done() for each in self._waiting):
            self._taken += 1
            return
        ours: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(ours)
        try:
            await ours
        except asyncio.CancelledError:
            if ours.cancelled():
                self._waiting.remove(ours)
                self._let_in()
            else:  # it was given to us a moment ago
                self._give_back()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._give_back()

    def set_most(self, most: int) -> None:
        self._most = most
        self._let_in()

    def _give_back(self) -> None:
        self._taken -= 1
        self._let_in()

    def _let_in(self) -> None:
        for waiting in [each for each in self._waiting if not each.done()][: max(self._most - self._taken, 0)]:
            self._waiting.remove(waiting)
            self._taken += 1
            waiting.set_result(None)
