"""Hosts as an operator sees and steers them. A running worker heeds each of these within a second or two.

any ──► paused                  pause
paused ──► open                 resume
any ──► at a pace of its own    set_pace
any ──► one with another        join        (its rows follow: joined_hosts.py)
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, literal_column, or_, select, text, update

from forecourt.db.hosts import DEAD, IN_FORCE, Manners, interval_in_force
from forecourt.db.tables import IMAGE_READY, hosts, vehicle_images
from forecourt.schedule import BEYOND_CAP

MOST_COUNTED = 1000  # ready photos of one host: a look reads no more of the index than that


@dataclass(frozen=True)
class ListedHost:
    """One host.

    Attributes:
        joined: The names of those that were joined to it.
        held_by: The worker that may talk to it.
        interval_seconds: The one in force.
        waits_until: Nobody asks before then.
        troubles: Its own, in a row.
        photos_ready: To be fetched; at most `MOST_COUNTED`.
    """

    host: str
    joined: Sequence[str]
    held_by: str | None
    interval_seconds: float
    max_concurrency: int
    waits_until: datetime | None
    troubles: int
    paused_reason: str | None
    photos_ready: int


def listed(
    connection: Connection, *, paused: bool, limit: int, manners: Manners, now: datetime
) -> Sequence[ListedHost]:
    """Paused ones first, then those in trouble, then by name; those that are joined to another are told with it."""
    some = (
        select(literal_column("1"))
        .select_from(vehicle_images)
        .where(text(IMAGE_READY), vehicle_images.c.host_id == hosts.c.id, vehicle_images.c.priority < BEYOND_CAP)
        .limit(MOST_COUNTED)
        .correlate(hosts)
        .subquery()
    )
    columns = (
        hosts.c.id,
        hosts.c.host,
        hosts.c.lease_owner,
        hosts.c.max_concurrency,
        hosts.c.next_allowed_at,
        hosts.c.consecutive_failures,
        hosts.c.paused_reason,
        select(func.count()).select_from(some).scalar_subquery().label("ready"),
    )
    found: Select[Any] = select(*columns, *IN_FORCE).where(hosts.c.joined_to.is_(None))
    if paused:
        found = found.where(hosts.c.paused_reason.is_not(None))
    order = (hosts.c.paused_reason.is_(None), hosts.c.consecutive_failures.desc(), hosts.c.host)
    rows = connection.execute(found.order_by(*order).limit(limit)).all()
    joined = _joined(connection, [row.id for row in rows])
    return [
        ListedHost(
            row.host,
            joined.get(row.id, []),
            row.lease_owner,
            interval_in_force(row, manners),
            row.max_concurrency or manners.max_concurrency,
            row.next_allowed_at if row.next_allowed_at and row.next_allowed_at > now else None,
            row.consecutive_failures,
            row.paused_reason,
            row.ready,
        )
        for row in rows
    ]


def paused_hosts(connection: Connection, *, limit: int) -> Sequence[tuple[str, str]]:
    """(host, reason) of the first so many that are not asked at all."""
    reasons = select(hosts.c.host, hosts.c.paused_reason).where(hosts.c.paused_reason.is_not(None))
    return [(row.host, row.paused_reason) for row in connection.execute(reasons.order_by(hosts.c.host).limit(limit))]


def find(connection: Connection, name: str) -> tuple[int, str | None] | None:
    """Its id, and the name of the host that it was joined to; None where it is not known."""
    leader = hosts.alias("leader")
    joined = hosts.outerjoin(leader, leader.c.id == hosts.c.joined_to)
    row = connection.execute(
        select(hosts.c.id, leader.c.host.label("leader")).select_from(joined).where(hosts.c.host == name)
    ).one_or_none()
    return row and (row.id, row.leader)


@dataclass(frozen=True)
class Pace:
    """What an operator has set; None: as the settings say."""

    interval_seconds: float | None
    max_concurrency: int | None


def pace_of(connection: Connection, host_id: int) -> Pace:
    """Of one host."""
    row = connection.execute(select(hosts.c.interval_seconds, hosts.c.max_concurrency).where(hosts.c.id == host_id))
    return Pace(*row.one())


def pause(connection: Connection, host_id: int, *, reason: str) -> None:
    """any → paused: nobody asks it until somebody resumes it."""
    connection.execute(update(hosts).where(hosts.c.id == host_id).values(paused_reason=reason))


def resume(connection: Connection, host_id: int) -> str | None:
    """paused → open; the reason for which it was paused, or None: it was not.

    One that was thought dead may be asked at once: it has told nobody to wait. The breaker still lets one probe out.
    """
    host = select(hosts.c.paused_reason).where(hosts.c.id == host_id).with_for_update()
    reason: str | None = connection.scalar(host)
    changes: dict[str, None] = {"paused_reason": None, "unreachable_since": None}
    if reason == DEAD:
        changes["next_allowed_at"] = None
    connection.execute(update(hosts).where(hosts.c.id == host_id).values(changes))
    return reason


def set_pace(
    connection: Connection, host_id: int, *, interval_seconds: float | None, max_concurrency: int | None, usual: bool
) -> None:
    """any → asked at a pace of its own. What is None stays as it is; `usual`: goes back to the settings' value."""
    given = {"interval_seconds": interval_seconds, "max_concurrency": max_concurrency}
    changes = {name: value for name, value in given.items() if usual or value is not None}
    connection.execute(update(hosts).where(hosts.c.id == host_id).values(changes))


def join(connection: Connection, host_id: int, others: Collection[int]) -> None:
    """several → one: lease, interval and concurrency of the first count for all; so does the longest wait of any."""
    ours = or_(hosts.c.id.in_(others), hosts.c.joined_to.in_(others))
    longest = connection.execute(
        select(func.max(hosts.c.next_allowed_at), func.max(hosts.c.slowed_interval_seconds)).where(
            or_(ours, hosts.c.id == host_id)
        )
    ).one()
    connection.execute(update(hosts).where(ours).values(joined_to=host_id))
    connection.execute(
        update(hosts)
        .where(hosts.c.id == host_id)
        .values(next_allowed_at=longest[0], slowed_interval_seconds=longest[1])
    )


def _joined(connection: Connection, leaders: Collection[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    followers = select(hosts.c.joined_to, hosts.c.host).where(hosts.c.joined_to.in_(leaders)).order_by(hosts.c.host)
    for leader, name in connection.execute(followers):
        names.setdefault(leader, []).append(name)
    return names
