"""Who is alive, and what the dead leave behind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Any

from sqlalchemy import BigInteger, Connection, Table, Text, delete, insert, select, text, update
from sqlalchemy.types import TypeEngine

from forecourt.db import hosts
from forecourt.db.rows import rows
from forecourt.db.tables import HELD, import_queue, vehicle_images, workers
from forecourt.db.types import Id, UtcDateTime
from forecourt.failure_kinds import FailureKind
from forecourt.schedule import due_after_deaths

LEASE = timedelta(seconds=30)
HEARTBEATS = 3  # in one lease

_ORPHANED: dict[str, TypeEngine[Any]] = {
    "id": Id,
    "attempt": BigInteger(),
    "next_attempt_at": UtcDateTime(),
    "failure_kind": Text(),
    "last_error": Text(),
}


@dataclass(frozen=True)
class Neighbour:
    """Another worker: where it runs, and whether its lease has run out."""

    worker_id: str
    machine: str
    expired: bool


def register(connection: Connection, *, worker_id: str, machine: str, now: datetime, lease: timedelta = LEASE) -> None:
    """nobody → alive."""
    connection.execute(insert(workers).values(id=worker_id, machine=machine, started_at=now, alive_until=now + lease))


def heartbeat(connection: Connection, *, worker_id: str, now: datetime, lease: timedelta = LEASE) -> bool:
    """alive → alive for another lease. False: the lease had run out, or an heir has cleared up already."""
    beat = update(workers).where(workers.c.id == worker_id, workers.c.alive_until > now)
    return connection.execute(beat.values(alive_until=now + lease)).rowcount == 1


def is_registered(connection: Connection, *, worker_id: str) -> bool:
    """Whether nobody has buried us; whoever would has to wait until this transaction ends."""
    us = select(workers.c.id).where(workers.c.id == worker_id).with_for_update(read=True, key_share=True)
    return connection.scalar(us) is not None


def neighbours(connection: Connection, *, worker_id: str, now: datetime) -> Sequence[Neighbour]:
    """All other workers that have not said goodbye."""
    others = select(workers).where(workers.c.id != worker_id)
    return [Neighbour(row.id, row.machine, row.alive_until <= now) for row in connection.execute(others)]


def hand_back_rows(connection: Connection, *, worker_id: str) -> None:
    """ours → ready, all of them, for a worker that has nothing in hand: a COMMIT's answer may have been lost."""
    for table in (vehicle_images, import_queue):
        connection.execute(update(table).where(text(HELD), table.c.lease_owner == worker_id).values(lease_owner=None))


def leave(connection: Connection, worker_id: str, *, now: datetime, interval_seconds: float) -> None:
    """alive → forgotten, in good order: what it still had is free again, and nothing is held against it."""
    hand_back_rows(connection, worker_id=worker_id)
    _forget(connection, [worker_id], now=now, interval_seconds=interval_seconds)


def bury(
    connection: Connection,
    worker_ids: Collection[str],
    *,
    now: datetime,
    interval_seconds: float,
    expired: Collection[str] = (),
    random: Random | None = None,
) -> set[str]:
    """dead → forgotten; its rows and hosts are free again, in one transaction, and its death is counted on its rows.

    `attempts` stay as they are, so a late settlement by somebody who was thought dead still meets the fence of the
    next claim. The heir of a host waits one interval: the dead may have sent a request a moment ago.

    Returns who was buried.

    Args:
        expired: More of them, whose leases were over when somebody looked. A heartbeat that was under way at that
            moment counts: whoever has another lease by now lives.
        random: For the jitter of what has seen too many deaths.
    """
    asked = {*worker_ids, *expired}
    known = select(workers.c.id, workers.c.alive_until).where(workers.c.id.in_(asked)).order_by(workers.c.id)
    # What one of them is claiming just now is claimed before we look.
    found = connection.execute(known.with_for_update()).all() if asked else ()
    dead = {row.id for row in found if row.id in worker_ids or row.alive_until <= now}
    if not dead:
        return dead
    for table in (vehicle_images, import_queue):
        _count_death(connection, table, dead, now=now, random=random or SystemRandom())
    _forget(connection, dead, now=now, interval_seconds=interval_seconds)
    return dead


def _count_death(
    connection: Connection, table: Table, worker_ids: Collection[str], *, now: datetime, random: Random
) -> None:
    """held → pending, ready or later, deaths + 1. What a row's own trouble was is told until it waits for this one."""
    theirs = (text(HELD), table.c.lease_owner.in_(worker_ids))
    held = select(table.c.id, table.c.attempts, table.c.deaths, table.c.failure_kind, table.c.last_error)
    values: list[dict[str, object]] = []
    for row in connection.execute(held.where(*theirs)):
        due = due_after_deaths(row.deaths + 1, now=now, random=random)
        trouble = {"failure_kind": row.failure_kind, "last_error": row.last_error}
        if due or row.failure_kind is None:
            trouble = {"failure_kind": FailureKind.WORKER_DIED, "last_error": "a worker died while it had this"}
        values.append({"id": row.id, "attempt": row.attempts, "next_attempt_at": due} | trouble)
    if not values:
        return
    batch = rows(connection, "orphaned", _ORPHANED, values)
    connection.execute(
        update(table)
        .where(table.c.id == batch.c.id, table.c.attempts == batch.c.attempt, *theirs)
        .values({key: batch.c[key] for key in ("next_attempt_at", "failure_kind", "last_error")})
        .values(lease_owner=None, deaths=table.c.deaths + 1)
    )


def _forget(connection: Connection, worker_ids: Collection[str], *, now: datetime, interval_seconds: float) -> None:
    hosts.release_all(connection, worker_ids, now=now, interval_seconds=interval_seconds)
    connection.execute(delete(workers).where(workers.c.id.in_(worker_ids)))
