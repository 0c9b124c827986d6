"""A worker's one heartbeat for all its leases, and the burial of those whose heart has stopped.

On the same machine a dead worker is noticed at once: the lock on its file is free.
"""

import asyncio
import os
import time
import uuid
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy import Connection

from forecourt import process_lock
from forecourt.db import workers
from forecourt.db.database import Database
from forecourt.db.engine import database_now
from forecourt.errors import LeaseLost, Paused, WrongUse

_log = structlog.get_logger()
_LEFT = ".left"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Lifeline:
    """An async context: inside it we are a registered worker with a heartbeat.

    Args:
        folder: Where the workers of this machine keep their lock files.
        interval_seconds: The usual pause between two requests; the heir of a dead worker's host waits as long.
        lease: For how long a heartbeat is good; the same for all who share a database.
    """

    def __init__(
        self, database: Database, folder: Path, *, interval_seconds: float, lease: timedelta = workers.LEASE
    ) -> None:
        self.worker_id = uuid.uuid4().hex
        self._database = database
        self._folder = folder
        self._interval_seconds = interval_seconds
        self._lease = lease
        self._alive_until = 0.0
        self._lost = False

    async def __aenter__(self) -> Self:
        self._lock = _lock_new(self._folder / f"{self.worker_id}.lock")
        with ExitStack() as unless_registered:
            unless_registered.callback(self._unlock)
            await self._database.write(self._register)
            unless_registered.pop_all()
        self._heart = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._heart.cancel()
        await asyncio.wait([self._heart])
        try:
            await self._database.write(self._leave)
        except Paused:
            with suppress(OSError):  # then it looks as if we had died
                _left(self._folder, self.worker_id).touch()
            raise
        finally:
            self._unlock()

    def check(self) -> None:
        """Raise LeaseLost unless our lease holds for sure; asked before every request that is sent."""
        if self._lost or _running_time() >= self._alive_until:
            raise LeaseLost(f"worker {self.worker_id} could not renew its lease")

    def prove(self, connection: Connection) -> None:
        """Raise LeaseLost if an heir has buried us; until this transaction ends none can."""
        if not workers.is_registered(connection, worker_id=self.worker_id):
            raise LeaseLost(f"worker {self.worker_id} was thought dead")

    async def bury_dead(self) -> int:
        """Hand back what dead workers held; their number."""
        return await bury_dead(
            self._database, self._folder, interval_seconds=self._interval_seconds, but_for=self.worker_id
        )

    def _register(self, connection: Connection) -> None:
        begun = _running_time()
        workers.register(
            connection,
            worker_id=self.worker_id,
            machine=_machine(self._folder),
            now=database_now(connection),
            lease=self._lease,
        )
        self._alive_until = begun + self._lease.total_seconds()

    def _leave(self, connection: Connection) -> None:
        now = database_now(connection)
        workers.leave(connection, self.worker_id, now=now, interval_seconds=self._interval_seconds)

    async def _beat(self) -> None:
        while not self._lost:
            await asyncio.sleep(self._lease.total_seconds() / workers.HEARTBEATS)
            begun = _running_time()  # before it is sent: our lease must end before the others think so
            try:
                alive = await self._database.write(self._renew)
            except Paused as error:
                _log.warning("worker.no_heartbeat", reason=str(error))  # check() stops us when the lease is over
                continue
            if alive:
                self._alive_until = begun + self._lease.total_seconds()
            else:
                self._lost = True

    def _renew(self, connection: Connection) -> bool:
        return workers.heartbeat(connection, worker_id=self.worker_id, now=database_now(connection), lease=self._lease)

    def _unlock(self) -> None:
        (self._folder / f"{self.worker_id}.lock").unlink(missing_ok=True)
        os.close(self._lock)


async def bury_dead(database: Database, folder: Path, *, interval_seconds: float, but_for: str = "") -> int:
    """Hand back what dead workers held; their number. Where all live, nothing is written.

    Args:
        folder: Where the workers of this machine keep their lock files.
        interval_seconds: How long the heirs of their hosts wait.
        but_for: Who asks, if it is a worker.
    """
    notes = _notes(folder)
    found = await database.read(
        lambda connection: workers.neighbours(connection, worker_id=but_for, now=database_now(connection))
    )
    here = _machine(folder) if found else ""
    expired = {each.worker_id for each in found if each.expired}
    unlocked = {
        each.worker_id
        for each in found
        if each.machine == here and not process_lock.is_held(folder / f"{each.worker_id}.lock")
    }
    for note in notes - {_left(folder, each.worker_id) for each in found}:  # somebody else has buried it
        note.unlink(missing_ok=True)
    left = {worker_id for worker_id in unlocked if _left(folder, worker_id).exists()}

    def hand_back(connection: Connection) -> set[str]:
        now = database_now(connection)
        for worker_id in left:
            workers.leave(connection, worker_id, now=now, interval_seconds=interval_seconds)
        return left | workers.bury(
            connection, unlocked - left, expired=expired - left, now=now, interval_seconds=interval_seconds
        )

    dead = await database.write(hand_back) if expired or unlocked else frozenset[str]()
    if dead:
        for worker_id in dead:
            (folder / f"{worker_id}.lock").unlink(missing_ok=True)
            _left(folder, worker_id).unlink(missing_ok=True)
        _log.info("worker.buried", workers=sorted(dead))
    return len(dead)


def _notes(folder: Path) -> set[Path]:
    return set(folder.glob(f"*{_LEFT}"))


def _left(folder: Path, worker_id: str) -> Path:
    """The note of a worker that has ended in order and could not tell the database: nobody has died."""
    return folder / f"{worker_id}{_LEFT}"


def _running_time() -> float:
    """Seconds on a clock that nobody sets and that runs on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def _machine(folder: Path) -> str:
    """The same for two processes if and only if a lock of one is seen by the other."""
    boot = _BOOT_ID.read_text(encoding="ascii").strip() if _BOOT_ID.exists() else ""
    try:
        place = folder.stat()
    except FileNotFoundError:  # nobody here has worked yet
        return ""
    return f"{boot}:{place.st_dev}:{place.st_ino}"


def _lock_new(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return process_lock.take(path)
    except OSError as error:
        raise WrongUse(
            f"cannot write to {path.parent}: {error.strerror}; set FORECOURT_HOME to another folder"
        ) from error
