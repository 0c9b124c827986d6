"""Listings that a feed names, in the import queue, with what it said of them.

new ──► complete | duplicate      complete: it told enough
new ──► pending                   pend: its page must be looked at; import_queue.py has the rest
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from forecourt.db import import_queue as queue
from forecourt.db.tables import import_queue, organization_vehicles


@dataclass(frozen=True)
class KnownRow:
    """A row that was there before this reading.

    Attributes:
        said: What the feed said of it the last time; None where it was another's word.
        link_status: Of the listing, as `organization_vehicles` has it; None where it never became a vehicle.
    """

    organization_id: int
    status: str
    said: Mapping[str, Any] | None
    vehicle_id: int | None
    link_status: str | None
    missed_readings: int


@dataclass(frozen=True)
class FeedRow:
    """A listing as the feed names it; `said` is kept in `raw_data`."""

    listing_url: str
    host_id: int
    said: Mapping[str, object]


def known(connection: Connection, urls: Collection[str]) -> dict[str, KnownRow]:
    """Those of these listings that have a row, by URL."""
    row, link = import_queue.c, organization_vehicles.c
    own = (link.organization_id == row.organization_id) & (link.listing_url == row.listing_url)
    found = select(
        row.listing_url,
        row.organization_id,
        row.status,
        row.raw_data,
        row.vehicle_id,
        link.status.label("link_status"),
        link.missed_readings,
    ).select_from(import_queue.outerjoin(organization_vehicles, own))
    return {
        each.listing_url: KnownRow(
            each.organization_id,
            each.status,
            each.raw_data,
            each.vehicle_id,
            each.link_status,
            each.missed_readings or 0,
        )
        for each in connection.execute(found.where(row.listing_url.in_(urls)))
    }


def complete(
    connection: Connection, organization_id: int, row: FeedRow, *, vehicle_id: int, duplicate: bool, now: datetime
) -> None:
    """new, or whatever it was → complete, or duplicate: the feed has told enough, and its vehicle is saved.

    `attempts` rises: whoever reads the page of this listing now comes too late.
    """
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    settled = {
        "status": "duplicate" if duplicate else "complete",
        "vehicle_id": vehicle_id,
        "raw_data": row.said,
        "read_at": now,
        "updated_at": now,
    }
    fresh = dialect.insert(import_queue).values(
        listing_url=row.listing_url,
        organization_id=organization_id,
        host_id=row.host_id,
        created_at=now,
        **settled,
    )
    clean = dict.fromkeys(("failing_since", "failure_kind", "last_error", "next_attempt_at", "lease_owner"), null())
    connection.execute(
        fresh.on_conflict_do_update(
            index_elements=[import_queue.c.listing_url],
            set_={**settled, **clean, "failures": 0, "attempts": import_queue.c.attempts + 1},
        )
    )


def pend(
    connection: Connection,
    organization_id: int,
    rows: Sequence[FeedRow],
    *,
    changed: Collection[str],
    reread: timedelta,
    now: datetime,
) -> None:
    """new → pending; settled → pending again where the feed says something else, or after `reread`.

    Args:
        changed: Those URLs of which the feed said nothing before, or something else.
    """
    queue.enqueue(
        connection, organization_id, [(each.listing_url, each.host_id) for each in rows], reread=reread, now=now
    )
    again = [{"url": each.listing_url, "said": each.said} for each in rows if each.listing_url in changed]
    if again:
        row = import_queue.c
        was_settled = row.status != "pending"
        connection.execute(
            update(import_queue)
            .where(row.listing_url == bindparam("url"), row.organization_id == organization_id)
            .values(
                raw_data=bindparam("said", type_=row.raw_data.type),
                status="pending",
                failures=case((was_settled, 0), else_=row.failures),
                failing_since=case((was_settled, null()), else_=row.failing_since),
                next_attempt_at=case((was_settled, null()), else_=row.next_attempt_at),
                updated_at=now,
            ),
            again,
        )
