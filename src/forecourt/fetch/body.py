"""Reading a body: counted while it streams, never whole in memory unless the caller keeps it."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from forecourt.errors import PermanentError, TransientError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.decoding import Decoder, decoder_for
from forecourt.fetch.framing import Bytes
from forecourt.fetch.head import Head
from forecourt.fetch.limits import Limits
from forecourt.fetch.traffic import Traffic

_CONTENT_RANGE = re.compile(r"bytes 0-(?P<last>[0-9]{1,18})/(?P<all>[0-9]{1,18})", re.IGNORECASE)
_WITHOUT_A_BODY = frozenset({204, 205})

Keep = Callable[[Bytes], object]


class Body:
    """Hands a decoded body on, piece by piece. One for a call: what redirects and refusals say is not read.

    Args:
        keep: Takes each piece at once, up to `max_bytes` in all: what it is given is gone afterwards.
        max_bytes: Counted after decoding.
        limits: For the minimum speed; idle and total time are the connection's.
        traffic: Counts what comes over the wire, and says when to wait.
        judge: Sees the headers of a body before that is read; may raise a Trouble.
        cut: Stop at `max_bytes` instead of refusing what is longer.

    Its methods raise PermanentError: TOO_LARGE, before the body where its length is announced; and
    TransientError: EMPTY, INCOMPLETE, TOO_SLOW, PROTOCOL.
    """

    def __init__(
        self,
        keep: Keep,
        *,
        max_bytes: int,
        limits: Limits,
        traffic: Traffic,
        judge: Callable[[Head], None] | None = None,
        cut: bool = False,
    ) -> None:
        self._keep = keep
        self._max_bytes = max_bytes
        self._limits = limits
        self._traffic = traffic
        self._judge = judge
        self._cut = cut
        self._speed: _Speed
        self._decoder: Decoder | None = None
        self._unpaid = 0  # bytes that our own line has not carried yet
        self.size = 0

    def begin(self, head: Head) -> bool:
        """Whether it is one that we want."""
        if not 200 <= head.status < 300 or head.status in _WITHOUT_A_BODY:  # noqa: PLR2004
            return False
        if self._judge is not None:
            self._judge(head)
        _refuse_parts(head)
        if not self._cut and (head.length or 0) > self._max_bytes:
            raise _too_large(self._max_bytes)
        self._decoder = decoder_for(head.all("content-encoding"))
        self._speed = _Speed(self._limits)
        return True

    def feed(self, data: Bytes) -> bool:
        """Take a piece; whether more is wanted."""
        self._speed.count(len(data))
        self._traffic.received_bytes += len(data)
        self._unpaid += len(data)
        if self._decoder is None:
            return self._hand_on(data)
        if not all(self._hand_on(piece) for piece in self._decoder.decode(bytes(data))):
            return False
        if self._speed.all_bytes > self._max_bytes:  # packed, and unpacks to less than it is
            raise _too_large(self._max_bytes)
        return True

    def end(self) -> None:
        """It has ended."""
        if self._speed.all_bytes == 0:
            raise TransientError(FailureKind.EMPTY, "a body of 0 bytes")
        if self._decoder is not None:
            self._decoder.finish()
        if self.size == 0:
            raise TransientError(FailureKind.EMPTY, "a body that unpacks to 0 bytes")

    def wait(self) -> Awaitable[float] | None:
        """What to wait for until our own bandwidth has carried it; it gives the seconds that it took."""
        if self._traffic.bandwidth is None or not self._unpaid:
            return None
        size, self._unpaid = self._unpaid, 0
        return self._pay(size)

    async def _pay(self, size: int) -> float:
        seconds = await self._traffic.carry(size)
        self._speed.stood_still(seconds)
        return seconds

    def _hand_on(self, piece: Bytes) -> bool:
        room = self._max_bytes - self.size
        if len(piece) > room:
            if not self._cut:
                raise _too_large(self._max_bytes)
            piece = piece[:room]
        self._keep(piece)
        self.size += len(piece)
        return not (self._cut and self.size == self._max_bytes)


class _Speed:
    """Bytes on the wire against the minimum, one window after the other. Silence is the idle limit's business."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._clock = asyncio.get_running_loop().time
        self._window_start = self._clock()
        self._window_bytes = 0
        self.all_bytes = 0

    def stood_still(self, seconds: float) -> None:
        """We did not read for so long."""
        self._window_start += seconds

    def count(self, size: int) -> None:
        self.all_bytes += size
        self._window_bytes += size
        seconds = self._clock() - self._window_start
        if seconds < self._limits.slow_window_seconds:
            return
        if self._window_bytes < self._limits.slow_bytes_per_second * seconds:
            raise TransientError(FailureKind.TOO_SLOW, f"{self._window_bytes} bytes in {seconds:.0f} s")
        self._window_start = self._clock()
        self._window_bytes = 0


def _refuse_parts(head: Head) -> None:
    """A 206 that nobody asked for may still hold the whole."""
    if head.status != 206:  # noqa: PLR2004
        return
    parts = _CONTENT_RANGE.fullmatch(head.first("content-range") or "")
    if parts is None or int(parts["last"]) + 1 != int(parts["all"]):
        raise TransientError(FailureKind.INCOMPLETE, "HTTP 206: a part, where the whole was asked for")


def _too_large(max_bytes: int) -> PermanentError:
    return PermanentError(FailureKind.TOO_LARGE, f"more than {max_bytes} bytes")
