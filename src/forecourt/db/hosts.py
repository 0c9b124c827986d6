"""Hosts: who may talk to them, how often, and when again. What is learned of one is written when it is learned."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Integer, Row, case, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from forecourt.db.rows import rows
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


@dataclass(frozen=True)
class Manners:
    """What the settings allow where a host's own row says nothing."""

    interval_seconds: float
    max_concurrency: int


@dataclass(frozen=True)
class HostLease:
    """The right of one worker to talk to one host, and how.

    Attributes:
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
    """

    host_id: int
    most: int
    is_new: bool = False


@dataclass(frozen=True)
class HostStanding:
    """How a host stands with us: until when it waits, whether it answered anybody in the last 5 minutes."""

    waits_until: datetime | None
    answered_lately: bool
    is_leased: bool


def ids_of(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The rows of these hosts, made where they are new."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    pairs = select(hosts.c.host, hosts.c.id).where(hosts.c.host.in_(wanted))
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
    free = [no_other_holds, hosts.c.paused_reason.is_(None), may_be_asked(now)]
    asked = [{"host_id": host_id, "place": place} for place, host_id in enumerate(host_ids)]
    order = rows(connection, "asked", {"host_id": Id, "place": Integer()}, asked)
    some = select(hosts.c.id).join(order, order.c.host_id == hosts.c.id).where(*free).order_by(order.c.place)
    some = some.limit(limit).with_for_update(skip_locked=True, of=hosts)
    taken = update(hosts).where(hosts.c.id.in_(connection.scalars(some).all()), *free)
    leases = [
        _lease(row, manners)
        for row in connection.execute(taken.values(lease_owner=worker_id, wanted_at=None).returning(hosts))
    ]
    if len(leases) < limit:
        elsewhere = [hosts.c.id.in_(host_ids), hosts.c.lease_owner != worker_id, hosts.c.wanted_at.is_(None)]
        connection.execute(update(hosts).where(*elsewhere).values(wanted_at=now))
    return leases


def wanted(connection: Connection, *, worker_id: str) -> set[int]:
    """Those of our hosts that somebody waits for."""
    ours = select(hosts.c.id).where(text(HELD), hosts.c.lease_owner == worker_id, hosts.c.wanted_at.is_not(None))
    return set(connection.scalars(ours))


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
    held = select(hosts).where(text(HELD), hosts.c.lease_owner.in_(worker_ids))
    manners = Manners(interval_seconds, 1)
    for row in connection.execute(held).all():
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
    connection: Connection, host_id: int, *, asked_for: float | None, now: datetime, random: Random
) -> datetime:
    """Whatever it was → left alone until the moment that is returned, and asked more slowly after.

    Args:
        asked_for: The Retry-After in seconds that it sent, if it sent one.
        random: For jitter where the host named no time.
    """
    row = connection.execute(select(hosts).where(hosts.c.id == host_id)).one()
    wait = host_wait_seconds(row.consecutive_failures + 1, asked_for=asked_for)
    until: datetime = now + timedelta(seconds=wait if asked_for is not None else wait * (1 + random.random() / 5))
    since = row.unreachable_since or now
    connection.execute(
        update(hosts)
        .where(hosts.c.id == host_id)
        .values(
            consecutive_failures=hosts.c.consecutive_failures + 1,
            next_allowed_at=_later(hosts.c.next_allowed_at, until),
            slowed_interval_seconds=min(max(1.0, 2 * (row.slowed_interval_seconds or 0.0)), _SLOWEST_SECONDS),
            unreachable_since=since,
            paused_reason="dead: no answer for 14 days" if now - since >= _SILENT_TOO_LONG else row.paused_reason,
        )
    )
    return until


def standings(connection: Connection, host_ids: Collection[int], *, now: datetime) -> dict[int, HostStanding]:
    """How these hosts stand with us just now."""
    found = connection.execute(select(hosts).where(hosts.c.id.in_(host_ids)))
    return {
        row.id: HostStanding(
            waits_until=row.next_allowed_at if row.next_allowed_at and row.next_allowed_at > now else None,
            answered_lately=row.last_answered_at is not None and now - row.last_answered_at <= _ANSWERED_LATELY,
            is_leased=row.lease_owner is not None,
        )
        for row in found
    }


def next_free(connection: Connection, host_ids: Collection[int], *, now: datetime) -> datetime | None:
    """When the first of these hosts may be asked; one that another worker holds is looked at again in a second."""
    moments = [
        now + _LOOK_AGAIN if standing.is_leased else standing.waits_until or now
        for standing in standings(connection, host_ids, now=now).values()
    ]
    return min(moments, default=None)


def robots(connection: Connection, host: str) -> dict[str, Any] | None:
    """What `remember_robots` has kept: {"text": …, "fetched_at": …, "crawl_delay_seconds": …}."""
    return connection.scalar(select(hosts.c.robots).where(hosts.c.host == host))


def remember_robots(
    connection: Connection, host_id: int, *, rules: str, crawl_delay_seconds: float | None, now: datetime
) -> None:
    """Unknown or old rules → these."""
    kept = {"text": rules, "fetched_at": now.isoformat(), "crawl_delay_seconds": crawl_delay_seconds}
    connection.execute(update(hosts).where(hosts.c.id == host_id).values(robots=kept))


def may_be_asked(now: datetime) -> ColumnElement[bool]:
    """A time more than two days ahead is due as well: a clock has slipped, no rule of ours sets one."""
    return or_(
        hosts.c.next_allowed_at.is_(None),
        hosts.c.next_allowed_at <= now,
        hosts.c.next_allowed_at > now + _CLOCK_SLIPPED,
    )


def _lease(row: Row[Any], manners: Manners) -> HostLease:
    usual = manners.interval_seconds if row.interval_seconds is None else row.interval_seconds
    crawl_delay = (row.robots or {}).get("crawl_delay_seconds") or 0.0
    return HostLease(
        row.id,
        row.host,
        interval_seconds=max(usual, row.slowed_interval_seconds or 0.0, crawl_delay),
        max_concurrency=row.max_concurrency or manners.max_concurrency,
        on_probation=row.consecutive_failures >= BREAKER_OPENS_AT,
    )


def _moments(connection: Connection, moments: Mapping[int, datetime]) -> CTE:
    values = [{"host_id": host_id, "moment": moment} for host_id, moment in moments.items()]
    return rows(connection, "moments", {"host_id": Id, "moment": UtcDateTime()}, values)


def _later(column: ColumnElement[Any], other: Any) -> ColumnElement[Any]:  # noqa: ANN401 (a column or a value)
    return case((column > other, column), else_=other)
