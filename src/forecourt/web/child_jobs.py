"""What a route starts runs in a process of its own: the command of the same name, with `--json`.

The server's signal handlers stay the server's, and a job that dies takes nothing with it. A job whose caller has
gone, or whose server stops, gets one SIGTERM: it finishes what is in flight and hands its leases back.
"""

import asyncio
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from forecourt.children.orphans import leaves_with_us

JOBS = 4  # at once; each is a worker of its own
PATIENCE_SECONDS = 15  # a worker leaves within 10


class TooManyJobs(Exception):
    """JOBS of them run already."""


@dataclass(frozen=True)
class JobEnd:
    """Exit code (negative: the signal that ended it) and what was written."""

    code: int
    stdout: bytes
    stderr: bytes


class ChildJobs:
    """The jobs of one server."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._running: set[Process] = set()
        self._told_to_stop: set[Process] = set()
        self._starting = 0

    async def run(self, arguments: Sequence[str], *, caller_gone: Awaitable[None]) -> JobEnd:
        """Run a job to its end, or until nobody waits for it.

        Raises:
            TooManyJobs: Try again later.
        """
        if len(self._running) + self._starting >= JOBS:
            raise TooManyJobs
        self._starting += 1
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                *arguments,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                preexec_fn=leaves_with_us(),
                start_new_session=True,  # Ctrl-C on the server's terminal is the server's: it tells us
            )
        finally:
            self._starting -= 1
        self._running.add(process)
        talk = asyncio.ensure_future(process.communicate())
        gone = asyncio.ensure_future(caller_gone)
        try:
            await asyncio.wait({talk, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not talk.done():
                self._tell_to_stop(process)
                await asyncio.wait({talk}, timeout=PATIENCE_SECONDS)
            if not talk.done():
                process.kill()
            stdout, stderr = await talk
        finally:
            gone.cancel()
            self._tell_to_stop(process)
            self._running.discard(process)
            self._told_to_stop.discard(process)
        return JobEnd(process.returncode or 0, stdout, stderr)

    def stop(self) -> None:
        """Tell all to finish: the server stops."""
        for process in self._running:
            self._tell_to_stop(process)

    def _tell_to_stop(self, process: Process) -> None:
        """Once only: a second signal means "at once"."""
        if process.returncode is None and process not in self._told_to_stop:
            self._told_to_stop.add(process)
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
