"""A host whose breaker is half open is tried with one request: with another row than the last, where there is one.

The last one carries its host's trouble as `failure_kind`. So those that do not come first; and where all do, which one
is left to chance or to time: a row that alone makes its host fail must not hold up the others for ever.
"""

from collections.abc import Collection, Sequence
from random import Random

from sqlalchemy import Connection, case, select, text

from forecourt.db.tables import IMAGE_READY, QUEUE_READY, import_queue, vehicle_images
from forecourt.failure_kinds import HOST_KINDS
from forecourt.schedule import BEYOND_CAP

MOST_LOOKED_AT = 100

_images = vehicle_images.c
_queue = import_queue.c


def image(connection: Connection, host_id: int, *, random: Random) -> int | None:
    """Of the first ready ones of this host, in the order of schedule.py."""
    first = select(_images.id).where(text(IMAGE_READY), _images.host_id == host_id, _images.priority < BEYOND_CAP)
    first = first.order_by(_images.priority, _images.sort_key).limit(MOST_LOOKED_AT)
    return image_among(connection, connection.scalars(first).all(), random=random)


def image_among(connection: Connection, image_ids: Sequence[int], *, random: Random) -> int | None:
    """Of these, in their order."""
    in_trouble = select(_images.id).where(_images.id.in_(image_ids), _images.failure_kind.in_(HOST_KINDS))
    troubled = set(connection.scalars(in_trouble))
    others = [image_id for image_id in image_ids if image_id not in troubled]
    if others:
        return others[0]
    return random.choice(image_ids) if image_ids else None


def listing(connection: Connection, host_id: int, *, organization_ids: Collection[int] | None) -> int | None:
    """Of all ready ones of this host; that whose trouble is the oldest, where all have met it."""
    ready = select(_queue.id).where(text(QUEUE_READY), _queue.host_id == host_id)
    if organization_ids is not None:
        ready = ready.where(_queue.organization_id.in_(organization_ids))
    met = case((_queue.failure_kind.in_(HOST_KINDS), _queue.updated_at))
    return connection.scalar(ready.order_by(met.is_not(None), met, _queue.priority, _queue.id).limit(1))
