"""Signed URLs that have died, and where new ones come from: the listing's page, or the feed that told its photos.

any but held ── its photo has expired ──► pending, a day after it was last read     ask_again
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from forecourt.db.rows import ids, rows
from forecourt.db.tables import import_queue, organization_vehicles, organizations, vehicle_images
from forecourt.db.types import Id, UtcDateTime

_AT_MOST = timedelta(days=1)


def ask_again(connection: Connection, image_ids: Collection[int], *, now: datetime) -> set[int]:
    """Make the listings of these images due, each at most once a day.

    Returns those images that no listing is left for: nobody will name them by another URL.
    """
    wanted = ids(connection, "wanted", image_ids)
    images, links, queue = vehicle_images.c, organization_vehicles.c, import_queue.c
    of_link = and_(queue.organization_id == links.organization_id, queue.listing_url == links.listing_url)
    found = connection.execute(
        select(
            images.id.label("image_id"),
            queue.id.label("queue_id"),
            queue.status,
            queue.updated_at,
            queue.raw_data,
            links.organization_id,
        )
        .select_from(vehicle_images)
        .join(wanted, wanted.c.id == images.id)
        .join(organization_vehicles, and_(links.id == images.listing_id, links.status != "gone"))
        .outerjoin(import_queue, of_link)
    ).all()
    _read_feeds(connection, {row.organization_id for row in found if _is_told_by_feed(row)}, now=now)
    pages = [row for row in found if row.queue_id is not None and not _is_told_by_feed(row)]
    _read_pages(connection, pages, now=now)
    return set(image_ids) - {row.image_id for row in found}


def _is_told_by_feed(row: Row[*tuple[Any, ...]]) -> bool:
    """Its page might show the same photos at other addresses."""
    return bool((row.raw_data or {}).get("photos"))


def _read_pages(connection: Connection, listings: Sequence[Row[*tuple[Any, ...]]], *, now: datetime) -> None:
    due = {row.queue_id: row.updated_at + _AT_MOST for row in listings if row.status != "pending"}
    values = [{"queue_id": each, "moment": moment if moment > now else None} for each, moment in due.items()]
    if not values:
        return
    asked = rows(connection, "asked", {"queue_id": Id, "moment": UtcDateTime()}, values)
    queue = import_queue.c
    connection.execute(
        update(import_queue)
        .where(queue.id == asked.c.queue_id, queue.status != "pending", queue.lease_owner.is_(None))
        .values(status="pending", failures=0, failing_since=None, next_attempt_at=asked.c.moment, updated_at=now)
    )


def _read_feeds(connection: Connection, organization_ids: Collection[int], *, now: datetime) -> None:
    """Its last reading is forgotten: that is what makes an inventory due."""
    if not organization_ids:
        return
    last = organizations.c.last_extracted_at
    connection.execute(
        update(organizations)
        .where(organizations.c.id.in_(organization_ids), last <= now - _AT_MOST)
        .values(last_extracted_at=None)
    )
