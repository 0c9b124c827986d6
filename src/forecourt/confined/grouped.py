"""Jobs that wait at the same time go to a child together: a hand-over costs a tenth of what a photo's decode costs."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from forecourt.children.serving import JSON, MOST_JOBS
from forecourt.confined.pool import ConfinedDied, ConfinedPool


@dataclass(eq=False)
class _Job:
    arguments: Mapping[str, JSON]
    file: Path
    group: "asyncio.Future[_Group]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(frozen=True)
class _Group:
    jobs: list[_Job]
    answers: asyncio.Task[list[JSON]]


class Grouped:
    """Keeps the children of a pool busy, and a group of jobs for each of them.

    Where a child dies that had several jobs, each of them is asked again alone: one that kills costs itself only.
    """

    def __init__(self, pool: ConfinedPool) -> None:
        self._pool = pool
        self._waiting: deque[_Job] = deque()
        self._under_way = 0

    async def run(self, arguments: Mapping[str, JSON], file: Path) -> JSON:
        """As `ConfinedPool.run`, with what it raises."""
        job = _Job(arguments, file)
        self._waiting.append(job)
        self._begin()
        group = await job.group
        try:
            answers = await asyncio.shield(group.answers)
        except (ConfinedDied, OSError):  # of one of them
            if len(group.jobs) == 1:
                raise
        else:
            return answers[group.jobs.index(job)]
        return await self._pool.run(arguments, file=file)

    def _begin(self) -> None:
        while self._waiting and self._under_way < self._pool.processes:
            share = min(MOST_JOBS, -(-len(self._waiting) // self._pool.processes))
            jobs = [self._waiting.popleft() for _ in range(share)]
            jobs = [job for job in jobs if not job.group.cancelled()]  # nobody waits for its answer any more
            if not jobs:
                continue
            together = self._pool.run_together([(job.arguments, job.file) for job in jobs])
            group = _Group(jobs, asyncio.create_task(together))
            group.answers.add_done_callback(self._ended)
            self._under_way += 1
            for job in jobs:
                job.group.set_result(group)

    def _ended(self, answers: asyncio.Task[list[JSON]]) -> None:
        if not answers.cancelled():
            answers.exception()  # perhaps nobody waits for it any more
        self._under_way -= 1
        self._begin()
