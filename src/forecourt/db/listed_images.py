"""The photos that a listing names, merged into the vehicle's rows.

A row is never dropped and never turned back: a reading appends what is new, replaces the URL of an external image
that was signed anew, and wakes what had ended and is named again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, insert, null, or_, select, update

from forecourt.db import hosts
from forecourt.db.image_places import assign_priorities
from forecourt.db.tables import vehicle_images
from forecourt.failure_kinds import FailureKind
from forecourt.schedule import first_place

_ENDED = ("gone", "failed")  # ends that a new naming may wake; `rejected` is a person's to wake
_WAKES_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class ListedPhoto:
    """One photo of a listing.

    Attributes:
        key: The URL without signature and expiry: the photo's identity within its vehicle.
        host: As `hosts.host` names it.
        candidates: Other forms of it on the same host, to be asked for where this one is refused, in this order.
        written_url: What to show meanwhile, where nobody has written `url` and it may not be there.
        expires_at: When the URL dies, where it says so; in whole seconds.
    """

    url: str
    key: str
    host: str
    candidates: tuple[str, ...] = ()
    written_url: str | None = None
    expires_at: datetime | None = None

    @property
    def shown_url(self) -> str:
        """What pages show while it is external."""
        return self.written_url or self.url


@dataclass(frozen=True)
class Change:
    """What a reading did to a vehicle's rows; all zero when it said nothing new."""

    added: int = 0
    replaced: int = 0
    woken: int = 0


def merge(
    connection: Connection,
    vehicle_id: int,
    photos: Sequence[ListedPhoto],
    *,
    listing_id: int | None,
    turn: int,
    cap: int,
    now: datetime,
) -> Change:
    """named → external, for what is new. The first photo that a vehicle ever has is its primary one, at position 0.

    Whose first photos are these and vanishes already, is the caller's to mark (`assign_priorities`).
    """
    known = {
        row.source_key: row
        for row in connection.execute(select(vehicle_images).where(vehicle_images.c.vehicle_id == vehicle_id))
    }
    named = [(photo, known[photo.key]) for photo in photos if photo.key in known]
    moved = [(photo, row) for photo, row in named if row.is_external and row.source_url != photo.url]
    woken = [
        row
        for photo, row in named
        if row.status in _ENDED and row.source_url == photo.url and now - row.changed_at >= _WAKES_AFTER
    ]
    first = max((row.position for row in known.values()), default=-1) + 1
    fresh = [photo for photo in photos if photo.key not in known]
    host_ids = hosts.ids_of(connection, {photo.host for photo in fresh} | {photo.host for photo, _ in moved})
    for photo, row in moved:
        _replace(connection, row, photo, host_id=host_ids[photo.host], listing_id=listing_id, now=now)
    _wake(connection, woken, now=now)
    alike = {"vehicle_id": vehicle_id, "listing_id": listing_id, "changed_at": now, "created_at": now}
    _append(connection, fresh, alike, host_ids, first=first, turn=turn, cap=cap, now=now)
    if known and (fresh or moved or woken):
        assign_priorities(connection, [vehicle_id], cap=cap, now=now)
    return Change(len(fresh), len(moved), len(woken))


def ids_of(connection: Connection, vehicle_id: int, photos: Sequence[ListedPhoto]) -> frozenset[int]:
    """The vehicle's rows of these photos."""
    keys = [photo.key for photo in photos]
    named = select(vehicle_images.c.id).where(vehicle_images.c.vehicle_id == vehicle_id)
    return frozenset(connection.scalars(named.where(vehicle_images.c.source_key.in_(keys))))


def sleeping(connection: Connection, vehicle_ids: Collection[int], *, now: datetime) -> dict[int, set[str]]:
    """By vehicle, the keys of the photos that have ended and that a new naming would wake."""
    ended = select(vehicle_images.c.vehicle_id, vehicle_images.c.source_key).where(
        vehicle_images.c.vehicle_id.in_(vehicle_ids),
        vehicle_images.c.status.in_(_ENDED),
        vehicle_images.c.changed_at <= now - _WAKES_AFTER,
    )
    found: dict[int, set[str]] = {}
    for vehicle_id, key in connection.execute(ended):
        found.setdefault(vehicle_id, set()).add(key)
    return found


def _replace(
    connection: Connection, row: Row[Any], photo: ListedPhoto, *, host_id: int, listing_id: int | None, now: datetime
) -> None:
    """external at an old URL → external at the new one; a download of the old URL then settles nothing.

    That the old one had expired is nothing against the new one.
    """
    images = vehicle_images.c
    ended = images.status.in_(_ENDED)
    begins_anew = or_(ended, images.failure_kind == FailureKind.EXPIRED)
    connection.execute(
        update(vehicle_images)
        .where(vehicle_images.c.id == row.id, vehicle_images.c.is_external)
        .values(
            source_url=photo.url,
            image_url=photo.shown_url,
            candidates=list(photo.candidates) or None,
            expires_at=photo.expires_at,
            host_id=host_id,
            fetch_url=None,
            fetch_hops=0,
            listing_id=listing_id,
            attempts=images.attempts + 1,
            lease_owner=None,
            next_attempt_at=None,
            status=case((ended, "pending"), else_=images.status),
            failures=case((begins_anew, 0), else_=images.failures),
            failing_since=case((begins_anew, null()), else_=images.failing_since),
            failure_kind=case((images.failure_kind == FailureKind.EXPIRED, null()), else_=images.failure_kind),
            changed_at=now,
        )
    )


def _wake(connection: Connection, ended: Sequence[Row[Any]], *, now: datetime) -> None:
    """gone or failed → pending with a clean record: its listing still names it."""
    if ended:
        connection.execute(
            update(vehicle_images)
            .where(vehicle_images.c.id.in_([row.id for row in ended]), vehicle_images.c.status.in_(_ENDED))
            .values(status="pending", failures=0, failing_since=None, next_attempt_at=None, changed_at=now)
        )


def _append(
    connection: Connection,
    photos: Sequence[ListedPhoto],
    alike: Mapping[str, object],
    host_ids: Mapping[str, int],
    *,
    first: int,
    turn: int,
    cap: int,
    now: datetime,
) -> None:
    """none → external.

    Args:
        alike: The columns that are the same for all.
        first: The first one's position.
    """
    values = []
    for place, photo in enumerate(photos, start=first):
        priority, key = first_place(position=place, turn=turn, cap=cap, expires_at=photo.expires_at, now=now)
        values.append(
            {
                **alike,
                "position": place,
                "is_primary": place == 0,
                "source_url": photo.url,
                "source_key": photo.key,
                "image_url": photo.shown_url,
                "is_external": True,
                "host_id": host_ids[photo.host],
                "candidates": list(photo.candidates) or None,
                "expires_at": photo.expires_at,
                "priority": priority,
                "sort_key": key,
            }
        )
    if values:
        connection.execute(insert(vehicle_images), values)
