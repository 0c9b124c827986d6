"""The parent's side of the confined children.

    take an idle child (or start one) → ask → await the answer, or its parts → give it back

A child that dies, hangs or answers rubbish costs the job that it had, and nothing else. So does a cancelled job: its
child is killed, and an answer can never reach another job than its own.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from forecourt.children.process import ChildProcess, HungUp
from forecourt.children.serving import JSON
from forecourt.errors import ForecourtError, Paused, WrongUse

_CHILD = "forecourt.confined.child"
_MOST_JOBS = 2_000  # per child: what a library leaks does not add up
T = TypeVar("T")


class ConfinedDied(ForecourtError):
    """The child had this job and died, hung, or answered what is no answer."""


class ConfinedPool:
    """Child processes that run one task on a stranger's bytes.

    Args:
        task: "module:function", a constant of ours; the function takes (arguments, data) and returns JSON.
        processes: The most children, and so the most jobs at the same time.
        memory_bytes: What a job may use on top of the child's own imports.
        cpu_seconds: Processor time of one job, or of one part of an answer; the kernel kills the child at the next
            second.
        wall_seconds: How long we wait for one answer, or one part.
        parts_task: The same for answers in parts; the function takes (arguments, open file) and yields JSON.

    `async with` starts the children and does not wait for them. Use it from the thread that runs the event loop, which
    must outlive the pool: the kernel sends the death signal when the *thread* that started a child ends.
    """

    def __init__(
        self,
        task: str,
        *,
        processes: int,
        memory_bytes: int,
        cpu_seconds: int,
        wall_seconds: float,
        parts_task: str | None = None,
    ) -> None:
        self._task = task
        self.processes = processes
        self._orders: dict[str, JSON] = {
            "task": task,
            "parts_task": parts_task,
            "memory_bytes": memory_bytes,
            "cpu_seconds": cpu_seconds,
        }
        self._wall_seconds = wall_seconds
        self._turn = asyncio.Semaphore(processes)
        # Parts may take hours, and one answer seconds: where there are several children, one is left for the latter.
        self._long_turn = asyncio.Semaphore(max(1, processes - 1))
        self._idle: list[ChildProcess] = []
        self._children: set[ChildProcess] = set()
        self._ending: list[ChildProcess] = []
        self._open = False
        self._has_started = False  # at least one child, ever: the installation is not broken

    async def __aenter__(self) -> Self:
        self._open = True
        try:
            for _ in range(self.processes):
                self._idle.append(self._start())
        except Paused:
            if not self._idle:
                self._open = False
                raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open = False
        started = [*self._ending, *self._children]
        for child in self._children:
            child.process.kill()  # a busy one's job notices, and discards it
        while self._idle:
            self._discard(self._idle.pop())
        for child in started:
            await asyncio.to_thread(child.process.wait)

    async def run(
        self, arguments: Mapping[str, JSON], *, file: Path | None = None, data: bytes = b"", fresh: bool = False
    ) -> JSON:
        """Ask one child, and give its answer.

        Args:
            arguments: What the task's function gets first.
            file: Handed over as an open descriptor; the child reads it whole and opens nothing.
            data: The bytes themselves, where there is no file.
            fresh: Ask a child that has no other job, neither before nor after this one.

        Raises:
            ConfinedDied: This job's child died, hung or answered rubbish.
            WrongUse: No child has ever started: a broken installation, or a memory limit that the imports exceed.
            Paused: None starts any more: the system has no process, descriptor or memory left for us.
        """
        files = [] if file is None else [file]
        [answer] = await self._run([arguments], files, data, fresh=fresh)
        return answer

    async def run_together(self, jobs: Sequence[tuple[Mapping[str, JSON], Path]]) -> list[JSON]:
        """Ask one child for several, arguments and file each, and give the answer to each.

        At most MOST_JOBS: they are handed over at once, and one after the other is done.

        Raises:
            ConfinedDied, WrongUse, Paused: As for one; which of them was to blame is not known.
        """
        return await self._run([arguments for arguments, _ in jobs], [file for _, file in jobs])

    async def _run(
        self, jobs: Sequence[Mapping[str, JSON]], files: Sequence[Path], data: bytes = b"", *, fresh: bool = False
    ) -> list[JSON]:
        async with self._turn:
            child = await self._take(fresh=fresh)
            try:
                return await self._ask(child, jobs, files, data)
            finally:
                if fresh:
                    self._discard(child)
                else:
                    self._give_back(child)

    async def run_in_parts(self, arguments: Mapping[str, JSON], *, descriptor: int) -> AsyncGenerator[JSON]:
        """Ask one child, and give the parts of its answer as they come. It waits where we do not ask for the next one.

        Args:
            arguments: What the task's function gets first.
            descriptor: Of an open file, which the child reads from its beginning.

        Raises:
            ConfinedDied, WrongUse, Paused: As for one answer; the parts before it were good.
        """
        async with self._long_turn, self._turn:
            child = await self._take()
            try:
                await self._heard(child, child.ask([dict(arguments)], [descriptor], in_parts=True))
                while part := await self._heard(child, child.part()):
                    yield part[0]
            finally:
                self._give_back(child)

    async def _take(self, *, fresh: bool = False) -> ChildProcess:
        """An idle child that lives, or a new one. A start that fails is tried once more: it may be a lack of memory."""
        if fresh and self._idle:
            self._discard(self._idle.pop())  # never more children than processes
        last_words = ""
        for _ in range(2 + len(self._idle)):
            if not self._open:
                raise RuntimeError("the pool is closed")
            child = self._idle.pop() if self._idle and not fresh else self._start()
            try:
                if await child.is_ready():
                    self._has_started = True
                    return child
                last_words = await child.last_words()
            finally:
                if not child.is_fit:
                    self._discard(child)
        trouble = f"the child process for {self._task} does not start: {last_words}"
        raise Paused(trouble) if self._has_started else WrongUse(trouble)

    async def _ask(
        self, child: ChildProcess, jobs: Sequence[Mapping[str, JSON]], files: Sequence[Path], data: bytes
    ) -> list[JSON]:
        with ExitStack() as closing:
            descriptors = []
            for file in files:
                descriptors.append(os.open(file, os.O_RDONLY | os.O_CLOEXEC))
                closing.callback(os.close, descriptors[-1])
            return await self._heard(child, child.answer([dict(job) for job in jobs], descriptors, data))

    async def _heard(self, child: ChildProcess, word: Awaitable[T]) -> T:
        """What the child says, in time."""
        try:
            async with asyncio.timeout(self._wall_seconds):
                return await word
        except TimeoutError as error:
            raise ConfinedDied(f"no answer within {self._wall_seconds:g} s") from error
        except HungUp as error:
            raise ConfinedDied(await child.last_words()) from error
        except (ValueError, RecursionError) as error:
            raise ConfinedDied("the answer is not JSON") from error

    def _give_back(self, child: ChildProcess) -> None:
        if self._open and child.is_fit and child.jobs < _MOST_JOBS:
            self._idle.append(child)
        else:
            self._discard(child)

    def _start(self) -> ChildProcess:
        try:
            child = ChildProcess(_CHILD, self._orders)
        except OSError as error:
            raise Paused(f"no child process can be started: {error.strerror}") from error
        self._children.add(child)
        return child

    def _discard(self, child: ChildProcess) -> None:
        child.end()
        self._children.discard(child)
        self._ending = [other for other in [*self._ending, child] if other.process.poll() is None]
