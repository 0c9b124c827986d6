"""Which external images are due, and the claim: the row is the job.

waiting ── its time has come ──► ready ── claim (attempts + 1) ──► held ── a settlement ──► …
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, text, update

from forecourt.db.image_places import places
from forecourt.db.rows import rows
from forecourt.db.tables import IMAGE_READY, IMAGE_WAITING, hosts, organization_vehicles, vehicle_images
from forecourt.db.types import Id
from forecourt.schedule import BEYOND_CAP, VANISHING, Record

_WAKE_AT_ONCE = 1000
_CLOCK_SLIPPED = timedelta(days=2)  # no rule sets a time that far ahead


@dataclass(frozen=True)
class ImageClaim:
    """One claimed image. `attempt` is the fence: a settlement counts only while the row still has it.

    Attributes:
        referer: The listing's page, where the row knows it.
        candidates: Other forms of the photo, on the same host.
        record: Its failures before this attempt.
    """

    image_id: int
    attempt: int
    vehicle_id: int
    host_id: int
    source_url: str
    referer: str | None
    record: Record
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Due:
    """An image that could be claimed now."""

    image_id: int
    host_id: int
    vehicle_id: int


def wake(connection: Connection, *, now: datetime) -> int:
    """waiting → ready, a thousand at most; the number."""
    over = or_(vehicle_images.c.next_attempt_at <= now, vehicle_images.c.next_attempt_at > now + _CLOCK_SLIPPED)
    ids = select(vehicle_images.c.id).where(text(IMAGE_WAITING), over).limit(_WAKE_AT_ONCE)
    return connection.execute(
        update(vehicle_images).where(vehicle_images.c.id.in_(ids)).values(next_attempt_at=None)
    ).rowcount


def next_wake(connection: Connection, *, vehicle_ids: Collection[int] | None = None) -> datetime | None:
    """When the first waiting image comes due: of all, or of these vehicles; those beyond the cap do not count."""
    waiting = select(vehicle_images.c.next_attempt_at).where(text(IMAGE_WAITING))
    if vehicle_ids is None:
        waiting = waiting.where(vehicle_images.c.priority < BEYOND_CAP)
    else:
        wanted = rows(connection, "wanted", {"vehicle_id": Id}, [{"vehicle_id": each} for each in vehicle_ids])
        waiting = waiting.where(vehicle_images.c.vehicle_id.in_(select(wanted.c.vehicle_id)))
    return connection.scalar(waiting.order_by(vehicle_images.c.next_attempt_at).limit(1))


def hosts_with_ready(connection: Connection, *, limit: int) -> list[int]:
    """Hosts that have something to fetch, whoever holds them, in no order."""
    some = (
        select(vehicle_images.c.id)
        .where(text(IMAGE_READY), vehicle_images.c.host_id == hosts.c.id, vehicle_images.c.priority < BEYOND_CAP)
        .exists()
    )
    return list(connection.scalars(select(hosts.c.id).where(hosts.c.paused_reason.is_(None), some).limit(limit)))


def due_on(connection: Connection, host_id: int, *, limit: int) -> list[int]:
    """The ids of a host's first ready images, in the order of schedule.py."""
    ready = select(vehicle_images.c.id).where(
        text(IMAGE_READY), vehicle_images.c.host_id == host_id, vehicle_images.c.priority < BEYOND_CAP
    )
    return list(connection.scalars(ready.order_by(vehicle_images.c.priority, vehicle_images.c.sort_key).limit(limit)))


def due_of(connection: Connection, vehicle_ids: Collection[int], *, max_images: int) -> list[Due]:
    """Everything ready among these vehicles' first `max_images` living photos (0: all), in the order of schedule.py."""
    place = places(connection, vehicle_ids)
    paused = select(hosts.c.id).where(hosts.c.paused_reason.is_not(None))
    ready = (
        select(vehicle_images.c.id, vehicle_images.c.host_id, vehicle_images.c.vehicle_id)
        .join(place, place.c.image_id == vehicle_images.c.id)
        .where(text(IMAGE_READY), vehicle_images.c.host_id.not_in(paused))
        .order_by(vehicle_images.c.priority != VANISHING, vehicle_images.c.is_primary.desc(), vehicle_images.c.sort_key)
    )
    if max_images:
        ready = ready.where(place.c.place <= max_images)
    return [Due(*row) for row in connection.execute(ready)]


def claim(connection: Connection, image_ids: Sequence[int], *, worker_id: str) -> list[ImageClaim]:
    """ready → held, attempts + 1. What somebody else has taken meanwhile is left out."""
    wanted = rows(connection, "wanted", {"image_id": Id}, [{"image_id": each} for each in image_ids])
    taken = (
        update(vehicle_images)
        .where(vehicle_images.c.id == wanted.c.image_id, text(IMAGE_READY))
        .values(lease_owner=worker_id, attempts=vehicle_images.c.attempts + 1)
        .returning(
            vehicle_images,
            select(organization_vehicles.c.listing_url)
            .where(organization_vehicles.c.id == vehicle_images.c.listing_id)
            .scalar_subquery()
            .label("referer"),
        )
    )
    order = {image_id: place for place, image_id in enumerate(image_ids)}
    claims = [
        ImageClaim(
            row.id,
            row.attempts,
            row.vehicle_id,
            row.host_id,
            row.source_url,
            row.referer,
            Record(row.failures, row.failing_since, row.failure_kind),
            tuple(row.candidates or ()),
        )
        for row in connection.execute(taken)
    ]
    return sorted(claims, key=lambda claim: order[claim.image_id])
