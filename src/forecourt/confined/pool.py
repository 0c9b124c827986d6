"""The parent's side of the confined children.

    take an idle child (or start one) → ask → await the answer, or its parts → give it back

A child that dies, hangs or answers rubbish costs the job that it had, and nothing else. So does a cancelled job: its
child is killed, and an answer can never reach another job than its own.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from forecourt.children.process import ChildProcess
from forecourt.children.serving import JSON
from forecourt.confined.turn import ChildTurn
from forecourt.errors import Paused, WrongUse

_CHILD = "forecourt.confined.child"
_MOST_JOBS = 2_000  # per child: what a library leaks does not add up


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
        self._in_line = 0  # those who wait for a turn to ask once
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
        async with self.turn(fresh=fresh) as turn:
            return await turn.answer(arguments, file, data)

    @asynccontextmanager
    async def turn(self, *, fresh: bool = False, is_for_many: bool = False) -> AsyncIterator[ChildTurn]:
        """One child, for as long as the block takes.

        Args:
            fresh: See `run`.
            is_for_many: For as many questions as come, but no longer than it `may_stay`.

        Raises:
            WrongUse, Paused: No child starts, see `run`.
        """
        self._in_line += not is_for_many
        try:
            await self._turn.acquire()
        finally:
            self._in_line -= not is_for_many
        try:
            child = await self._take(fresh=fresh)
            try:
                yield ChildTurn(child, self._wall_seconds)
            finally:
                if fresh:
                    self._discard(child)
                else:
                    self._give_back(child)
        finally:
            self._turn.release()

    def may_stay(self, turn: ChildTurn) -> bool:
        """Whether it may go on asking its child: nobody waits for a single answer, and the child is not worn out."""
        return not self._in_line and turn.child.jobs < _MOST_JOBS

    async def run_in_parts(self, arguments: Mapping[str, JSON], *, descriptor: int) -> AsyncGenerator[JSON]:
        """Ask one child, and give the parts of its answer as they come. It waits where we do not ask for the next one.

        Args:
            arguments: What the task's function gets first.
            descriptor: Of an open file, which the child reads from its beginning.

        Raises:
            ConfinedDied, WrongUse, Paused: As for one answer; the parts before it were good.
        """
        async with self._long_turn, self.turn() as turn, aclosing(turn.parts(arguments, descriptor)) as parts:
            async for part in parts:
                yield part

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
