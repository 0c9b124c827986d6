"""Hosts: who may talk to them, how often, and when again. What is learned of one is written when it is learned."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Integer, Row, Select, and_, case, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from forecourt.db.rows import ids, rows
from forecourt.db.tables import HELD, hosts
from forecourt.db.types import Id, UtcDateTime
from forecourt.schedule import BREAKER_OPENS_AT, host_wait_seconds

_ANSWER_IS_NEWS_AFTER = timedelta(seconds=10)  # spares a write per batch on a host that is well
_LOOK_AGAIN = timedelta(seconds=1)
_ANSWERED_LATELY = timedelta(minutes=5)
_SILENT_TOO_LONG = timedelta(days=14)
_CLOCK_SLIPPED = timedelta(days=2)  # no rule sets a time that far ahead
_RECOVERY = 0.9  # a slowed interval shrinks by a tenth per batch that went well
_SLOWEST_SECONDS = 300.0
DEAD = "dead: no answer for 14 days"
JOINED_DELAY = "joined_crawl_delay_seconds"  # the slowest of those that are joined to this one
CRAWL_DELAY = hosts.c.robots["crawl_delay_seconds"].as_float()

# What `interval_in_force` looks at. Not the text of robots.txt: it may be long, and a holder looks once a second.
IN_FORCE: tuple[ColumnElement[Any], ...] = (
    hosts.c.interval_seconds,
    hosts.c.slowed_interval_seconds,
    CRAWL_DELAY.label("crawl_delay"),
    hosts.c.robots[JOINED_DELAY].as_float().label("joined_crawl_delay"),
)
_LEASED: tuple[ColumnElement[Any], ...] = (
    hosts.c.id,
    hosts.c.host,
    hosts.c.max_concurrency,
    hosts.c.consecutive_failures,
    *IN_FORCE,
)


@dataclass(frozen=True)
class Manners:
    """What the settings allow where a host's own row says nothing."""

    interval_seconds: float
    max_concurrency: int


@dataclass(frozen=True)
class HostLease:
    """The right of one worker to talk to one host, and how.

    Attributes:
        interval_seconds: The one in force: the host's own or the setting's, slowed by trouble, or its Crawl-delay.
        on_probation: The breaker is half open: one request, then we shall see.
    """

    host_id: int
    host: str
    interval_seconds: float
    max_concurrency: int
    on_probation: bool


@dataclass(frozen=True)
class Room:
    """How many rows of a host that we hold may be claimed.

    Attributes:
        is_new: We have just leased it.
        is_probe: One request, then we shall see.
    """

    host_id: int
    most: int
    is_new: bool = False
    is_probe: bool = False


@dataclass(frozen=True)
class Holding:
    """A host that a worker holds, as it stands now.

    Attributes:
        is_wanted: Somebody waits for it.
        is_open: Neither paused nor joined to another since it was leased.
    """

    lease: HostLease
    is_wanted: bool
    is_open: bool


@dataclass(frozen=True)
class HostStanding:
    """How a host stands with us: until when it waits, whether it answered anybody in the last 5 minutes."""

    waits_until: datetime | None
    answered_lately: bool
    is_leased: bool
    paused_reason: str | None


def ids_of(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The rows of these hosts, made where they are new; of joined ones, the row of the one whose manners count."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    pairs = select(hosts.c.host, func.coalesce(hosts.c.joined_to, hosts.c.id)).where(hosts.c.host.in_(wanted))
    known = dict(connection.execute(pairs).all())
    missing = [{"host": name} for name in wanted if name not in known]
    if missing:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(hosts).on_conflict_do_nothing(), missing)
        known = dict(connection.execute(pairs).all())
    return known


