"""What pages and the API show. Only reads.

A vehicle's primary image is derived here: the one marked so, or the first by position where that one was taken down.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, case, func, literal, select, tuple_

from forecourt.db.picked import kept
from forecourt.db.tables import organizations, vehicle_images, vehicles
from forecourt.db.types import UtcDateTime

_image = vehicle_images.c
IMAGE_COLUMNS = (
    _image.id,
    _image.vehicle_id,
    _image.position,
    _image.is_primary,
    _image.is_external,
    _image.image_url,
    _image.source_url,
    _image.storage_path,
    _image.status,
    _image.failure_kind,
    _image.width,
    _image.height,
    _image.thumbhash,
    _image.file_hash,
)


@dataclass(frozen=True)
class ShownImage:
    """A row of `vehicle_images`, as far as anybody looks at it."""

    id: int
    vehicle_id: int
    position: int
    is_primary: bool
    is_external: bool
    image_url: str
    source_url: str
    storage_path: str | None
    status: str
    failure_kind: str | None
    width: int | None
    height: int | None
    thumbhash: str | None
    file_hash: str | None


@dataclass(frozen=True)
class VehicleInList:
    """A vehicle with the photo for its card; `primary` is None where it has none to show."""

    columns: Mapping[str, Any]
    primary: ShownImage | None
    images_count: int
    stored_count: int


@dataclass(frozen=True)
class VehicleAlone:
    """A vehicle with all its images by position, those that were taken down included."""

    columns: Mapping[str, Any]
    images: Sequence[ShownImage]


@dataclass(frozen=True, order=True)
class ChangeCursor:
    """A place in the order of changes."""

    changed_at: datetime
    image_id: int


@dataclass(frozen=True)
class ImageChange:
    """An image became ours."""

    cursor: ChangeCursor
    vehicle_id: int
    image_url: str
    is_external: bool


def list_vehicles(connection: Connection, *, before_id: int | None, limit: int) -> list[VehicleInList]:
    """Public vehicles, the newest first. `before_id`: the last one already seen."""
    wanted = select(vehicles).where(vehicles.c.is_public).order_by(vehicles.c.id.desc()).limit(limit)
    if before_id is not None:
        wanted = wanted.where(vehicles.c.id < before_id)
    found = connection.execute(wanted).mappings().all()
    ids = [row["id"] for row in found]
    primaries = {image.vehicle_id: image for image in _images(connection, _primaries_of(connection, ids))}
    counts = _counts(connection, ids)
    return [VehicleInList(_plain(row), primaries.get(row["id"]), *counts.get(row["id"], (0, 0))) for row in found]


def one_vehicle(connection: Connection, vehicle_id: int) -> VehicleAlone | None:
    """A public vehicle; None where there is none of this id."""
    statement = select(vehicles).where(vehicles.c.id == vehicle_id, vehicles.c.is_public)
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    images = select(*IMAGE_COLUMNS).where(_image.vehicle_id == vehicle_id).order_by(_image.position)
    return VehicleAlone(_plain(row), _images(connection, images))


def one_image(connection: Connection, image_id: int) -> ShownImage | None:
    """An image of a public vehicle."""
    statement = (
        select(*IMAGE_COLUMNS)
        .join(vehicles, vehicles.c.id == _image.vehicle_id)
        .where(_image.id == image_id, vehicles.c.is_public)
    )
    return next(iter(_images(connection, statement)), None)


def list_organizations(connection: Connection, *, after_id: int, limit: int) -> list[dict[str, Any]]:
    """Public organizations in the order in which they were added."""
    statement = (
        select(organizations)
        .where(organizations.c.is_public, organizations.c.id > after_id)
        .order_by(organizations.c.id)
        .limit(limit)
    )
    return [_plain(row) for row in connection.execute(statement).mappings()]


def changes_after(
    connection: Connection, cursor: ChangeCursor, *, limit: int, vehicle_ids: Collection[int] = ()
) -> list[ImageChange]:
    """Images that became ours, in the order of `changed_at` and id.

    `changed_at` is taken before its transaction commits: a row can appear in this order behind one that was
    already read. Who follows the changes reads the last seconds again.
    """
    here = tuple_(literal(cursor.changed_at, UtcDateTime), literal(cursor.image_id))
    statement = (
        select(_image.changed_at, _image.id, _image.vehicle_id, _image.image_url, _image.is_external)
        .join(vehicles, vehicles.c.id == _image.vehicle_id)
        .where(tuple_(_image.changed_at, _image.id) > here, _image.status == "stored", vehicles.c.is_public)
        .order_by(_image.changed_at, _image.id)
        .limit(limit)
    )
    if vehicle_ids:
        statement = statement.where(_image.vehicle_id.in_(vehicle_ids))
    return [
        ImageChange(ChangeCursor(row.changed_at, row.id), row.vehicle_id, row.image_url, row.is_external)
        for row in connection.execute(statement)
    ]


def _primaries_of(connection: Connection, vehicle_ids: Collection[int]) -> Select[Any]:
    other = vehicle_images.alias("other")
    first = (
        select(other.c.id)
        .where(other.c.vehicle_id == vehicles.c.id, other.c.status != "removed")
        .order_by(other.c.is_primary.desc(), other.c.position)
        .limit(1)
        .correlate(vehicles)
        .scalar_subquery()
    )
    firsts = select(first).where(vehicles.c.id.in_(vehicle_ids))
    return select(*IMAGE_COLUMNS).where(kept(_image.id, firsts, sqlite=connection.dialect.name == "sqlite"))


def _counts(connection: Connection, vehicle_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Images to show and, among them, ours; by vehicle."""
    statement = (
        select(_image.vehicle_id, func.count(), func.sum(case((_image.is_external, 0), else_=1)))
        .where(_image.vehicle_id.in_(vehicle_ids), _image.status != "removed")
        .group_by(_image.vehicle_id)
    )
    return {vehicle_id: (shown, int(stored)) for vehicle_id, shown, stored in connection.execute(statement)}


def _images(connection: Connection, statement: Select[Any]) -> list[ShownImage]:
    return [ShownImage(**row) for row in connection.execute(statement).mappings()]


def _plain(row: RowMapping) -> dict[str, Any]:
    """Prices become JSON numbers: whole where they are whole."""
    return {name: _number(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
