"""What a complete reading of an inventory says of the listings that we know.

named ──► last_seen_at, missed_readings 0                 _see
active, not named ──► missed_readings + 1                 _miss
missed twice ──► its own page is asked, before others     import_queue.ask_first

The inventory alone ends nothing: a listing is gone when its own page says so (listings.vanish). An inventory that
names less than half of what it named before has rather been read wrongly than sold out: then nothing changes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Connection, Row, Text, func, select, update

from forecourt.db.rows import rows
from forecourt.db.tables import organization_vehicles, organizations

ASKED_AFTER = 2  # complete readings that miss a listing

_links = organization_vehicles.c


@dataclass(frozen=True)
class Counted:
    """What a reading did to the listings of its organization.

    Attributes:
        active: Those that were active before it.
        missing: Those of them that it does not name.
        asked: URLs of those whose own page is to be asked now.
        unchanged_because: Why nothing was changed.
    """

    active: int
    missing: int
    asked: Sequence[str] = ()
    unchanged_because: str | None = None

    @property
    def seen(self) -> int:
        """Active ones that it names."""
        return 0 if self.unchanged_because else self.active - self.missing

    @property
    def missed(self) -> int:
        """Active ones that were counted as missing."""
        return 0 if self.unchanged_because else self.missing


def count(
    connection: Connection, organization_id: int, named: Collection[str], *, began_at: datetime, now: datetime
) -> Counted:
    """Whatever was known → after this complete reading.

    Args:
        named: All listing URLs of the inventory.
        began_at: When the reading began, by the database's clock. What another one that has ended since then has
            counted is not counted again: two readings at the same time are one.
    """
    batch = rows(connection, "named", {"listing_url": Text()}, [{"listing_url": url} for url in named])
    _take_turns(connection, organization_id)
    active, missing = _compared(connection, organization_id, batch)
    if _is_counted(connection, organization_id, since=began_at):
        return Counted(active, missing, unchanged_because="another run has read it meanwhile")
    if 2 * missing > active:
        return Counted(active, missing, unchanged_because=f"it no longer names {missing} of {active} active listings")
    _see(connection, organization_id, batch, now=now)
    missed = _miss(connection, organization_id, before=now)
    asked = [row.listing_url for row in missed if row.missed_readings >= ASKED_AFTER]
    return Counted(active, missing, asked)


def active(connection: Connection, organization_id: int) -> int:
    """How many of its listings are active."""
    counted = select(func.count()).where(_links.organization_id == organization_id, _links.status == "active")
    return connection.execute(counted).scalar_one()


def _take_turns(connection: Connection, organization_id: int) -> None:
    """Two readings of one organization count one after the other."""
    one = select(organizations.c.id).where(organizations.c.id == organization_id)
    connection.execute(one.with_for_update(key_share=True))


def _compared(connection: Connection, organization_id: int, named: CTE) -> tuple[int, int]:
    is_missing = _links.listing_url.not_in(select(named.c.listing_url))
    counted = select(func.count(), func.count().filter(is_missing))
    row = connection.execute(counted.where(_links.organization_id == organization_id, _links.status == "active")).one()
    return row[0], row[1]


def _is_counted(connection: Connection, organization_id: int, *, since: datetime) -> bool:
    """A listing that was seen after it was first read was seen by a reading that counts."""
    seen = select(_links.id).where(
        _links.organization_id == organization_id,
        _links.last_seen_at > since,
        _links.last_seen_at > _links.first_seen_at,
    )
    return connection.scalar(seen.limit(1)) is not None


def _see(connection: Connection, organization_id: int, named: CTE, *, now: datetime) -> None:
    """Whenever it was → seen just now, and missed no more, whatever its status."""
    seen = update(organization_vehicles).where(
        _links.organization_id == organization_id, _links.listing_url.in_(select(named.c.listing_url))
    )
    connection.execute(seen.values(last_seen_at=now, missed_readings=0))


def _miss(connection: Connection, organization_id: int, *, before: datetime) -> Sequence[Row[Any]]:
    """active and not seen just now → missed once more."""
    missed = update(organization_vehicles).where(
        _links.organization_id == organization_id, _links.status == "active", _links.last_seen_at < before
    )
    missed = missed.values(missed_readings=_links.missed_readings + 1)
    return connection.execute(missed.returning(_links.listing_url, _links.missed_readings)).all()
