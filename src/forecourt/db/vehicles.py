"""A listing, as read → our vehicle, its link to the organization, and a row per photo. One transaction per listing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from forecourt.db import listed_images, listings
from forecourt.db.image_places import assign_priorities, hold
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.listings import Link
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
        became: The listing's new status, where it was known with another.
    """

    vehicle_id: int
    is_new: bool
    is_duplicate: bool
    images: listed_images.Change
    became: str | None = None


def save(connection: Connection, listed: ListedVehicle, *, cap: int, now: datetime) -> Saved:
    """read → shown. Reading the same listing again updates it, and never doubles or drops anything.

    Same VIN, same vehicle; without one never merged. A vehicle belongs to the listing that made it: another listing
    of the same VIN only fills what is empty. An address that shows another car than before, by its VIN, is another
    vehicle's from now on: the photos of two cars never meet.

    Args:
        cap: The most photos of one vehicle that are fetched; 0 is all.
    """
    link = listings.find(connection, organization_id=listed.organization_id, listing_url=listed.listing_url)
    vin = listed.fields.get("vin")
    row = _row(connection, link.vehicle_id if link else _with_vin(connection, vin))
    if link is None or row is None:
        return _save_first(connection, listed, row, cap=cap, now=now)
    if not _is_another(connection, row, vin):
        return _save_again(connection, listed, row, link, cap=cap, now=now)
    listings.leave(connection, link, listing_url=listed.listing_url)
    assign_priorities(connection, [link.vehicle_id], cap=cap, now=now)
    return save(connection, listed, cap=cap, now=now)


def exists(connection: Connection, vehicle_id: int) -> bool:
    """Whether there is such a vehicle."""
    return connection.scalar(select(vehicles.c.id).where(vehicles.c.id == vehicle_id)) is not None


def add_photos(
    connection: Connection, vehicle_id: int, photos: Sequence[ListedPhoto], *, cap: int, now: datetime
) -> frozenset[int]:
    """named by a person → external, for what is new; the ids of all that were named."""
    hold(connection, [vehicle_id])
    links = organization_vehicles.c
    first_link = select(links.id, links.turn).where(links.vehicle_id == vehicle_id).order_by(links.id).limit(1)
    link = connection.execute(first_link).one_or_none()
    listing_id, turn = (link.id, link.turn) if link else (None, 0)
    listed_images.merge(connection, vehicle_id, photos, listing_id=listing_id, turn=turn, cap=cap, now=now)
    return listed_images.ids_of(connection, vehicle_id, photos)


def shows_the_same(connection: Connection, listed: ListedVehicle) -> bool:
    """Whether a page that the listing's address led to is about the listing's own vehicle, as far as one can tell."""
    link = listings.find(connection, organization_id=listed.organization_id, listing_url=listed.listing_url)
    row = _row(connection, link.vehicle_id if link else None)
    if row is None:
        return True
    if row["vin"] and listed.fields.get("vin"):
        return bool(row["vin"] == listed.fields["vin"])
    told = [(row[key], listed.fields.get(key)) for key in ("year", "make", "model")]
    return all(_alike(ours, theirs) for ours, theirs in told if ours is not None and theirs is not None)


def _save_first(
    connection: Connection, listed: ListedVehicle, row: RowMapping | None, *, cap: int, now: datetime
) -> Saved:
    """A listing that we do not know, of a vehicle that we may know by its VIN from another."""
    vehicle_id = _insert(connection, listed, now=now) if row is None else row["id"]
    if row is not None:
        _update(connection, row, listed, now=now)
    link = listings.join(
        connection,
        organization_id=listed.organization_id,
        listing_url=listed.listing_url,
        vehicle_id=vehicle_id,
        is_known=row is not None,
        status=listed.status,
        now=now,
    )
    has_fate = row is not None or "auction_ends_at" in listed.fields
    images = _merge(connection, link, listed, changed=has_fate, cap=cap, now=now)
    return Saved(vehicle_id, is_new=row is None, is_duplicate=row is not None, images=images)


def _save_again(
    connection: Connection, listed: ListedVehicle, row: RowMapping, link: Link, *, cap: int, now: datetime
) -> Saved:
    """A listing that we know, and its vehicle."""
    ends_otherwise = _update(connection, row, listed, now=now)
    changed = listings.read_again(connection, link, status=listed.status)
    images = _merge(connection, link, listed, changed=changed or ends_otherwise, cap=cap, now=now)
    became = listed.status if link.status != listed.status else None
    return Saved(link.vehicle_id, is_new=False, is_duplicate=False, images=images, became=became)


def _merge(
    connection: Connection, link: Link, listed: ListedVehicle, *, changed: bool, cap: int, now: datetime
) -> listed_images.Change:
    """Its photos; where the listing's fate has changed, theirs has too."""
    images = listed_images.merge(
        connection, link.vehicle_id, listed.photos, listing_id=link.listing_id, turn=link.turn, cap=cap, now=now
    )
    if changed:
        assign_priorities(connection, [link.vehicle_id], cap=cap, now=now)
    return images


def _alike(one: object, other: object) -> bool:
    return str(one).casefold() == str(other).casefold()


def _row(connection: Connection, vehicle_id: int | None) -> RowMapping | None:
    """Held until the end of the transaction: two listings of one vehicle that are read at once take turns."""
    if vehicle_id is None:
        return None
    return (
        connection.execute(select(vehicles).where(vehicles.c.id == vehicle_id).with_for_update(key_share=True))
        .mappings()
        .one()
    )


def _with_vin(connection: Connection, vin: object) -> int | None:
    return connection.scalar(select(vehicles.c.id).where(vehicles.c.vin == vin)) if vin else None


def _is_another(connection: Connection, row: RowMapping, vin: object) -> bool:
    """Whether a VIN speaks against this vehicle. One that had none takes it, unless another vehicle has it already."""
    if not vin or row["vin"] == vin:
        return False
    return row["vin"] is not None or _with_vin(connection, vin) is not None


def _insert(connection: Connection, listed: ListedVehicle, *, now: datetime) -> int:
    """none → shown.

    Raises:
        IntegrityError: Another worker has just made the vehicle of this VIN. Who looks again will find it.
    """
    made = {"listing_url": listed.listing_url, "origin_metadata": listed.origin, "created_at": now, "updated_at": now}
    inserted = connection.execute(insert(vehicles).returning(vehicles.c.id), {**made, **listed.fields})
    vehicle_id: int = inserted.scalar_one()
    return vehicle_id


def _update(connection: Connection, row: RowMapping, listed: ListedVehicle, *, now: datetime) -> bool:
    """known → as the listing says, where it may. Whether an auction's end has changed by it."""
    owns = row["listing_url"] == listed.listing_url or _inherits(connection, row, listed)
    said = {key: value for key, value in listed.fields.items() if row[key] != value}
    changed = {key: value for key, value in said.items() if owns or row[key] is None}
    if owns and row["listing_url"] != listed.listing_url:
        changed["listing_url"] = listed.listing_url
    if changed:
        origin = dict(row["origin_metadata"]) | {key: listed.origin[key] for key in changed if key in listed.origin}
        known = update(vehicles).where(vehicles.c.id == row["id"])
        connection.execute(known.values(origin_metadata=origin, updated_at=now, **changed))
    return not changed.keys().isdisjoint(("sale_status", "auction_ends_at"))


def _inherits(connection: Connection, row: RowMapping, listed: ListedVehicle) -> bool:
    """The listing that made the vehicle is gone, and this is another of the same organization."""
    return listings.first_of(connection, row["id"]) == (listed.organization_id, "gone")
