"""A listing, as read → our vehicle, its link to the organization, and a row per photo. One transaction per listing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from forecourt.db import listed_images
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.tables import organization_vehicles, vehicles


@dataclass(frozen=True)
class ListedVehicle:
    """What one listing says.

    Attributes:
        listing_url: As it stands in the import queue: the identity of the listing.
        fields: Columns of `vehicles`; only those that the page tells.
        origin: For `origin_metadata`: by field, what the page said.
        photos: In the order of the page, each once by key.
        status: 'active' or 'sold'.
    """

    organization_id: int
    listing_url: str
    fields: Mapping[str, object]
    origin: Mapping[str, object]
    photos: Sequence[ListedPhoto]
    status: str = "active"


@dataclass(frozen=True)
class Saved:
    """What became of a listing.

    Attributes:
        is_new: The vehicle did not exist.
        is_duplicate: The vehicle was known by its VIN from another listing.
    """

    vehicle_id: int
    is_new: bool
    is_duplicate: bool
    images: listed_images.Change


def save(connection: Connection, listed: ListedVehicle, *, cap: int, now: datetime) -> Saved:
    """read → shown. Reading the same listing again updates it, and never doubles or drops anything.

    A vehicle belongs to the listing that made it: another listing of the same VIN only fills what is empty.

    Args:
        cap: The most photos of one vehicle that are fetched; 0 is all.
    """
    links = organization_vehicles.c
    link = connection.execute(
        select(links.id, links.vehicle_id).where(
            links.organization_id == listed.organization_id, links.listing_url == listed.listing_url
        )
    ).one_or_none()
    vehicle_id = link.vehicle_id if link else _with_vin(connection, listed.fields.get("vin"))
    is_new = vehicle_id is None
    if vehicle_id is None:
        vehicle_id = _insert(connection, listed, now=now)
    else:
        _update(connection, vehicle_id, listed, now=now)
    link_id, turn = _link(connection, link.id if link else None, vehicle_id, listed, now=now)
    images = listed_images.merge(connection, vehicle_id, listed.photos, listing_id=link_id, turn=turn, cap=cap, now=now)
    return Saved(vehicle_id, is_new=is_new, is_duplicate=link is None and not is_new, images=images)


def exists(connection: Connection, vehicle_id: int) -> bool:
    """Whether there is such a vehicle."""
    return connection.scalar(select(vehicles.c.id).where(vehicles.c.id == vehicle_id)) is not None


def add_photos(
    connection: Connection, vehicle_id: int, photos: Sequence[ListedPhoto], *, cap: int, now: datetime
) -> frozenset[int]:
    """named by a person → external, for what is new; the ids of all that were named."""
    links = organization_vehicles.c
    first_link = select(links.id, links.turn).where(links.vehicle_id == vehicle_id).order_by(links.id).limit(1)
    link = connection.execute(first_link).one_or_none()
    listing_id, turn = (link.id, link.turn) if link else (None, 0)
    listed_images.merge(connection, vehicle_id, photos, listing_id=listing_id, turn=turn, cap=cap, now=now)
    return listed_images.ids_of(connection, vehicle_id, photos)


def _with_vin(connection: Connection, vin: object) -> int | None:
    return connection.scalar(select(vehicles.c.id).where(vehicles.c.vin == vin)) if vin else None


def _insert(connection: Connection, listed: ListedVehicle, *, now: datetime) -> int:
    made = {"listing_url": listed.listing_url, "origin_metadata": listed.origin, "created_at": now, "updated_at": now}
    inserted = connection.execute(insert(vehicles).returning(vehicles.c.id), {**made, **listed.fields})
    vehicle_id: int = inserted.scalar_one()
    return vehicle_id


def _update(connection: Connection, vehicle_id: int, listed: ListedVehicle, *, now: datetime) -> None:
    row = connection.execute(select(vehicles).where(vehicles.c.id == vehicle_id)).mappings().one()
    owns = row["listing_url"] == listed.listing_url
    changed = {key: value for key, value in listed.fields.items() if row[key] != value and (owns or row[key] is None)}
    if owns and "vin" in changed and _with_vin(connection, changed["vin"]) is not None:
        del changed["vin"]  # the page now names a VIN that is another vehicle of ours: a person must look
    if changed:
        origin = dict(row["origin_metadata"]) | {key: listed.origin[key] for key in changed if key in listed.origin}
        connection.execute(
            update(vehicles)
            .where(vehicles.c.id == vehicle_id)
            .values(origin_metadata=origin, updated_at=now, **changed)
        )


def _link(
    connection: Connection, link_id: int | None, vehicle_id: int, listed: ListedVehicle, *, now: datetime
) -> tuple[int, int]:
    """The link's id, and the vehicle's turn within the organization."""
    links = organization_vehicles.c
    if link_id is not None:
        seen = {"status": listed.status, "missed_readings": 0, "last_seen_at": now}
        again = update(organization_vehicles).where(links.id == link_id).values(**seen).returning(links.turn)
        return link_id, connection.execute(again).scalar_one()
    last = select(func.max(links.turn)).where(links.organization_id == listed.organization_id)
    turn = (connection.scalar(last) or 0) + 1
    made = insert(organization_vehicles).values(
        organization_id=listed.organization_id,
        listing_url=listed.listing_url,
        vehicle_id=vehicle_id,
        turn=turn,
        status=listed.status,
        first_seen_at=now,
        last_seen_at=now,
    )
    return connection.execute(made.returning(links.id)).scalar_one(), turn
