"""A vehicle's photos among each other: which are fetched, and which of them first.

The cap: its first N living photos by position are fetched, the others are shown from the dealer's URL.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    update,
)

from forecourt.db.picked import among
from forecourt.db.tables import organization_vehicles, vehicle_images, vehicles
from forecourt.schedule import BEYOND_CAP, EXPIRING, PRIMARY, REST, TURNS, VANISHING

_ENDED = ("gone", "failed", "rejected", "removed")
_TO_DO = [
    vehicle_images.c[name]
    for name in (
        *("id", "vehicle_id", "host_id", "is_primary", "is_external", "status"),
        *("priority", "sort_key", "next_attempt_at", "lease_owner"),
    )
]
_PLACE = func.row_number().over(partition_by=vehicle_images.c.vehicle_id, order_by=vehicle_images.c.position)


def of_vehicles(connection: Connection, vehicle_ids: Collection[int], *, first: int) -> FromClause:
    """What is to be done with the living photos of these vehicles, of each the first so many by position (0: all).

    Materialized, and to be selected from alone: as long as PostgreSQL does not know how many there are, it compares
    each photo that is ready with each vehicle, or each place.
    """
    living = select(*_TO_DO).where(*_living(connection, vehicle_ids))
    if first:
        living = living.add_columns(_PLACE.label("place"))
    found = living.cte("living").prefix_with("MATERIALIZED", dialect="postgresql")
    return select(found).where(found.c.place <= first).subquery("first_ones") if first else found


def hold(connection: Connection, vehicle_ids: Collection[int]) -> None:
    """Until the transaction ends nobody else gives away places of these vehicles, so that none is given away twice.

    Before anything else is changed, as an import does it: those who lock in the same order never wait for each other.
    """
    if vehicle_ids:
        theirs = select(vehicles.c.id).where(among(connection, vehicles.c.id, vehicle_ids)).order_by(vehicles.c.id)
        connection.execute(theirs.with_for_update(key_share=True))


def assign_priorities(connection: Connection, vehicle_ids: Collection[int], *, cap: int, now: datetime) -> None:
    """Whatever place they had → the one that position, cap and fate give; what ended has left its place to the next.

    Args:
        cap: The most photos of one vehicle that are ours; 0 is all.
        now: An auction that ends after it is one that ends, a URL that dies after it one that dies.
    """
    if not vehicle_ids:
        return
    fate = _fates(connection, vehicle_ids, cap=cap, now=now)
    images = vehicle_images.c
    is_other = or_(
        images.priority != fate.c.priority, and_(fate.c.priority == EXPIRING, images.sort_key != fate.c.sort_key)
    )
    connection.execute(
        update(vehicle_images)
        .where(images.id == fate.c.image_id, images.is_external, is_other)
        .values(priority=fate.c.priority, sort_key=fate.c.sort_key)
    )


def _fates(connection: Connection, vehicle_ids: Collection[int], *, cap: int, now: datetime) -> CTE:
    """(image_id, priority, sort_key) of each living photo of these vehicles: schedule.py in SQL."""
    images, links = vehicle_images.c, organization_vehicles.c
    expires = and_(images.expires_at.is_not(None), images.expires_at > now)
    inside: Any = case((expires, EXPIRING), (_vanishes(now), VANISHING), (images.is_primary, PRIMARY), else_=REST)
    priority = case((cap < _PLACE, BEYOND_CAP), else_=inside) if cap else inside
    of_listing = select(links.turn).where(links.id == images.listing_id).scalar_subquery()
    turn = cast(func.coalesce(of_listing, 0), BigInteger)
    usual = case((images.is_primary, turn), else_=images.position * literal(TURNS, BigInteger) + turn)
    found = (
        select(
            images.id.label("image_id"),
            priority.label("priority"),
            usual.label("usual"),
            cast(extract("epoch", images.expires_at), BigInteger).label("dies_at"),
        )
        .where(*_living(connection, vehicle_ids))
        .cte("found")
    )
    key = case((found.c.priority == EXPIRING, found.c.dies_at), else_=found.c.usual)
    return select(found.c.image_id, found.c.priority, key.label("sort_key")).cte("fates")


def auctions_over(connection: Connection, vehicle_ids: Collection[int], *, now: datetime) -> set[int]:
    """Those of these vehicles whose auctions have ended."""
    over = select(vehicles.c.id).where(vehicles.c.sale_status == "auction", vehicles.c.auction_ends_at <= now)
    return set(connection.scalars(over.where(among(connection, vehicles.c.id, vehicle_ids))))


def vanishing(connection: Connection, image_ids: Collection[int]) -> set[int]:
    """Those of these images that are marked as such."""
    marked = select(vehicle_images.c.id).where(vehicle_images.c.priority == VANISHING)
    return set(connection.scalars(marked.where(among(connection, vehicle_images.c.id, image_ids))))


def _living(connection: Connection, vehicle_ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    """Of these vehicles, and neither ended nor taken down."""
    return among(connection, vehicle_images.c.vehicle_id, vehicle_ids), vehicle_images.c.status.not_in(_ENDED)


def _vanishes(now: datetime) -> ColumnElement[bool]:
    """The listing that named the photo is gone, or the vehicle is at an auction that ends.

    Looked up row by row: for an EXISTS PostgreSQL may read all listings there are, whatever the number of photos.
    """
    links = organization_vehicles.c
    listing = select(links.status).where(links.id == vehicle_images.c.listing_id).scalar_subquery()
    ends_at = (
        select(vehicles.c.auction_ends_at)
        .where(vehicles.c.id == vehicle_images.c.vehicle_id, vehicles.c.sale_status == "auction")
        .scalar_subquery()
    )
    return or_(listing == "gone", ends_at > now)
