"""The right to send one request to one host now: its lease, its interval, its concurrency, and our own limit.

Whatever sends a request does so inside `HostTurns.turn`: photos, pages, robots.txt, and each hop of a redirect. So it
is also here that a host's answers and troubles are noticed, and written down when they are learned.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import structlog
from sqlalchemy import Connection

from forecourt.db import hosts
from forecourt.db.database import Database
from forecourt.db.engine import database_now
from forecourt.db.hosts import Holding, HostLease, HostStanding, Manners
from forecourt.errors import HostTaken, HostTrouble, LeaseLost, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.manners import Pace
from forecourt.worker.lifeline import Lifeline

_log = structlog.get_logger()
ROWS_A_REQUEST = 4  # that are claimed for each request that a host may have in flight
_ASK_AGAIN_SECONDS = 0.5
_LOOK_SECONDS = 1.0
_HOLD_SECONDS = 30.0
_STEP_BACK_SECONDS = 3.0  # whoever waits for a host looks for it once a second


@dataclass
class _Held:
    lease: HostLease
    pace: Pace
    since: float
    users: int = 0
    resting: bool = False  # it is in trouble, or an operator has paused it: nothing more is sent under this lease
    leaving: bool = False  # somebody waits for it: no new work

    def rest(self) -> None:
        """Whoever still waits for a turn gives up."""
        self.resting = True
        self.pace.set_interval(0)

    def renew(self, holding: Holding, *, leaving: bool) -> None:
        """What an operator, a robots.txt or its answers have changed counts from now on."""
        self.lease = holding.lease
        self.leaving = leaving
        if not holding.is_open:
            self.rest()
        elif not self.resting:
            self.pace.set_interval(holding.lease.interval_seconds)
            self.pace.set_concurrency(holding.lease.max_concurrency)


@dataclass
class HostTurns:
    """The hosts that this worker holds.

    Args:
        concurrency: The most requests in flight over all hosts.
        patience_seconds: How long `turn` waits for a host that another worker holds or that asked for patience.
        hold_seconds: A host that somebody waits for, or for whose place another host waits, is let go after this.
        enough: Asked before each request: why no more are sent; None while they may be.
    """

    database: Database
    lifeline: Lifeline
    manners: Manners
    concurrency: int
    patience_seconds: float = 30.0
    hold_seconds: float = _HOLD_SECONDS
    random: Random = field(default_factory=Random)
    enough: Callable[[], str | None] = lambda: None

    def __post_init__(self) -> None:
        """Hold nothing yet."""
        self._held: dict[str, _Held] = {}  # one that others are joined to also by their names
        self._answered: set[int] = set()
        self._slots = asyncio.Semaphore(self.concurrency)
        self._leasing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._left_at: dict[int, float] = {}
        self._looked_at = 0.0
        self._waiting = 0  # other hosts that are free, and for which there is no room
        self._closed_because: str | None = None

    @property
    def worker_id(self) -> str:
        """Whose leases these are."""
        return self.lifeline.worker_id

    @property
    def closed_because(self) -> str | None:
        """Why no turn begins any more; None while they do."""
        if self._closed_because is None:
            self._closed_because = self.enough()
        return self._closed_because

    @asynccontextmanager
    async def turn(self, host: str, *, at_once: bool = False) -> AsyncIterator[Callable[[], None]]:
        """Wait for, and hold, the right to send one request to this host; see `Pace.turn` for what it gives.

        Args:
            at_once: Do not wait for a host that another worker holds or that asked for patience.

        Raises:
            HostTaken: It is such a host.
            LeaseLost: The host was in trouble meanwhile, or the run ends: hand the work back.
            HostTrouble: Another worker holds the host, or it asked for more patience than we have.
        """
        held = self._held.get(host) or await self._lease_by_name(host, at_once=at_once)
        held.users += 1
        try:
            async with held.pace.turn() as is_on_its_way, self._slots:
                if at_once and held.resting and not self.closed_because:
                    raise HostTaken(host)
                self._check(held)
                try:
                    yield is_on_its_way
                except HostTrouble as trouble:
                    await self._rest(held, trouble)
                    raise
                except Trouble:
                    self._answered.add(held.lease.host_id)
                    raise
                self._answered.add(held.lease.host_id)
        finally:
            held.users -= 1

    def lease(self, connection: Connection, host_ids: Sequence[int], *, most: int, now: datetime) -> list[HostLease]:
        """Take some of these hosts that are free and may be asked now: enough for `most` rows. Then `hold` them."""
        enough = -(-most // (ROWS_A_REQUEST * self.manners.max_concurrency))
        held = {each.lease.host_id for each in list(self._held.values())}  # this is another thread than theirs
        wanted = [each for each in host_ids if each not in held and not self._has_stepped_back_from(each)]
        return hosts.lease(connection, wanted, worker_id=self.worker_id, manners=self.manners, limit=enough, now=now)

    def has_held_for_long(self) -> bool:
        """Whether there is a host that could make place for another."""
        return any(self._is_time_to_leave(held) for held in list(self._held.values()))  # this is another thread

    def make_place(self, connection: Connection, host_ids: Sequence[int], *, now: datetime) -> None:
        """Where some of these are free and there was no room for them, as many that were held for long are let go."""
        held = {each.lease.host_id for each in list(self._held.values())}
        others = [each for each in host_ids if each not in held and not self._has_stepped_back_from(each)]
        self._waiting = hosts.count_free(connection, others, now=now) if others else 0

    def hold(self, leases: Iterable[HostLease]) -> None:
        """Begin to pace hosts that we have just taken."""
        for lease in leases:
            if lease.host in self._held:
                continue  # taken twice at once, by name and for its rows
            pace = Pace(lease.interval_seconds, lease.max_concurrency)
            self._held[lease.host] = _Held(lease, pace, self._now())

    def leases(self) -> list[HostLease]:
        """The hosts that new work may be claimed for."""
        return [
            held.lease
            for name, held in self._held.items()
            if name == held.lease.host and not (held.resting or held.leaving)
        ]

    async def let_go(self, *, working: Collection[int] = ()) -> None:
        """Hand back the hosts that nothing is being done for; write down who has answered.

        Also once a second: heed what has changed about the others, and take no new work for those that somebody waits
        for and that we have had for long enough.
        """
        idle = [name for name, held in self._held.items() if held.lease.host_id not in working and not held.users]
        gone = [self._held.pop(name) for name in idle]
        pauses = {held.lease.host_id: held.lease.interval_seconds for held in gone}
        self._left_at |= {held.lease.host_id: self._now() for held in gone if held.leaving}
        answered, self._answered = self._answered, set()
        is_time = self._now() - self._looked_at >= _LOOK_SECONDS
        if gone or answered or is_time:
            self._looked_at = self._now()
            now = await self.database.write(lambda connection: self._tell(connection, answered, pauses))
            old = {held.lease.host_id: held for held in self._held.values() if self._is_time_to_leave(held)}
            oldest = set(sorted(old, key=lambda host_id: old[host_id].since)[: self._waiting])
            for held in self._held.values():
                holding = now.get(held.lease.host_id)
                if holding is not None:  # or it was leased a moment ago
                    host_id = held.lease.host_id
                    held.renew(holding, leaving=host_id in old and (holding.is_wanted or host_id in oldest))

    def _tell(
        self, connection: Connection, answered: Collection[int], pauses: Mapping[int, float]
    ) -> dict[int, Holding]:
        now = database_now(connection)
        hosts.answered(connection, answered, now=now)
        until = {host_id: now + timedelta(seconds=seconds) for host_id, seconds in pauses.items()}
        hosts.release(connection, until, worker_id=self.worker_id)
        ours = hosts.held_by(connection, worker_id=self.worker_id, manners=self.manners)
        return {holding.lease.host_id: holding for holding in ours}

    def close(self) -> None:
        """From now on every turn that has not begun ends in LeaseLost."""
        self._closed_because = self.closed_because or "the run ends"
        for held in self._held.values():
            held.pace.set_interval(0)

    def _check(self, held: _Held) -> None:
        self.lifeline.check()
        if held.resting or self.closed_because:
            raise LeaseLost(self.closed_because or f"{held.lease.host} is left alone")

    async def _rest(self, held: _Held, trouble: HostTrouble) -> None:
        """Whoever still waits for a turn at this host gives up, and nobody asks it before its time.

        What was under way when the trouble came, and meets the same, is no further trouble.
        """
        is_first = not held.resting
        held.rest()
        before = self._answered & {held.lease.host_id}
        self._answered -= before  # an answer that came before the trouble must not be written after it
        if await self.database.write(
            lambda connection: self._note(connection, held.lease, trouble, before, is_first=is_first)
        ):
            _log.warning("host.paused", host=held.lease.host, reason=hosts.DEAD, way_out="forecourt hosts resume")

    def _note(
        self,
        connection: Connection,
        lease: HostLease,
        trouble: HostTrouble,
        answered: Collection[int],
        *,
        is_first: bool,
    ) -> bool:
        """Whether its silence has paused it."""
        now = database_now(connection)
        hosts.answered(connection, answered, now=now)
        if not is_first:
            hosts.still_in_trouble(connection, lease.host_id, asked_for=trouble.wait_seconds or 0, now=now)
            return False
        hosts.in_trouble(
            connection,
            lease.host_id,
            asked_for=trouble.wait_seconds,
            now=now,
            random=self.random,
            is_answer=trouble.kind == FailureKind.HOST_BUSY,
        )
        return hosts.is_dead(connection, lease.host_id)

    async def _lease_by_name(self, host: str, *, at_once: bool) -> _Held:
        """For requests that no claim announced: discovery, redirects to another host, a name that is joined to ours."""
        give_up_at = self._now() + (0 if at_once else self.patience_seconds)
        async with self._leasing[host]:  # one of us asks the database, the others wait for what it says
            while host not in self._held and not self.closed_because:
                tried = await self.database.write(lambda connection: self._try_lease(connection, host))
                self.hold(tried.leases)
                for held in [each for each in self._held.values() if each.lease.host_id == tried.host_id]:
                    self._held[host] = held
                if host in self._held:
                    break
                if at_once and tried.standing.paused_reason is None:
                    raise HostTaken(host)
                tried.raise_beyond(give_up_at - self._now(), host)
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
        self.lifeline.check()
        if self.closed_because:
            raise LeaseLost(self.closed_because)
        return self._held[host]

    def _try_lease(self, connection: Connection, host: str) -> "_Tried":
        self.lifeline.prove(connection)
        [host_id] = hosts.ids_of(connection, [host]).values()
        now = database_now(connection)
        leases = self.lease(connection, [host_id], most=1, now=now)
        return _Tried(host_id, leases, hosts.standings(connection, [host_id], now=now)[host_id], now)

    def _is_time_to_leave(self, held: _Held) -> bool:
        return self._now() - held.since >= self.hold_seconds

    def _has_stepped_back_from(self, host_id: int) -> bool:
        """Somebody waited for it and shall find it free."""
        left_at = self._left_at.get(host_id)
        return left_at is not None and self._now() - left_at < _STEP_BACK_SECONDS

    def _now(self) -> float:
        return time.monotonic()


@dataclass(frozen=True)
class _Tried:
    """What came of an attempt to lease a host by its name: no lease also where we hold it already."""

    host_id: int
    leases: Sequence[HostLease]
    standing: HostStanding
    now: datetime

    def raise_beyond(self, seconds: float, host: str) -> None:
        """Raise HostTrouble if it will not be ours within so many seconds, or they are over."""
        if self.standing.paused_reason is not None:
            raise HostTrouble(FailureKind.HOST_BUSY, f"{host} is paused: {self.standing.paused_reason}")
        until = self.standing.waits_until
        if until and until - self.now > timedelta(seconds=seconds):
            raise HostTrouble(FailureKind.HOST_BUSY, f"{host} asked for patience until {until:%H:%M:%S} UTC")
        if seconds <= 0:
            raise HostTrouble(FailureKind.HOST_BUSY, f"{host} has other work or asked for patience")
