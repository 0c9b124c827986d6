"""The claim of external images: the row is the job.

ready ── claim_ranges, claim (attempts + 1) ──► held ── a settlement (vehicle_images.py) ──► …

A claim reads what it claims: for each host one range of the index (host_id, priority, sort_key) over what is ready.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, Row, Select, select, text, true, tuple_, update

from forecourt.db.picked import kept, picked
from forecourt.db.rows import rows
from forecourt.db.tables import IMAGE_READY, organization_vehicles, vehicle_images
from forecourt.db.types import Id
from forecourt.schedule import BEYOND_CAP, EXPIRING, Record, expiry_key

Place = tuple[int, int]
"""(priority, sort_key): where an image stands among those of its host."""

HEAD: Place = (-1, 0)
END: Place = (BEYOND_CAP, -1)
_MOST_DEAD = 100  # they need no room at their host: they are not asked for

_images = vehicle_images.c


@dataclass(frozen=True)
class Suspect:
    """Damaged bytes that lie in the store, while the row waits for better ones.

    Attributes:
        count: How many different ones have come; these are the largest.
    """

    file_hash: str
    file_size: int
    mime_type: str
    width: int
    height: int
    thumbhash: str
    dhash: str
    count: int = 1


@dataclass(frozen=True)
class ImageClaim:
    """One claimed image. `attempt` is the fence: a settlement counts only while the row still has it.

    Attributes:
        referer: The listing's page, where the row knows it.
        candidates: Other forms of the photo, on the same host.
        record: Its failures before this attempt.
        claimed_at: By the database's clock.
        fetch_url: Where a redirect led to, on this host; asked in place of `source_url`.
        fetch_hops: Redirects that were followed to get there.
        suspect: What is left to show where nothing better comes.
    """

    image_id: int
    attempt: int
    vehicle_id: int
    host_id: int
    source_url: str
    referer: str | None
    record: Record
    claimed_at: datetime
    place: Place
    candidates: tuple[str, ...] = ()
    fetch_url: str | None = None
    fetch_hops: int = 0
    suspect: Suspect | None = None


@dataclass(frozen=True)
class Range:
    """Of a host's ready images, the first `most` after one place up to another."""

    host_id: int
    most: int
    after: Place
    until: Place


def dead(host_id: int, *, now: datetime) -> Range:
    """A host's images whose URLs have died; claimed without being asked for, so that they are settled."""
    return Range(host_id, _MOST_DEAD, HEAD, (EXPIRING, expiry_key(now)))


def claim_ranges(connection: Connection, ranges: Sequence[Range], *, worker_id: str, now: datetime) -> list[ImageClaim]:
    """ready → held, attempts + 1, in the order of schedule.py; of several hosts in one statement."""
    if connection.dialect.name == "sqlite":  # it cannot look into another table for each range; a statement is cheap
        claims = [
            each
            for one in ranges
            for each in _take(connection, _images.id.in_(_first_of(one)), worker_id=worker_id, now=now)
        ]
    else:
        claims = _take(connection, kept(_images.id, _first_of_all(connection, ranges)), worker_id=worker_id, now=now)
    return sorted(claims, key=lambda each: each.place)


def claim(connection: Connection, image_ids: Sequence[int], *, worker_id: str, now: datetime) -> list[ImageClaim]:
    """ready → held, attempts + 1. What somebody else has taken meanwhile is left out."""
    if not image_ids:
        return []
    wanted = rows(connection, "wanted", {"image_id": Id}, [{"image_id": each} for each in image_ids])
    some = select(_images.id).where(_images.id.in_(select(wanted.c.image_id)), text(IMAGE_READY))
    claims = _take(connection, picked(connection, _images.id, some), worker_id=worker_id, now=now)
    order = {image_id: place for place, image_id in enumerate(image_ids)}
    return sorted(claims, key=lambda claim: order[claim.image_id])


def _first_of(one: Range) -> Select[Any]:
    first = _in_range(select(_images.id), one.host_id, tuple_(*one.after), tuple_(*one.until))
    return first.limit(one.most)


def _first_of_all(connection: Connection, ranges: Iterable[Range]) -> Select[Any]:
    """Picked and locked for each range by itself; see picked.py for the form."""
    values = [
        {"host_id": each.host_id, "most": each.most}
        | {"after_priority": each.after[0], "after_key": each.after[1]}
        | {"until_priority": each.until[0], "until_key": each.until[1]}
        for each in ranges
    ]
    columns = {"host_id": Id, "most": Integer(), "after_priority": Integer(), "after_key": BigInteger()}
    asked = rows(connection, "asked", columns | {"until_priority": Integer(), "until_key": BigInteger()}, values)
    after = tuple_(asked.c.after_priority, asked.c.after_key)
    until = tuple_(asked.c.until_priority, asked.c.until_key)
    first = _in_range(select(_images.id), asked.c.host_id, after, until).limit(asked.c.most)
    each_of_them = first.with_for_update(skip_locked=True).lateral("first")
    due = select(each_of_them.c.id).select_from(asked.join(each_of_them, true())).cte("due")
    return select(due.prefix_with("MATERIALIZED").c.id)


def _in_range(some: Select[Any], host_id: int | ColumnElement[int], after: Any, until: Any) -> Select[Any]:  # noqa: ANN401 (tuples of SQL)
    place = tuple_(_images.priority, _images.sort_key)
    inside = some.where(text(IMAGE_READY), _images.host_id == host_id, place > after, place <= until)
    return inside.order_by(_images.priority, _images.sort_key)


def _take(connection: Connection, which: ColumnElement[bool], *, worker_id: str, now: datetime) -> list[ImageClaim]:
    links = organization_vehicles.c
    referer = select(links.listing_url).where(links.id == _images.listing_id).scalar_subquery()
    taken = (
        update(vehicle_images)
        .where(which)
        .values(lease_owner=worker_id, attempts=_images.attempts + 1)
        .returning(vehicle_images, referer.label("referer"))
    )
    return [
        ImageClaim(
            row.id,
            row.attempts,
            row.vehicle_id,
            row.host_id,
            row.source_url,
            row.referer,
            Record(row.failures, row.failing_since, row.failure_kind, row.deaths, row.decoder_deaths),
            now,
            (row.priority, row.sort_key),
            tuple(row.candidates or ()),
            fetch_url=row.fetch_url,
            fetch_hops=row.fetch_hops,
            suspect=_suspect(row),
        )
        for row in connection.execute(taken)
    ]


def _suspect(row: Row[Any]) -> Suspect | None:
    if row.suspect_hash is None:
        return None
    seen = (row.file_size, row.mime_type, row.width, row.height, row.thumbhash, row.dhash)
    return Suspect(row.suspect_hash, *seen, row.suspect_count)
