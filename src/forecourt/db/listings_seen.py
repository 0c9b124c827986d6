"""What a complete reading of an inventory says of the listings that we know.

named ──► last_seen_at (once a day), missed_readings 0    _see
active, not named ──► missed_readings + 1                 _miss
missed twice ──► its own page is asked, before others     import_queue.ask_first

The inventory alone ends nothing: a listing is gone when its own page says so (listings.vanish). An inventory that
names less than half of what it named before has rather been read wrongly than sold out: then nothing changes.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from forecourt.db.rows import ids
from forecourt.db.tables import organization_vehicles, organizations

ASKED_AFTER = 2  # complete readings that miss a listing
_ROWS_AT_ONCE = 1000
_IS_NEWS_AFTER = timedelta(days=1)  # the same inventory once more writes nothing

_links = organization_vehicles.c


@dataclass(frozen=True)
class Counted:
    """What a reading did to the listings of its organization.

    Attributes:
        active: Those that were active before it.
        missing: Those of them that it does not name.
        asked: URLs of those whose own page is to be asked now.
        gone: Those of them that have no page: the feed was the only one to speak of them.
        unchanged_because: Why nothing was changed.
    """

    active: int
    missing: int
    asked: Sequence[str] = ()
    gone: int = 0
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
    connection: Connection, organization_id: int, named: Container[str], *, began_at: datetime, now: datetime
) -> Counted:
    """Whatever was known → after this complete reading.

    Args:
        named: All listing URLs of the inventory; a feed's million are known by their marks alone.
        began_at: When the reading began, by the database's clock. What another one that has ended since then has
            counted is not counted again: two readings at the same time are one.
    """
    _take_turns(connection, organization_id)
    known = _compared(connection, organization_id, named, now=now)
    if _is_counted(connection, organization_id, since=began_at):
        return Counted(known.active, len(known.missing), unchanged_because="another run has read it meanwhile")
    if 2 * len(known.missing) > known.active:
        why = f"it no longer names {len(known.missing)} of {known.active} active listings"
        return Counted(known.active, len(known.missing), unchanged_because=why)
    _note(connection, organization_id, now=now)
    _see(connection, known.news, now=now)
    missed = _miss(connection, known.missing)
    asked = [row.listing_url for row in missed if row.missed_readings >= ASKED_AFTER]
    return Counted(known.active, len(known.missing), asked)


def active(connection: Connection, organization_id: int) -> int:
    """How many of its listings are active."""
    counted = select(func.count()).where(_links.organization_id == organization_id, _links.status == "active")
    return connection.execute(counted).scalar_one()


def _take_turns(connection: Connection, organization_id: int) -> None:
    """Two readings of one organization count one after the other."""
    one = select(organizations.c.id).where(organizations.c.id == organization_id)
    connection.execute(one.with_for_update(key_share=True))


@dataclass
class _Known:
    """How many are active, the ids of the missing among them, and of the named ones those with something to write."""

    active: int = 0
    missing: list[int] = field(default_factory=list)
    news: list[int] = field(default_factory=list)


def _compared(connection: Connection, organization_id: int, named: Container[str], *, now: datetime) -> _Known:
    columns = (_links.id, _links.listing_url, _links.status, _links.missed_readings, _links.last_seen_at)
    all_of_them = select(*columns).where(_links.organization_id == organization_id)
    known = _Known()
    for row in connection.execute(all_of_them.execution_options(yield_per=_ROWS_AT_ONCE)):
        known.active += row.status == "active"
        if row.listing_url not in named:
            known.missing += [row.id] if row.status == "active" else []
        elif row.missed_readings or now - row.last_seen_at >= _IS_NEWS_AFTER:
            known.news.append(row.id)
    return known


def _is_counted(connection: Connection, organization_id: int, *, since: datetime) -> bool:
    """Whether another reading has ended since."""
    last = connection.scalar(select(organizations.c.last_extracted_at).where(organizations.c.id == organization_id))
    return last is not None and last > since


def _note(connection: Connection, organization_id: int, *, now: datetime) -> None:
    """Whenever → read just now, in the transaction that counts: whoever comes next sees that it is counted."""
    known = update(organizations).where(organizations.c.id == organization_id)
    connection.execute(known.values(last_extracted_at=now))


def _see(connection: Connection, link_ids: Sequence[int], *, now: datetime) -> None:
    """Whenever it was → seen just now, and missed no more, whatever its status."""
    if link_ids:
        seen = ids(connection, "links", link_ids)
        known = update(organization_vehicles).where(_links.id == seen.c.id)
        connection.execute(known.values(last_seen_at=now, missed_readings=0))


def _miss(connection: Connection, link_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """active and not named → missed once more."""
    if not link_ids:
        return ()
    missing = ids(connection, "links", link_ids)
    missed = update(organization_vehicles).where(_links.id == missing.c.id, _links.status == "active")
    missed = missed.values(missed_readings=_links.missed_readings + 1)
    return connection.execute(missed.returning(_links.listing_url, _links.missed_readings)).all()