def lease(
    connection: Connection, host_ids: Sequence[int], *, worker_id: str, manners: Manners, limit: int, now: datetime
) -> list[HostLease]:
    """free → ours, for the first that may be asked now; those that another worker holds are marked as wanted.

    Args:
        host_ids: The most urgent first. None that we know to be ours: one that is all the same was leased by a COMMIT
            whose answer was lost.
    """
    if not host_ids or limit <= 0:
        return []
    no_other_holds = or_(hosts.c.lease_owner.is_(None), hosts.c.lease_owner == worker_id)
    free = [no_other_holds, is_open(), may_be_asked(now)]
    asked = [{"host_id": host_id, "place": place} for place, host_id in enumerate(host_ids)]
    order = rows(connection, "asked", {"host_id": Id, "place": Integer()}, asked)
    some = select(hosts.c.id).join(order, order.c.host_id == hosts.c.id).where(*free).order_by(order.c.place)
    some = some.limit(limit).with_for_update(skip_locked=True, of=hosts)
    taken = update(hosts).where(hosts.c.id.in_(connection.scalars(some).all()), *free)
    leases = [
        _lease(row, manners)
        for row in connection.execute(taken.values(lease_owner=worker_id, wanted_at=None).returning(*_LEASED))
    ]
    if len(leases) < limit:
        elsewhere = [hosts.c.id.in_(host_ids), hosts.c.lease_owner != worker_id, hosts.c.wanted_at.is_(None)]
        connection.execute(update(hosts).where(*elsewhere).values(wanted_at=now))
    return leases


def count_free(connection: Connection, host_ids: Sequence[int], *, now: datetime) -> int:
    """How many of these could be leased now."""
    asked = ids(connection, "asked", host_ids)
    free = select(func.count()).select_from(hosts).join(asked, asked.c.id == hosts.c.id)
    free = free.where(hosts.c.lease_owner.is_(None), is_open(), may_be_asked(now))
    return connection.scalar(free) or 0


def held_by(connection: Connection, *, worker_id: str, manners: Manners) -> list[Holding]:
    """The hosts that this worker holds, with whatever an operator, a robots.txt or their troubles have changed."""
    ours: Select[Any] = select(*_LEASED, hosts.c.wanted_at, is_open().label("is_open"))
    found = connection.execute(ours.where(text(HELD), hosts.c.lease_owner == worker_id))
    return [Holding(_lease(row, manners), row.wanted_at is not None, bool(row.is_open)) for row in found]


def release(connection: Connection, until: Mapping[int, datetime], *, worker_id: str) -> None:
    """ours → free.

    Args:
        until: For each host the moment before which its next holder sends nothing: our last start plus an interval.
    """
    if not until:
        return
    freed = _moments(connection, until)
    connection.execute(
        update(hosts)
        .where(hosts.c.id == freed.c.host_id, hosts.c.lease_owner == worker_id)
        .values(lease_owner=None, wanted_at=None, next_allowed_at=_later(hosts.c.next_allowed_at, freed.c.moment))
    )


def release_all(connection: Connection, worker_ids: Collection[str], *, now: datetime, interval_seconds: float) -> None:
    """theirs → free, for workers that are dead: nobody knows when they sent their last request."""
    held: Select[Any] = select(*_LEASED, hosts.c.lease_owner)
    manners = Manners(interval_seconds, 1)
    for row in connection.execute(held.where(text(HELD), hosts.c.lease_owner.in_(worker_ids))).all():
        soonest = now + timedelta(seconds=_lease(row, manners).interval_seconds)
        release(connection, {row.id: soonest}, worker_id=row.lease_owner)


def answered(connection: Connection, host_ids: Collection[int], *, now: datetime) -> None:
    """Whatever it was → answering: no trouble in a row, and a slowed interval recovers a little."""
    if not host_ids:
        return
    news = or_(
        hosts.c.last_answered_at.is_(None),
        hosts.c.last_answered_at < now - _ANSWER_IS_NEWS_AFTER,
        hosts.c.consecutive_failures > 0,
        hosts.c.slowed_interval_seconds.is_not(None),
    )
    recovered = hosts.c.slowed_interval_seconds * _RECOVERY
    connection.execute(
        update(hosts)
        .where(hosts.c.id.in_(host_ids), news)
        .values(
            last_answered_at=now,
            consecutive_failures=0,
            unreachable_since=None,
            slowed_interval_seconds=case((recovered >= 1, recovered), else_=None),
        )
    )


