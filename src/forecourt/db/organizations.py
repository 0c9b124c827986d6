"""Dealers and auction houses, and which of them to read next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, and_, func, insert, or_, select, update

from forecourt.db.tables import organization_vehicles, organizations

_LEFT_ALONE = timedelta(days=1)  # after a reading that gave nothing


@dataclass(frozen=True)
class Organization:
    """One row, as far as discovery needs it.

    Attributes:
        website: Normalised: scheme, host, path without a trailing slash.
        active_vehicles: Listings that its inventory still names.
        feed_mapping: The table of a mapping file, where its feed needs one.
    """

    organization_id: int
    name: str
    website: str
    business_type: str | None
    feed_url: str | None
    active_vehicles: int = 0
    feed_mapping: Mapping[str, Any] | None = None


def put(
    connection: Connection,
    *,
    name: str,
    website: str,
    business_type: str | None = None,
    feed_url: str | None = None,
    feed_mapping: Mapping[str, Any] | None = None,
    is_public: bool = True,
    now: datetime,
) -> tuple[int, bool]:
    """Unknown → known, or known → updated by what is given; the id, and whether it is new."""
    known = connection.execute(select(organizations).where(organizations.c.website == website)).one_or_none()
    given: dict[str, object] = {"name": name}
    given |= {"business_type": business_type} if business_type else {}
    given |= {"feed_url": feed_url} if feed_url else {}
    given |= {"feed_mapping": feed_mapping} if feed_mapping is not None else {}
    if known is None:
        made = insert(organizations).values(website=website, is_public=is_public, created_at=now, **given)
        return connection.execute(made.returning(organizations.c.id)).scalar_one(), True
    changed: dict[str, object] = {key: value for key, value in given.items() if getattr(known, key) != value}
    changed |= {"is_public": True} if is_public and not known.is_public else {}
    if changed:
        connection.execute(update(organizations).where(organizations.c.id == known.id).values(**changed))
    return known.id, False


def find(connection: Connection, *, website: str) -> int | None:
    """The id of the organization with this website."""
    return connection.scalar(select(organizations.c.id).where(organizations.c.website == website))


def exists(connection: Connection, organization_id: int) -> bool:
    """Whether there is such an organization."""
    return connection.scalar(select(organizations.c.id).where(organizations.c.id == organization_id)) is not None


def everyone(connection: Connection) -> Sequence[Organization]:
    """All, by id, with their active vehicles."""
    return [_organization(row) for row in connection.execute(_counted().order_by(organizations.c.id))]


def due_for_reading(
    connection: Connection, *, threshold: int, limit: int, offset: int, business_type: str | None, now: datetime
) -> Sequence[Organization]:
    """Public organizations with fewer active vehicles than the threshold, the emptiest first.

    The threshold is applied before the limit, so that a page of results is a page of work. What was tried within a
    day and gave nothing is left out.
    """
    count = _active_count()
    due = _counted().where(
        organizations.c.is_public,
        count < threshold,
        or_(~_tried_in_vain(), organizations.c.last_extracted_at <= now - _LEFT_ALONE),
    )
    if business_type:
        due = due.where(organizations.c.business_type == business_type)
    ordered = due.order_by(count, organizations.c.last_extracted_at.asc().nulls_first(), organizations.c.id)
    return [_organization(row) for row in connection.execute(ordered.limit(limit).offset(offset))]


def not_read_since(connection: Connection, moment: datetime, *, limit: int, now: datetime) -> Sequence[Organization]:
    """Public organizations whose inventory is due, the longest waiting first.

    What gave nothing is due after a day at the latest: its website may have been busy for a minute.
    """
    last = organizations.c.last_extracted_at
    again = and_(_tried_in_vain(), last <= now - _LEFT_ALONE)
    due = _counted().where(organizations.c.is_public, or_(last.is_(None), last <= moment, again))
    ordered = due.order_by(last.asc().nulls_first(), organizations.c.id).limit(limit)
    return [_organization(row) for row in connection.execute(ordered)]


def active_vehicles(connection: Connection, organization_id: int) -> int:
    """How many vehicles its inventory still names."""
    links = organization_vehicles.c
    count = select(func.count(links.vehicle_id.distinct()))
    return connection.execute(
        count.where(links.organization_id == organization_id, links.status == "active")
    ).scalar_one()


def was_read(connection: Connection, organization_id: int, *, outcome: str, now: datetime) -> None:
    """Whenever → just now, with an outcome: 'read', or why it gave nothing."""
    change = update(organizations).where(organizations.c.id == organization_id)
    connection.execute(change.values(last_extracted_at=now, last_outcome=outcome))


def _tried_in_vain() -> ColumnElement[bool]:
    outcome = organizations.c.last_outcome
    return and_(outcome.is_not(None), outcome != "read")


def _active_count() -> ScalarSelect[int]:
    links = organization_vehicles.c
    counted = select(func.count(links.vehicle_id.distinct()))
    return counted.where(links.organization_id == organizations.c.id, links.status == "active").scalar_subquery()


def _counted() -> Select[*tuple[Any, ...]]:
    return select(organizations, _active_count().label("active_vehicles"))


def _organization(row: Row[Any]) -> Organization:
    return Organization(
        row.id, row.name, row.website, row.business_type, row.feed_url, row.active_vehicles, row.feed_mapping
    )
