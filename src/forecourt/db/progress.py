"""How far the work is: the monitoring queries, the counts by status and failure kind, the rate and the time left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from forecourt.db import pauses
from forecourt.db.engine import database_now
from forecourt.db.host_list import paused_hosts
from forecourt.db.pauses import Pause
from forecourt.db.tables import import_queue, vehicle_images

RATE_MINUTES = 5
_MOST_PAUSED = 20
BEYOND_CAP = 9  # the priority of rows that are shown and not fetched

# These three are published, and people run them by hand: they stay as they are, to the letter.
EXTERNAL_IMAGES_COUNT = """\
-- Count external images that need downloading
SELECT COUNT(*) as external_images_count
FROM vehicle_images
WHERE is_external = true;
"""
VEHICLES_WITH_EXTERNAL_IMAGES = (
    "-- Vehicles with external images\n"
    "SELECT \n"
    "  COUNT(DISTINCT vehicle_id) as vehicles_with_external_images\n"
    "FROM vehicle_images\n"
    "WHERE is_external = true;\n"
)
VEHICLES_WITH_DOWNLOADED_IMAGES = (
    "-- Vehicles with downloaded images\n"
    "SELECT \n"
    "  COUNT(DISTINCT vehicle_id) as vehicles_with_downloaded_images\n"
    "FROM vehicle_images\n"
    "WHERE is_external = false\n"
    "  AND storage_path IS NOT NULL;\n"
)

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
    """Count everything once."""
    statuses, kinds = _images(connection)
    stored, rate = _rate(connection, now=database_now(connection))
    waiting = _waiting(connection)
    return Progress(
        external_images_count=connection.scalar(text(EXTERNAL_IMAGES_COUNT)) or 0,
        vehicles_with_external_images=connection.scalar(text(VEHICLES_WITH_EXTERNAL_IMAGES)) or 0,
        vehicles_with_downloaded_images=connection.scalar(text(VEHICLES_WITH_DOWNLOADED_IMAGES)) or 0,
        images_by_status=statuses,
        images_by_failure_kind=kinds,
        import_queue_by_status=_queue(connection),
        stored_in_last_minutes=stored,
        stored_per_second=rate,
        seconds_left=0 if not waiting else waiting / rate if rate else None,
        paused_hosts=paused_hosts(connection, limit=_MOST_PAUSED),
        pause=pauses.current(connection),
    )


def _images(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    """By status, with zeros; and by the last trouble of those that are not ours, the most frequent first."""
    image = vehicle_images.c
    by_status = select(image.status, func.count()).group_by(image.status)
    statuses = dict.fromkeys(IMAGE_STATUSES, 0) | _counts(connection, by_status)
    by_kind = (
        select(image.failure_kind, func.count())
        .where(image.failure_kind.is_not(None), image.is_external)
        .group_by(image.failure_kind)
        .order_by(func.count().desc(), image.failure_kind)
    )
    return statuses, _counts(connection, by_kind)


def _queue(connection: Connection) -> dict[str, int]:
    by_status = select(import_queue.c.status, func.count()).group_by(import_queue.c.status)
    return dict.fromkeys(QUEUE_STATUSES, 0) | _counts(connection, by_status)


def _counts(connection: Connection, statement: Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(statement)}


def _waiting(connection: Connection) -> int:
    """What a trickle would still fetch."""
    image = vehicle_images.c
    pending = (image.is_external, image.status == "pending", image.priority < BEYOND_CAP)
    return connection.scalar(select(func.count()).select_from(vehicle_images).where(*pending)) or 0


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
