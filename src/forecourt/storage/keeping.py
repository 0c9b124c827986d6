"""The keeper as its worker sees it: what comes while it is busy goes to it together."""

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired

from forecourt.children.process import ChildProcess, HungUp
from forecourt.children.serving import JSON
from forecourt.errors import StoreUnavailable

_KEEPER = "forecourt.storage.keeper"
_MOST_AT_ONCE = 256
_GATHER_SECONDS = 0.02  # nobody waits for one photo, and those that come meanwhile share its way to the disk
_END_SECONDS = 1.0
_TRIES = 2  # it may be killed by somebody who has nothing against us


@dataclass(frozen=True)
class _Waiting:
    storage_path: str
    file: Path
    size: int
    outcome: asyncio.Future[OSError | None]


class Keeping:
    """One keeper process for a store, from the first file on.

    Args:
        root: The folder.
    """

    def __init__(self, root: Path) -> None:
        self._orders: dict[str, JSON] = {"root": str(root)}
        self._child: ChildProcess | None = None
        self._waiting: list[_Waiting] = []
        self._round: asyncio.Task[None] | None = None

    async def keep(self, storage_path: str, file: Path) -> OSError | None:
        """Wait until the file is durable at its place; or what went wrong.

        Raises:
            StoreUnavailable: No keeper can be started, or it dies.
        """
        try:
            size = os.stat(file).st_size  # noqa: PTH116 (it was written a moment ago)
        except OSError as error:
            return error
        waiting = _Waiting(storage_path, file, size, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._keep_all())
        return await waiting.outcome

    def close(self) -> None:
        """End the process. Safe to call twice."""
        if self._child is not None:
            self._child.end()
            with suppress(TimeoutExpired):  # it waits for a disk that does not answer, and is gone when that does
                self._child.process.wait(_END_SECONDS)
            self._child = None

    async def _keep_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(_GATHER_SECONDS)
            batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            try:
                outcomes = await self._ask(batch)
            except StoreUnavailable as error:
                for each in batch:
                    with suppress(OSError):  # a read-only disk keeps it; the next process sweeps
                        each.file.unlink(missing_ok=True)
                    if not each.outcome.done():  # whoever waited may have been cancelled
                        each.outcome.set_exception(StoreUnavailable(str(error)))
                continue
            for each, outcome in zip(batch, outcomes, strict=True):
                if not each.outcome.done():
                    each.outcome.set_result(outcome)

    async def _ask(self, batch: list[_Waiting]) -> list[OSError | None]:
        files: list[JSON] = [[each.storage_path, str(each.file), each.size] for each in batch]
        last_words = ""
        for _ in range(_TRIES):
            child = self._child = self._child or self._started()
            try:
                if await child.is_ready():
                    [answer] = await child.answer([{"files": files}])
                    return _errors(answer)
                last_words = await child.last_words()
            except HungUp:
                last_words = await child.last_words()
            finally:
                if not child.is_fit:
                    child.end()
                    self._child = None
        raise StoreUnavailable(f"the process that writes the photos does not live: {last_words}")

    def _started(self) -> ChildProcess:
        try:
            return ChildProcess(_KEEPER, self._orders)
        except OSError as error:
            raise StoreUnavailable(f"no process can be started: {error.strerror}") from error


def _errors(answer: JSON) -> list[OSError | None]:
    numbers = answer if isinstance(answer, list) else []
    return [None if number is None else OSError(number, os.strerror(int(str(number)))) for number in numbers]
