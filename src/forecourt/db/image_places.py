"""A vehicle's photos among each other: which are fetched, and which of them first.

The cap: its first N living photos by position are fetched, the others are shown from the dealer's URL.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, case, func, or_, select, update

from forecourt.db.rows import rows
from forecourt.db.tables import organization_vehicles, vehicle_images, vehicles
from forecourt.db.types import Id
from forecourt.schedule import BEYOND_CAP, PRIMARY, REST, VANISHING

_ENDED = ("gone", "failed", "rejected", "removed")


def places(connection: Connection, vehicle_ids: Collection[int]) -> CTE:
    """(image_id, place): the rank of each living photo of these vehicles by position, from 1."""
    wanted = rows(connection, "wanted", {"vehicle_id": Id}, [{"vehicle_id": each} for each in vehicle_ids])
    rank = func.row_number().over(partition_by=vehicle_images.c.vehicle_id, order_by=vehicle_images.c.position)
    living = select(vehicle_images.c.id.label("image_id"), rank.label("place")).where(
        vehicle_images.c.vehicle_id.in_(select(wanted.c.vehicle_id)), vehicle_images.c.status.not_in(_ENDED)
    )
    return living.cte("places")


def assign_priorities(connection: Connection, vehicle_ids: Collection[int], *, cap: int, now: datetime) -> None:
    """Whatever place they had → the one that position, cap and fate give; what ended has left its place to the next.

    Args:
        cap: The most photos of one vehicle that are ours; 0 is all.
        now: An auction that ends after it is one that ends.
    """
    if not vehicle_ids:
        return
    place = places(connection, vehicle_ids)
    inside: Any = case((_vanishes(now), VANISHING), (vehicle_images.c.is_primary, PRIMARY), else_=REST)
    due = case((place.c.place > cap, BEYOND_CAP), else_=inside) if cap else inside
    connection.execute(
        update(vehicle_images)
        .where(vehicle_images.c.id == place.c.image_id, vehicle_images.c.is_external, vehicle_images.c.priority != due)
        .values(priority=due)
    )


def _vanishes(now: datetime) -> ColumnElement[bool]:
    """The listing that named the photo is gone, or the vehicle is at an auction that ends."""
    listing = select(organization_vehicles.c.id).where(
        organization_vehicles.c.id == vehicle_images.c.listing_id, organization_vehicles.c.status == "gone"
    )
    auction = select(vehicles.c.id).where(
        vehicles.c.id == vehicle_images.c.vehicle_id,
        vehicles.c.sale_status == "auction",
        vehicles.c.auction_ends_at > now,
    )
    return or_(listing.exists(), auction.exists())
