"""One child of a pool, for as long as somebody asks it: every trouble with it is a ConfinedDied."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from forecourt.children.process import ChildProcess, HungUp
from forecourt.children.serving import JSON
from forecourt.errors import ForecourtError

T = TypeVar("T")


class ConfinedDied(ForecourtError):
    """The child had this job and died, hung, or answered what is no answer."""


class ChildTurn:
    """The right to ask one child.

    Args:
        wall_seconds: How long we wait for one answer, or one part.
    """

    def __init__(self, child: ChildProcess, wall_seconds: float) -> None:
        self.child = child
        self._wall_seconds = wall_seconds
        self._asked: deque[int] = deque()  # how many jobs each question has that is not answered

    async def answer(self, arguments: Mapping[str, JSON], file: Path | None, data: bytes) -> JSON:
        """To one job. Raises ConfinedDied; OSError where the file is not to be opened."""
        with ExitStack() as closing:
            descriptors = [] if file is None else _opened([file], closing)
            [answer] = await self._heard(self.child.answer([dict(arguments)], descriptors, data))
        return answer

    def ask(self, jobs: Sequence[tuple[Mapping[str, JSON], Path]]) -> None:
        """Hand over several at once, arguments and file each, also while the ones before are not answered.

        At most MOST_JOBS; one after the other is done. A child that is gone by then is noticed by `next_answers`.

        Raises:
            OSError: A file cannot be opened; nothing was asked.
        """
        with ExitStack() as closing:
            descriptors = _opened([file for _, file in jobs], closing)
            self._asked.append(len(jobs))
            try:
                self.child.ask_at_once([dict(arguments) for arguments, _ in jobs], descriptors)
            except HungUp:
                self.child.process.kill()

    async def next_answers(self) -> list[JSON]:
        """To the jobs that were asked first of those without an answer. Raises ConfinedDied: then none will come."""
        answers = await self._heard(self.child.next_answer(self._asked[0]))
        self._asked.popleft()
        return answers

    async def parts(self, arguments: Mapping[str, JSON], descriptor: int) -> AsyncGenerator[JSON]:
        """Of an answer, as they come. Raises ConfinedDied."""
        await self._heard(self.child.ask([dict(arguments)], [descriptor], in_parts=True))
        while part := await self._heard(self.child.part()):
            yield part[0]

    async def _heard(self, word: Awaitable[T]) -> T:
        """What the child says, in time."""
        try:
            async with asyncio.timeout(self._wall_seconds):
                return await word
        except TimeoutError as error:
            raise ConfinedDied(f"no answer within {self._wall_seconds:g} s") from error
        except HungUp as error:
            raise ConfinedDied(await self.child.last_words()) from error
        except (ValueError, RecursionError) as error:
            raise ConfinedDied("the answer is not JSON") from error


def _opened(files: Sequence[Path], closing: ExitStack) -> list[int]:
    descriptors = []
    for file in files:
        descriptors.append(os.open(file, os.O_RDONLY | os.O_CLOEXEC))
        closing.callback(os.close, descriptors[-1])
    return descriptors
