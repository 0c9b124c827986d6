"""What the tour reads from the rows, to prove what it says. Only reads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from forecourt.db.engine import database_now
from forecourt.db.tables import vehicle_images, vehicles
from forecourt.schedule import BEYOND_CAP


@dataclass(frozen=True)
class Counts:
    """Images, by what is shown of them."""

    vehicles: int
    external: int
    stored: int
    beyond_cap: int


@dataclass(frozen=True)
class Unfinished:
    """An image that is still shown from its dealer, with the reason; `next_attempt_at` None: now, or never."""

    vehicle: str
    photo_number: int
    source_url: str
    status: str
    failure_kind: str
    next_attempt_at: datetime | None
    next_in_seconds: float | None


def count_images(connection: Connection) -> Counts:
    """All of them."""
    image = vehicle_images.c
    external = func.count().filter(image.is_external)
    beyond_cap = func.count().filter(image.is_external, image.priority == BEYOND_CAP)
    statement = select(func.count(image.vehicle_id.distinct()), external, func.count(image.storage_path), beyond_cap)
    return Counts(*connection.execute(statement).one())


def unfinished_images(connection: Connection) -> list[Unfinished]:
    """Those that a try ended badly for, by vehicle and position."""
    image, now = vehicle_images.c, database_now(connection)
    statement = (
        select(
            vehicles.c.title, image.position, image.source_url, image.status, image.failure_kind, image.next_attempt_at
        )
        .join(vehicles, vehicles.c.id == image.vehicle_id)
        .where(image.is_external, image.failure_kind.is_not(None))
        .order_by(image.vehicle_id, image.position)
    )
    return [
        Unfinished(
            vehicle=row.title,
            photo_number=row.position + 1,
            source_url=row.source_url,
            status=row.status,
            failure_kind=row.failure_kind,
            next_attempt_at=row.next_attempt_at,
            next_in_seconds=(row.next_attempt_at - now).total_seconds() if row.next_attempt_at else None,
        )
        for row in connection.execute(statement)
    ]


def image_rows(connection: Connection) -> list[tuple[object, ...]]:
    """Every column of every image: two of these are equal if nothing has changed between them."""
    return [tuple(row) for row in connection.execute(select(vehicle_images).order_by(vehicle_images.c.id))]