def in_trouble(
    connection: Connection,
    host_id: int,
    *,
    asked_for: float | None,
    now: datetime,
    random: Random,
    is_answer: bool = False,
) -> datetime:
    """Whatever it was → left alone until the moment that is returned, and asked more slowly after.

    Args:
        asked_for: The Retry-After in seconds that it sent, if it sent one. Less than the interval is the interval.
        random: For jitter where the host named no time.
        is_answer: It said that it is busy: it is not dead. Nor is one that was asked now and then only, while it may
            have been our own line that was down.
    """
    row = connection.execute(select(hosts).where(hosts.c.id == host_id)).one()
    slowed = min(max(1.0, 2 * (row.slowed_interval_seconds or 0.0)), _SLOWEST_SECONDS)
    wait = host_wait_seconds(row.consecutive_failures + 1, asked_for=asked_for)
    wait = max(wait if asked_for is not None else wait * (1 + random.random() / 5), slowed)
    until: datetime = now + timedelta(seconds=wait)
    since = None if is_answer else row.unreachable_since or now
    is_dead = since is not None and now - since >= _SILENT_TOO_LONG and row.consecutive_failures + 1 >= BREAKER_OPENS_AT
    connection.execute(
        update(hosts)
        .where(hosts.c.id == host_id)
        .values(
            consecutive_failures=hosts.c.consecutive_failures + 1,
            next_allowed_at=_later(hosts.c.next_allowed_at, until),
            slowed_interval_seconds=slowed,
            unreachable_since=since,
            paused_reason=row.paused_reason or (DEAD if is_dead else None),
        )
    )
    return until


def still_in_trouble(connection: Connection, host_id: int, *, asked_for: float, now: datetime) -> None:
    """Left alone → left alone for as long as another of the requests that were under way with the first was told."""
    until = now + timedelta(seconds=asked_for)
    later = update(hosts).where(hosts.c.id == host_id).values(next_allowed_at=_later(hosts.c.next_allowed_at, until))
    connection.execute(later)


def standings(connection: Connection, host_ids: Collection[int], *, now: datetime) -> dict[int, HostStanding]:
    """How these hosts stand with us just now."""
    found = connection.execute(select(hosts).where(hosts.c.id.in_(host_ids)))
    return {
        row.id: HostStanding(
            waits_until=row.next_allowed_at if row.next_allowed_at and row.next_allowed_at > now else None,
            answered_lately=row.last_answered_at is not None and now - row.last_answered_at <= _ANSWERED_LATELY,
            is_leased=row.lease_owner is not None,
            paused_reason=row.paused_reason,
        )
        for row in found
    }


def is_dead(connection: Connection, host_id: int) -> bool:
    """Whether its silence has paused it."""
    return connection.scalar(select(hosts.c.paused_reason).where(hosts.c.id == host_id)) == DEAD


def next_free(connection: Connection, host_ids: Collection[int], *, now: datetime) -> datetime | None:
    """When the first of these hosts may be asked; one that another worker holds is looked at again in a second."""
    moments = [
        now + _LOOK_AGAIN if standing.is_leased else standing.waits_until or now
        for standing in standings(connection, host_ids, now=now).values()
    ]
    return min(moments, default=None)


def is_open() -> ColumnElement[bool]:
    """Neither paused nor joined to another: the condition under which it is leased."""
    return and_(hosts.c.paused_reason.is_(None), hosts.c.joined_to.is_(None))


def may_be_asked(now: datetime) -> ColumnElement[bool]:
    """A time more than two days ahead is due as well: a clock has slipped, no rule of ours sets one."""
    return or_(
        hosts.c.next_allowed_at.is_(None),
        hosts.c.next_allowed_at <= now,
        hosts.c.next_allowed_at > now + _CLOCK_SLIPPED,
    )


def _lease(row: Row[Any], manners: Manners) -> HostLease:
    on_probation = row.consecutive_failures >= BREAKER_OPENS_AT
    return HostLease(
        row.id,
        row.host,
        interval_seconds=interval_in_force(row, manners),
        max_concurrency=1 if on_probation else row.max_concurrency or manners.max_concurrency,
        on_probation=on_probation,
    )


def interval_in_force(row: Row[Any], manners: Manners) -> float:
    """Of a row with the columns of `IN_FORCE`: what counts of the operator's word, the setting, trouble, robots.txt."""
    usual = manners.interval_seconds if row.interval_seconds is None else row.interval_seconds
    others = (row.slowed_interval_seconds, row.crawl_delay, row.joined_crawl_delay)
    return float(max(usual, *(each or 0.0 for each in others)))


def _moments(connection: Connection, moments: Mapping[int, datetime]) -> CTE:
    values = [{"host_id": host_id, "moment": moment} for host_id, moment in moments.items()]
    return rows(connection, "moments", {"host_id": Id, "moment": UtcDateTime()}, values)


def _later(column: ColumnElement[Any], other: Any) -> ColumnElement[Any]:  # noqa: ANN401 (a column or a value)
    return case((column > other, column), else_=other)
