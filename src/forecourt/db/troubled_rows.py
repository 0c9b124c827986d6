"""Rows of either kind, images and queue entries, as an operator sees them and sends them back to work.

pending later | blocked | gone | failed | rejected ──► pending, due now, with a clean record      retry

What is ours, was taken down or is held by a worker is left alone, and so is what is due with a clean record already.
`attempts` stays as it is: it never falls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, exists, func, or_, select, true, update

from forecourt.db.image_places import assign_priorities, hold
from forecourt.db.picked import among
from forecourt.db.tables import hosts, import_queue, organization_vehicles, vehicle_images

_CLEAN = {"status": "pending", "failures": 0, "failing_since": None, "next_attempt_at": None, "deaths": 0}
_MOST_NAMED = 10


@dataclass(frozen=True)
class Wanted:
    """Which rows; None is all. `vehicle_id` is for images."""

    status: str | None = None
    failure_kind: str | None = None
    host: str | None = None
    organization_id: int | None = None
    vehicle_id: int | None = None


def newest(connection: Connection, table: Table, wanted: Wanted, *, limit: int) -> Sequence[RowMapping]:
    """The newest rows first, each with the name of its host."""
    found = select(table, hosts.c.host).join(hosts, hosts.c.id == table.c.host_id).where(_matching(table, wanted))
    return connection.execute(found.order_by(table.c.id.desc()).limit(limit)).mappings().all()


def count_to_retry(connection: Connection, table: Table, wanted: Wanted) -> int:
    """How many rows `retry` would change."""
    counted = select(func.count()).select_from(table).where(_matching(table, wanted), _is_to_retry(table))
    return connection.execute(counted).scalar_one()


def next_to_retry(connection: Connection, table: Table, wanted: Wanted, *, after: int, limit: int) -> Sequence[int]:
    """The ids of the next so many after this one, in their order."""
    found = select(table.c.id).where(table.c.id > after, _matching(table, wanted), _is_to_retry(table))
    return connection.scalars(found.order_by(table.c.id).limit(limit)).all()


def retry(connection: Connection, table: Table, ids: Sequence[int], *, cap: int, now: datetime) -> int:
    """pending later, blocked, gone, failed or rejected → pending, due now, with a clean record. How many changed.

    Args:
        cap: The most photos of one vehicle that are ours; who lives again takes its place back.
    """
    if table is vehicle_images:
        theirs = select(table.c.vehicle_id).where(among(connection, table.c.id, ids)).distinct()
        hold(connection, connection.scalars(theirs).all())
    changed = (
        update(table)
        .where(among(connection, table.c.id, ids), _is_to_retry(table))
        .values(_CLEAN | ({"updated_at": now} if table is import_queue else {}))
        .returning(table.c.vehicle_id)
    )
    vehicle_ids = connection.scalars(changed).all()
    if table is vehicle_images:
        assign_priorities(connection, set(vehicle_ids), cap=cap, now=now)
    return len(vehicle_ids)


def hosts_like(connection: Connection, host: str) -> Sequence[str] | None:
    """None where it is known; else some that are, those that are spelt alike first."""
    known = connection.scalars(select(hosts.c.host).order_by(hosts.c.host)).all()
    if host in known:
        return None
    return (get_close_matches(host, known, n=_MOST_NAMED) or known)[:_MOST_NAMED]


def _matching(table: Table, wanted: Wanted) -> ColumnElement[bool]:
    conditions = [
        table.c[key] == value
        for key, value in (
            ("status", wanted.status),
            ("failure_kind", wanted.failure_kind),
            ("vehicle_id", wanted.vehicle_id),
        )
        if value is not None
    ]
    if wanted.host is not None:
        conditions.append(table.c.host_id.in_(_one_host(wanted.host)))
    if wanted.organization_id is not None:
        conditions.append(_of_organization(table, wanted.organization_id))
    return and_(true(), *conditions)


def _one_host(host: str) -> Any:  # noqa: ANN401 (SQL)
    """Those that an operator joined are one."""
    named = select(func.coalesce(hosts.c.joined_to, hosts.c.id)).where(hosts.c.host == host).scalar_subquery()
    return select(hosts.c.id).where(or_(hosts.c.id == named, hosts.c.joined_to == named))


def _of_organization(table: Table, organization_id: int) -> ColumnElement[bool]:
    if table is import_queue:
        return table.c.organization_id == organization_id
    links = organization_vehicles.c
    return exists().where(links.vehicle_id == table.c.vehicle_id, links.organization_id == organization_id)


def _is_to_retry(table: Table) -> ColumnElement[bool]:
    clean = and_(*(table.c[name].is_not_distinct_from(value) for name, value in _CLEAN.items()))
    trouble = and_(table.c.failure_kind.is_not(None), table.c.lease_owner.is_(None), ~clean)
    return and_(trouble, table.c.is_external) if table is vehicle_images else trouble
