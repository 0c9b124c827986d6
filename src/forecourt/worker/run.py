"""claim → do → settle, until nothing is left, or it would have to wait for too long, or somebody says stop."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic

import structlog
from sqlalchemy import Connection

from forecourt.db import hosts, workers
from forecourt.db.database import Database
from forecourt.db.engine import database_now
from forecourt.db.hosts import HostLease, Room
from forecourt.errors import ForecourtError, LeaseLost, Paused, StoreUnavailable, WrongUse
from forecourt.worker.turns import ROWS_A_REQUEST, HostTurns
from forecourt.worker.work import ClaimT, SettlementT, Work

_log = structlog.get_logger()
_TICK_SECONDS = 0.1
_MANY_ENDED = 96  # are settled before the tick is over, so that others can be claimed in their place
_ROWS_IN_ALL = 8  # for each request that we may have in flight
_LOOK_AROUND_SECONDS = 1.0
_FINISH_SECONDS = 6.0  # of the ten that a stop may take; the rest is for a machine that is busy


@dataclass(frozen=True)
class Ending:
    """Why a run ended.

    Attributes:
        stopped: Somebody asked it to.
        because: A bound that was set for it is reached, or all work is paused.
        waits_until: Something is left that comes due only then.
    """

    stopped: bool = False
    because: str | None = None
    waits_until: datetime | None = None


class Run(Generic[ClaimT, SettlementT]):
    """One worker's run over one kind of work.

    Args:
        patience: How long the run waits when all that is left comes due later; None: for ever.
    """

    def __init__(
        self,
        work: Work[ClaimT, SettlementT],
        *,
        database: Database,
        turns: HostTurns,
        stop: asyncio.Event,
        patience: timedelta | None,
    ) -> None:
        self._work = work
        self._database = database
        self._turns = turns
        self._stop = stop
        self._patience = patience
        self._in_flight: dict[asyncio.Task[SettlementT | None], ClaimT] = {}
        self._ended: list[asyncio.Task[SettlementT | None]] = []  # of those in flight
        self._enough = 0
        self._have_ended = asyncio.Event()  # as many as are enough
        self._looked_around_at = 0.0
        self._due_at: datetime | None = None
        self._fatal: ForecourtError | None = None

    async def until_done(self) -> Ending:
        """Work until nothing is left that comes due within our patience.

        Raises, after tidying up, what ends the whole run: LeaseLost (of this worker), StoreUnavailable, Paused,
        WrongUse (no child process starts).
        """
        try:
            while not self._stop.is_set() and not self._turns.closed_because:
                self._turns.lifeline.check()
                await self._claim_more()
                if self._in_flight:
                    await self._settle_some()
                elif not await self._wait_for_work():
                    return Ending(stopped=self._stop.is_set(), waits_until=self._due_at)
            because = self._turns.closed_because
            self._turns.close()
            while self._in_flight and not self._stop.is_set():  # no hurry: it may end, but for what has not begun
                self._turns.lifeline.check()
                await self._settle_some()
            return Ending(stopped=self._stop.is_set(), because=because)
        finally:
            await self._tidy_up()

    async def _claim_more(self) -> None:
        """For each host some rows for each of its requests: what has come waits for a decoder and the disk.

        Neither may run dry between two claims.
        """
        busy = Counter(claim.host_id for claim in self._in_flight.values())
        free = _ROWS_IN_ALL * self._turns.concurrency - len(self._in_flight)
        leases = self._turns.leases()
        look_around = self._is_time_to_look_around() or not self._in_flight
        claims, fresh = await self._database.write(
            lambda connection: self._take(connection, leases, busy, free, look_around=look_around)
        )
        self._turns.hold(fresh)
        for claim in claims:
            task = asyncio.create_task(self._do(claim))
            task.add_done_callback(self._note_end)
            self._in_flight[task] = claim
        working = {claim.host_id for claim in self._in_flight.values()}
        await self._turns.let_go(working=working)

    def _take(
        self, connection: Connection, leases: Sequence[HostLease], busy: Counter[int], free: int, *, look_around: bool
    ) -> tuple[list[ClaimT], list[HostLease]]:
        """One transaction: rows of the hosts that we hold, and of some that we take on where there is room for more."""
        self._turns.lifeline.prove(connection)
        now = database_now(connection)
        if not self._in_flight:
            workers.hand_back_rows(connection, worker_id=self._turns.worker_id)
        if look_around:
            self._work.wake(connection, now=now)
        claims = self._claim(connection, _rooms(leases, busy, free), now=now)
        fresh: list[HostLease] = []
        if look_around and (len(claims) < free or self._turns.has_held_for_long()):
            held = {lease.host_id for lease in leases}
            others = [each for each in self._work.hosts_with_work(connection) if each not in held]
            fresh = self._turns.lease(connection, others, most=free - len(claims), now=now)
            claims += self._claim(connection, _rooms(fresh, busy, free - len(claims), are_new=True), now=now)
            self._turns.make_place(connection, others if len(claims) >= free else (), now=now)
        return claims, fresh

    def _claim(self, connection: Connection, rooms: Sequence[Room], *, now: datetime) -> list[ClaimT]:
        if not rooms:
            return []
        return list(self._work.claim(connection, rooms, worker_id=self._turns.worker_id, now=now))

    async def _do(self, claim: ClaimT) -> SettlementT | None:
        """Do it, or None: hand it back. A bug costs its row a failure, not the worker its life."""
        try:
            return await self._work.do(claim)
        except LeaseLost:
            return None
        except (StoreUnavailable, Paused, WrongUse) as error:
            self._fatal = error
            return None
        except Exception as error:  # noqa: BLE001 (the one place)
            _log.exception("worker.bug", claim=claim)
            return self._work.broke(claim, error)

    def _note_end(self, task: asyncio.Task[SettlementT | None]) -> None:
        self._ended.append(task)
        if len(self._ended) >= self._enough:
            self._have_ended.set()

    async def _settle_some(self) -> None:
        self._enough = min(_MANY_ENDED, len(self._in_flight))
        if len(self._ended) < self._enough:
            self._have_ended.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._have_ended.wait(), _TICK_SECONDS)
        await self._settle_ended()

    async def _settle_ended(self) -> None:
        tasks, self._ended = self._ended, []
        ended = [(self._in_flight.pop(task), None if task.cancelled() else task.result()) for task in tasks]
        settlements = [settlement for _, settlement in ended if settlement is not None]
        back = [claim for claim, settlement in ended if settlement is None]
        if ended:
            self._work.settled(
                await self._database.write(lambda connection: self._settle(connection, settlements, back))
            )
        if self._fatal:
            raise self._fatal

    def _settle(
        self, connection: Connection, settlements: list[SettlementT], back: list[ClaimT]
    ) -> Sequence[SettlementT]:
        settled = self._work.settle(connection, settlements, now=database_now(connection)) if settlements else ()
        if back:
            self._work.hand_back(connection, back)
        return settled

    async def _wait_for_work(self) -> bool:
        """Sleep until something comes due. False: nothing will, or only after our patience."""
        await self._turns.lifeline.bury_dead()
        now, self._due_at = await self._database.read(self._next_due)
        if self._patience is None:
            seconds = _LOOK_AROUND_SECONDS
        elif self._due_at is None or self._due_at - now > self._patience:
            return False
        else:
            seconds = min(_LOOK_AROUND_SECONDS, max(_TICK_SECONDS, (self._due_at - now).total_seconds() + 0.01))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        return True

    def _next_due(self, connection: Connection) -> tuple[datetime, datetime | None]:
        now = database_now(connection)
        moments = (
            self._work.next_wake(connection),
            hosts.next_free(connection, self._work.hosts_with_work(connection), now=now),
        )
        return now, min((moment for moment in moments if moment), default=None)

    def _is_time_to_look_around(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._looked_around_at < _LOOK_AROUND_SECONDS:
            return False
        self._looked_around_at = now
        return True

    async def _tidy_up(self) -> None:
        """What is being received may end; what has not begun goes back."""
        if self._in_flight:
            self._turns.close()
            _, late = await asyncio.wait(self._in_flight, timeout=_FINISH_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.wait(self._in_flight)
            await self._settle_ended()


def _rooms(leases: Sequence[HostLease], busy: Counter[int], free: int, *, are_new: bool = False) -> list[Room]:
    """What each host is short of; not for every single row that has ended."""
    rooms: list[Room] = []
    for lease in leases:
        enough = 1 if lease.on_probation else ROWS_A_REQUEST * lease.max_concurrency
        most = min(enough - busy[lease.host_id], free)
        if most >= min(lease.max_concurrency, free) > 0:
            rooms.append(Room(lease.host_id, most, are_new, is_probe=lease.on_probation))
            free -= most
    return rooms
