"""Reading a body: counted while it streams, never whole in memory unless the caller keeps it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import aiohttp

from forecourt.errors import PermanentError, TransientError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.decoding import decoder_for
from forecourt.fetch.limits import Limits

_CONTENT_RANGE = re.compile(r"bytes 0-(?P<last>[0-9]{1,18})/(?P<all>[0-9]{1,18})", re.IGNORECASE)

Take: TypeAlias = Callable[[int], Awaitable[float]]
"""Waits until our own bandwidth has carried so many bytes; for how many seconds it was."""


async def read_body(
    response: aiohttp.ClientResponse,
    *,
    keep: Callable[[bytes], object],
    max_bytes: int,
    limits: Limits,
    take: Take,
    cut: bool = False,
) -> int:
    """Hand the decoded body on, piece by piece. Returns its size in bytes.

    Args:
        response: Its headers have come; nothing of its body was read.
        keep: Takes each piece, up to `max_bytes` in all.
        max_bytes: Counted after decoding.
        limits: For the minimum speed; idle and total time are the caller's.
        take: Called for each piece, as it came over the wire.
        cut: Stop at `max_bytes` instead of refusing what is longer.

    Raises:
        PermanentError: TOO_LARGE, before the body where its length is announced.
        TransientError: EMPTY, INCOMPLETE, TOO_SLOW, PROTOCOL.
    """
    _refuse_parts(response)
    if not cut and (response.content_length or 0) > max_bytes:
        raise _too_large(max_bytes)
    decoder = decoder_for(response.headers.getall("Content-Encoding", []))
    speed = _Speed(limits)
    size = 0
    async for data in response.content.iter_any():
        speed.count(len(data))
        for piece in decoder.decode(data):
            room = max_bytes - size
            if len(piece) > room and not cut:
                raise _too_large(max_bytes)
            keep(piece[:room])
            size += min(len(piece), room)
            if size == max_bytes and cut:
                return size
        speed.stood_still(await take(len(data)))
        if speed.all_bytes > max_bytes:  # packed, and unpacks to less than it is
            raise _too_large(max_bytes)
    if speed.all_bytes == 0:
        raise TransientError(FailureKind.EMPTY, "a body of 0 bytes")
    decoder.finish()
    if size == 0:
        raise TransientError(FailureKind.EMPTY, "a body that unpacks to 0 bytes")
    return size


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


def _refuse_parts(response: aiohttp.ClientResponse) -> None:
    """A 206 that nobody asked for may still hold the whole."""
    if response.status != 206:  # noqa: PLR2004
        return
    parts = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if parts is None or int(parts["last"]) + 1 != int(parts["all"]):
        raise TransientError(FailureKind.INCOMPLETE, "HTTP 206: a part, where the whole was asked for")


def _too_large(max_bytes: int) -> PermanentError:
    return PermanentError(FailureKind.TOO_LARGE, f"more than {max_bytes} bytes")
