"""Which organization offers which vehicle, on which page: the rows of organization_vehicles.

new ──► active | sold                                          join
active | sold | gone ── its page is read ──► active | sold     read_again
active ── its page is gone ──► gone                            vanish
any ── its page shows another car ──► gone, under a marked address     leave ── the first car is back ──► join
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from forecourt.db.tables import organization_vehicles

_links = organization_vehicles.c


@dataclass(frozen=True)
class Link:
    """One row.

    Attributes:
        turn: The ordinal of the vehicle within the organization.
    """

    listing_id: int
    vehicle_id: int
    turn: int
    status: str
    missed_readings: int


def find(connection: Connection, *, organization_id: int, listing_url: str) -> Link | None:
    """The link of a listing that we know."""
    found = select(_links.id, _links.vehicle_id, _links.turn, _links.status, _links.missed_readings).where(
        _links.organization_id == organization_id, _links.listing_url == listing_url
    )
    row = connection.execute(found).one_or_none()
    return Link(*row) if row else None


def first_of(connection: Connection, vehicle_id: int) -> tuple[int, str] | None:
    """Which organization's listing made a vehicle, and what has become of that listing."""
    found = select(_links.organization_id, _links.status).where(_links.vehicle_id == vehicle_id)
    row = connection.execute(found.order_by(_links.id).limit(1)).one_or_none()
    return (row.organization_id, row.status) if row else None


def join(
    connection: Connection,
    *,
    organization_id: int,
    listing_url: str,
    vehicle_id: int,
    is_known: bool,
    status: str,
    now: datetime,
) -> Link:
    """new → active or sold.

    Args:
        is_known: The vehicle is not new: it may have stood at this address before, and then its old link returns.
    """
    if is_known:
        marked = _marked(listing_url, vehicle_id)
        back = update(organization_vehicles).where(
            _links.organization_id == organization_id, _links.listing_url == marked
        )
        back = back.values(listing_url=listing_url, status=status, missed_readings=0)
        row = connection.execute(back.returning(_links.id, _links.turn)).one_or_none()
        if row:
            return Link(row.id, vehicle_id, row.turn, status, 0)
    last = connection.scalar(select(func.max(_links.turn)).where(_links.organization_id == organization_id))
    turn = (last or 0) + 1
    made = insert(organization_vehicles).values(
        organization_id=organization_id,
        listing_url=listing_url,
        vehicle_id=vehicle_id,
        turn=turn,
        status=status,
        first_seen_at=now,
        last_seen_at=now,
    )
    return Link(connection.execute(made.returning(_links.id)).scalar_one(), vehicle_id, turn, status, 0)


def read_again(connection: Connection, link: Link, *, status: str) -> bool:
    """active, sold or gone → what its page says, and missed no more. False: nothing had to change.

    `last_seen_at` stays: that is when an inventory named it.
    """
    if (link.status, link.missed_readings) == (status, 0):
        return False
    known = update(organization_vehicles).where(_links.id == link.listing_id)
    connection.execute(known.values(status=status, missed_readings=0))
    return True


def leave(connection: Connection, link: Link, *, listing_url: str) -> None:
    """any → gone, at `…#vehicle-17`: its page shows another car now, and the address belongs to that one.

    The row itself stays, since photos name it as their listing; a Referer is sent without the mark.
    """
    known = update(organization_vehicles).where(_links.id == link.listing_id)
    connection.execute(known.values(listing_url=_marked(listing_url, link.vehicle_id), status="gone"))


def vanish(connection: Connection, *, organization_id: int, listing_url: str) -> list[int]:
    """active → gone: its page is not there, or leads elsewhere. Its vehicle's id; none where it was not active."""
    known = update(organization_vehicles).where(
        _links.organization_id == organization_id, _links.listing_url == listing_url, _links.status == "active"
    )
    return list(connection.scalars(known.values(status="gone").returning(_links.vehicle_id)))


def _marked(listing_url: str, vehicle_id: int) -> str:
    return f"{listing_url}#vehicle-{vehicle_id}"
