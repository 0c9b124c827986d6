"""Who is alive, and what the dead leave behind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, text, update

from forecourt.db import hosts
from forecourt.db.tables import HELD, import_queue, vehicle_images, workers

LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 10.0


@dataclass(frozen=True)
class Neighbour:
    """Another worker: where it runs, and whether its lease has run out."""

    worker_id: str
    machine: str
    expired: bool


def register(connection: Connection, *, worker_id: str, machine: str, now: datetime) -> None:
    """nobody → alive."""
    connection.execute(insert(workers).values(id=worker_id, machine=machine, started_at=now, alive_until=now + LEASE))


def heartbeat(connection: Connection, *, worker_id: str, now: datetime) -> bool:
    """alive → alive for another lease. False: the lease had run out, or an heir has cleared up already."""
    beat = update(workers).where(workers.c.id == worker_id, workers.c.alive_until > now)
    return connection.execute(beat.values(alive_until=now + LEASE)).rowcount == 1


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


def bury(connection: Connection, worker_ids: Collection[str], *, now: datetime, interval_seconds: float) -> None:
    """dead or leaving → forgotten; its rows and hosts are free again, in one transaction.

    `attempts` stay as they are, so a late settlement by somebody who was thought dead still meets the fence of the
    next claim. The heir of a host waits one interval: the dead may have sent a request a moment ago.
    """
    if not worker_ids:
        return
    known = select(workers.c.id).where(workers.c.id.in_(worker_ids)).order_by(workers.c.id)
    connection.execute(known.with_for_update())  # what one of them is claiming just now is claimed before we look
    for table in (vehicle_images, import_queue):
        free = update(table).where(text(HELD), table.c.lease_owner.in_(worker_ids)).values(lease_owner=None)
        connection.execute(free)
    hosts.release_all(connection, worker_ids, now=now, interval_seconds=interval_seconds)
    connection.execute(delete(workers).where(workers.c.id.in_(worker_ids)))
