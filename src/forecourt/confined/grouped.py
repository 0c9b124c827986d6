"""Jobs that wait at the same time go to a child together: a hand-over costs a tenth of what a photo's decode costs.

While a child is busy with one group it is handed the next, so that it need not wait for us: a worker that takes in a
burst of photos hears a child tens of milliseconds late.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from forecourt.children.serving import JSON, MOST_JOBS
from forecourt.confined.pool import ConfinedPool
from forecourt.confined.turn import ChildTurn, ConfinedDied
from forecourt.errors import ForecourtError

_MOST_GROUPS: Final = 2  # of one child: what it does, and what it does next
_WORTH_A_GROUP: Final = 4  # jobs for each child, before a busy one is handed more


class _NotAlone(Exception):
    """Its child died and had other jobs, too: which of them was to blame is not known."""


@dataclass(eq=False)
class _Job:
    arguments: Mapping[str, JSON]
    file: Path
    answer: "asyncio.Future[JSON]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def end(self, error: Exception) -> None:
        """Unless it has an answer, or nobody waits for one any more."""
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass(eq=False)
class _Lane:
    """A child whose turn is ours, and the groups that it has and has not answered."""

    turn: ChildTurn
    groups: deque[list[_Job]] = field(default_factory=deque)

    def fail(self, died: ConfinedDied) -> None:
        """All that it had is lost."""
        jobs = [job for group in self.groups for job in group]
        for job in jobs:
            job.end(died if len(jobs) == 1 else _NotAlone())


class Grouped:
    """Keeps the children of a pool busy, and groups of jobs for each of them.

    Where a child dies that had several jobs, each of them is asked again alone: one that kills costs itself only.
    """

    def __init__(self, pool: ConfinedPool) -> None:
        self._pool = pool
        self._waiting: deque[_Job] = deque()
        self._lanes: list[_Lane] = []
        self._tasks: set[asyncio.Task[None]] = set()  # one for each lane, and for each that waits for its child

    async def run(self, arguments: Mapping[str, JSON], file: Path) -> JSON:
        """As `ConfinedPool.run`, with what it raises."""
        job = _Job(arguments, file)
        self._waiting.append(job)
        self._hand_out()
        try:
            return await job.answer
        except _NotAlone:
            return await self._pool.run(arguments, file=file)

    def _hand_out(self) -> None:
        """To children that have nothing, and to busy ones where it is worth a group for each."""
        for lane in self._lanes:
            if not lane.groups and self._pool.may_stay(lane.turn):
                self._ask(lane)
        if len(self._waiting) >= _WORTH_A_GROUP * self._pool.processes:
            for lane in self._lanes:
                if 0 < len(lane.groups) < _MOST_GROUPS and self._pool.may_stay(lane.turn):
                    self._ask(lane)
        if self._waiting and len(self._tasks) < self._pool.processes:
            task = asyncio.create_task(self._stay())
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    async def _stay(self) -> None:
        """Hold one child and hear it, as long as there is something for it."""
        try:
            async with self._pool.turn(is_for_many=True) as turn:
                lane = _Lane(turn)
                self._lanes.append(lane)
                try:
                    self._ask(lane)  # its turn has come, whoever waits for the next one
                    self._hand_out()
                    while lane.groups:
                        answers = await turn.next_answers()
                        for job, answer in zip(lane.groups.popleft(), answers, strict=True):
                            if not job.answer.done():
                                job.answer.set_result(answer)
                        self._hand_out()
                except ConfinedDied as died:
                    lane.fail(died)
                finally:
                    self._lanes.remove(lane)
        except (ForecourtError, RuntimeError) as error:  # no child starts, or none any more: the pool is closed
            for job in self._next_group():
                job.end(error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.result()
        self._hand_out()

    def _ask(self, lane: _Lane) -> None:
        group = self._next_group()
        if not group:
            return
        try:
            lane.turn.ask([(job.arguments, job.file) for job in group])
        except OSError:  # a file of one of them cannot be opened
            for job in group:
                job.end(_NotAlone())
        else:
            lane.groups.append(group)

    def _next_group(self) -> list[_Job]:
        """A child's share of those that wait, but for those for which nobody waits any more."""
        group: list[_Job] = []
        share = min(MOST_JOBS, -(-len(self._waiting) // self._pool.processes))
        while self._waiting and len(group) < share:
            job = self._waiting.popleft()
            if not job.answer.done():
                group.append(job)
        return group
