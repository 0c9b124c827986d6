"""What the tour reads from the rows, to prove what it says. Only reads."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from forecourt.db.engine import database_now
from forecourt.db.tables import hosts, vehicle_images, vehicles
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
    """An image within the cap that is still shown from its dealer.

    Attributes:
        failure_kind: None where it was not asked for, because its host had asked for patience before.
        next_in_seconds: Its own next time or its host's, whichever is later.
    """

    vehicle: str
    photo_number: int
    source_url: str
    status: str
    failure_kind: str | None
    next_in_seconds: float


def count_images(connection: Connection) -> Counts:
    """All of them."""
    image = vehicle_images.c
    external = func.count().filter(image.is_external)
    beyond_cap = func.count().filter(image.is_external, image.priority == BEYOND_CAP)
    statement = select(func.count(image.vehicle_id.distinct()), external, func.count(image.storage_path), beyond_cap)
    return Counts(*connection.execute(statement).one())


def unfinished_images(connection: Connection) -> list[Unfinished]:
    """By vehicle and position."""
    image, host, now = vehicle_images.c, hosts.c, database_now(connection)
    columns = (image.position, image.source_url, image.status, image.failure_kind)
    statement = (
        select(vehicles.c.title, *columns, image.next_attempt_at, host.next_allowed_at)
        .join(vehicles, vehicles.c.id == image.vehicle_id)
        .join(hosts, host.id == image.host_id)
        .where(image.is_external, image.priority != BEYOND_CAP)
        .order_by(image.vehicle_id, image.position)
    )
    return [
        Unfinished(
            vehicle=row.title,
            photo_number=row.position + 1,
            source_url=row.source_url,
            status=row.status,
            failure_kind=row.failure_kind,
            next_in_seconds=(max(row.next_attempt_at or now, row.next_allowed_at or now) - now).total_seconds(),
        )
        for row in connection.execute(statement)
    ]


def image_rows(connection: Connection) -> list[tuple[object, ...]]:
    """Every column of every image: two of these are equal if nothing has changed between them."""
    return [tuple(row) for row in connection.execute(select(vehicle_images).order_by(vehicle_images.c.id))]
