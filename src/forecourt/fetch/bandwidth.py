"""So many bytes a second for all processes of this machine that share a file.

The file holds one number: when the line will have carried all that was taken so far, on the machine's clock that runs
on and that nobody sets. Whoever takes bytes moves that moment on by the time that they need, and waits until it has
come. So two processes share the line, whatever each of them does, and one that dies has taken what it took and no more.

The file is locked for the few microseconds of a read and a write. The kernel lets go of the lock however its holder
ends; one that is frozen with it is not waited for.
"""

import asyncio
import fcntl
import os
import struct
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from forecourt.errors import Paused, SettingsError

_MOMENT = struct.Struct("<d")
_SAVED_SECONDS = 0.1  # a line that was idle may carry so much at once
_PIECE_SECONDS = 0.25  # nobody takes more at a time, so that all have their turn
_OF_ANOTHER_BOOT_SECONDS = 60.0  # so many takers at once there are not
_TRIES, _TRY_AGAIN_SECONDS = 50, 0.001


class SharedBandwidth:
    """One for a process.

    Args:
        path: The file that all share; it is made where it is missing.
        bytes_per_second: Of this process. Who is told another number takes its bytes at that one, on the same line.
        clock: The same for all who share the file.

    Raises:
        SettingsError: The file cannot be made.
    """

    def __init__(
        self,
        path: Path,
        *,
        bytes_per_second: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate = bytes_per_second
        self._clock = clock
        self._sleep = sleep
        self._in_turn = asyncio.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SettingsError(
                f"cannot write {path}: {error.strerror}; set FORECOURT_HOME to another folder"
            ) from error

    async def take(self, size: int) -> None:
        """Wait until the line has carried so many bytes; those who wait take turns, a piece at a time."""
        piece = max(1, int(self._rate * _PIECE_SECONDS))
        for start in range(0, size, piece):
            async with self._in_turn:
                await self._lock()
                try:
                    wait = self._reserve(min(piece, size - start))
                finally:
                    fcntl.flock(self._file, fcntl.LOCK_UN)
                if wait > 0:
                    await self._sleep(wait)

    def close(self) -> None:
        """Let go of the file; it stays for the others."""
        os.close(self._file)

    async def _lock(self) -> None:
        """Or go on without, after a while: at worst one piece is not counted."""
        for _ in range(_TRIES):
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(_TRY_AGAIN_SECONDS)
            else:
                return

    def _reserve(self, size: int) -> float:
        """Take `size` bytes; in how many seconds the line will have carried them."""
        now = self._clock()
        try:
            free_at = max(self._free_at(now), now - _SAVED_SECONDS) + size / self._rate
            os.pwrite(self._file, _MOMENT.pack(free_at), 0)
        except OSError as error:
            raise Paused(f"the bandwidth cannot be shared: {error.strerror}") from error
        return free_at - now

    def _free_at(self, now: float) -> float:
        """What the file says; nothing where it is new, not ours, or of a time before the machine was started."""
        text = os.pread(self._file, _MOMENT.size, 0)
        if len(text) < _MOMENT.size:
            return now
        moment = float(_MOMENT.unpack(text)[0])
        return moment if moment - now <= _OF_ANOTHER_BOOT_SECONDS else now
