"""How far the work is: the monitoring counts, those by status and failure kind, the rate and the time left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select

from forecourt.db import pauses
from forecourt.db.engine import database_now
from forecourt.db.host_list import paused_hosts
from forecourt.db.pauses import Pause
from forecourt.db.tables import import_queue, vehicle_images, vehicles
from forecourt.schedule import BEYOND_CAP

RATE_MINUTES = 5
_MOST_PAUSED = 20

IMAGE_STATUSES = ("pending", "blocked", "gone", "failed", "rejected", "stored", "removed")
QUEUE_STATUSES = ("pending", "complete", "duplicate", "failed", "rejected")


@dataclass(frozen=True)
class Progress:
    """One consistent look.

    Attributes:
        seconds_left: None where nothing was stored in the last minutes.
        paused_hosts: (host, reason) of the first so many; a silent host is paused by itself.
        pause: The operator's of all work, where there is one.
    """

    external_images_count: int
    vehicles_with_external_images: int
    vehicles_with_downloaded_images: int
    images_by_status: dict[str, int]
    images_by_failure_kind: dict[str, int]
    import_queue_by_status: dict[str, int]
    stored_in_last_minutes: int
    stored_per_second: float
    seconds_left: float | None
    paused_hosts: Sequence[tuple[str, str]]
    pause: Pause | None = None

    def as_json(self) -> dict[str, Any]:
        """What `/api/status` and `status --json` print."""
        return {
            "external_images_count": self.external_images_count,
            "vehicles_with_external_images": self.vehicles_with_external_images,
            "vehicles_with_downloaded_images": self.vehicles_with_downloaded_images,
            "images": {"by_status": self.images_by_status, "by_failure_kind": self.images_by_failure_kind},
            "import_queue": {"by_status": self.import_queue_by_status},
            "stored_in_last_minutes": self.stored_in_last_minutes,
            "rate_minutes": RATE_MINUTES,
            "stored_per_second": round(self.stored_per_second, 3),
            "seconds_left": None if self.seconds_left is None else round(self.seconds_left),
            "paused_hosts": [{"host": host, "reason": reason} for host, reason in self.paused_hosts],
            "paused": {"reason": self.pause.reason, "since": self.pause.since.isoformat()} if self.pause else None,
        }


def read_progress(connection: Connection) -> Progress:
    """Count everything once. That reads all rows, whatever the index: on a long table it takes its time."""
    images = _images(connection)
    waiting = images.number(is_external=True, status="pending", within=True)
    stored, rate = _rate(connection, now=database_now(connection))
    image = vehicle_images.c
    return Progress(
        external_images_count=images.number(is_external=True),
        vehicles_with_external_images=_vehicles_with(connection, image.is_external),
        vehicles_with_downloaded_images=_vehicles_with(connection, ~image.is_external, image.storage_path.is_not(None)),
        images_by_status=images.by_status(),
        images_by_failure_kind=images.by_failure_kind(),
        import_queue_by_status=_queue(connection),
        stored_in_last_minutes=stored,
        stored_per_second=rate,
        seconds_left=0 if not waiting else waiting / rate if rate else None,
        paused_hosts=paused_hosts(connection, limit=_MOST_PAUSED),
        pause=pauses.current(connection),
    )


@dataclass(frozen=True)
class _Alike:
    """So many images that are alike in this. `within`: the cap."""

    status: str
    failure_kind: str | None
    is_external: bool
    within: bool
    count: int


@dataclass(frozen=True)
class _Images:
    groups: Sequence[_Alike]

    def number(self, **same: object) -> int:
        """Those that have these values."""
        return sum(each.count for each in self.groups if all(getattr(each, key) == same[key] for key in same))

    def by_status(self) -> dict[str, int]:
        """With zeros."""
        known = dict.fromkeys((*IMAGE_STATUSES, *(each.status for each in self.groups)))
        return {status: self.number(status=status) for status in known}

    def by_failure_kind(self) -> dict[str, int]:
        """The last trouble of those that are not ours, the most frequent first."""
        kinds = {each.failure_kind for each in self.groups if each.is_external and each.failure_kind is not None}
        counts = {kind: self.number(failure_kind=kind, is_external=True) for kind in kinds}
        return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _images(connection: Connection) -> _Images:
    """All of them in one pass."""
    image = vehicle_images.c
    alike = (image.status, image.failure_kind, image.is_external, image.priority < BEYOND_CAP)
    return _Images([_Alike(*row) for row in connection.execute(select(*alike, func.count()).group_by(*alike))])


def _vehicles_with(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Vehicles that have such an image: looked up for each, which takes less than to sort all images by vehicle."""
    such = exists().where(vehicle_images.c.vehicle_id == vehicles.c.id, *conditions)
    return connection.execute(select(func.count()).select_from(vehicles).where(such)).scalar_one()


def _queue(connection: Connection) -> dict[str, int]:
    by_status = select(import_queue.c.status, func.count()).group_by(import_queue.c.status)
    return dict.fromkeys(QUEUE_STATUSES, 0) | dict(connection.execute(by_status).all())


def _rate(connection: Connection, *, now: datetime) -> tuple[int, float]:
    """Photos stored in the last minutes, and per second since the first of them."""
    image = vehicle_images.c
    since = now - timedelta(minutes=RATE_MINUTES)
    statement = select(func.count(), func.min(image.stored_at)).where(
        image.changed_at >= since,  # the one with an index: a row that was stored since has changed since
        image.stored_at >= since,
    )
    count, first = connection.execute(statement).one()
    return count, count / max((now - first).total_seconds(), 1.0) if count else 0.0
