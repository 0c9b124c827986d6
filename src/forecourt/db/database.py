"""The database as asynchronous code sees it: one thread that reads and writes, so that a process has one writer."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from forecourt.db.away import away_is_a_pause, is_busy, passes, reason
from forecourt.db.engine import SQLITE_BUSY_SECONDS, reading, writing

_RETRY_SECONDS = (0.2, 1.0, 3.0)
_BUSY_SECONDS = 1.0  # after that we look whether we are to stop
_log = structlog.get_logger()
T = TypeVar("T")


class Database:
    """Runs functions of a connection, one after the other.

    A lost connection or a locked file is tried again a few times: every change is fenced, so that one which had
    happened after all changes nothing the second time. Then the run pauses.

    Args:
        is_stopping: Somebody has asked the process to stop: it has no time for that.
    """

    def __init__(self, engine: Engine, *, is_stopping: Callable[[], bool] = lambda: False) -> None:
        self.engine = engine
        self._is_stopping = is_stopping
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")

    async def write(self, change: Callable[[Connection], T]) -> T:
        """In one transaction.

        Raises:
            Paused: The database does not answer.
        """
        return await self._run(lambda: _in_transaction(self.engine, change))

    async def read(self, look: Callable[[Connection], T]) -> T:
        """One consistent look; raises as `write` does."""
        return await self._run(lambda: _in_snapshot(self.engine, look))

    def close(self) -> None:
        """Wait for what runs, then let go of the connections."""
        self._thread.shutdown()
        self.engine.dispose()

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._stubborn(call))

    def _stubborn(self, call: Callable[[], T]) -> T:
        with away_is_a_pause():
            for wait in _RETRY_SECONDS:
                try:
                    return self._patient(call)
                except DBAPIError as error:
                    if not passes(error) or self._has_no_time_for(error, wait):
                        raise
                    _log.warning("database.retry", reason=reason(error), wait_seconds=wait)
                    time.sleep(wait)
            return self._patient(call)

    def _has_no_time_for(self, error: DBAPIError, wait: float) -> bool:
        """Who is to stop tries a lost connection once more, and waits for nobody else."""
        return self._is_stopping() and (is_busy(error) or wait > _RETRY_SECONDS[0])

    def _patient(self, call: Callable[[], T]) -> T:
        """While another process writes: as long as SQLite itself would wait, or until we are to stop."""
        until = time.monotonic() + SQLITE_BUSY_SECONDS
        while True:
            try:
                return call()
            except DBAPIError as error:
                if not is_busy(error) or self._is_stopping() or time.monotonic() >= until:
                    raise


def _in_transaction(engine: Engine, change: Callable[[Connection], T]) -> T:
    """Two that make the same row at once: the one that was late looks once more, and finds it."""
    try:
        with writing(engine, busy_seconds=_BUSY_SECONDS) as connection:
            return change(connection)
    except IntegrityError:
        _log.info("database.looks_again")
    with writing(engine, busy_seconds=_BUSY_SECONDS) as connection:
        return change(connection)


def _in_snapshot(engine: Engine, look: Callable[[Connection], T]) -> T:
    with reading(engine) as connection:
        return look(connection)
