"""The claim of external images: the row is the job.

ready ── claim_ranges, claim (attempts + 1) ──► held ── a settlement (vehicle_images.py) ──► …

A claim reads what it claims: for each host one range of the index (host_id, priority, sort_key) over what is ready.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    bindparam,
    select,
    text,
    true,
    tuple_,
    update,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.types import TypeEngine

from forecourt.db.picked import kept, picked
from forecourt.db.rows import bound, bound_rows
from forecourt.db.tables import IMAGE_READY, organization_vehicles, vehicle_images
from forecourt.db.types import Id
from forecourt.schedule import BEYOND_CAP, EXPIRING, Record, expiry_key

Place = tuple[int, int]
"""(priority, sort_key): where an image stands among those of its host."""

HEAD: Place = (-1, 0)
END: Place = (BEYOND_CAP, -1)
_MOST_DEAD = 100  # they need no room at their host: they are not asked for

_RANGE: dict[str, TypeEngine[Any]] = {
    "host_id": Id,
    "most": Integer(),
    "begin_priority": Integer(),
    "begin_key": BigInteger(),
    "until_priority": Integer(),
    "until_key": BigInteger(),
}
_TOLD = (
    *("id", "attempts", "vehicle_id", "host_id", "source_url", "priority", "sort_key"),
    *("candidates", "fetch_url", "fetch_hops", "failures", "failing_since", "failure_kind", "deaths", "decoder_deaths"),
    *("suspect_hash", "suspect_count", "file_size", "mime_type", "width", "height", "thumbhash", "dhash"),
)

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
    """Of a host's ready images, the first `most` from one place on up to another; many may stand at the same place."""

    host_id: int
    most: int
    begin: Place
    until: Place


def dead(host_id: int, *, now: datetime) -> Range:
    """A host's images whose URLs have died; claimed without being asked for, so that they are settled."""
    return Range(host_id, _MOST_DEAD, HEAD, (EXPIRING, expiry_key(now)))


def first_alive(now: datetime) -> Place:
    """Where those begin whose URLs live."""
    return EXPIRING, expiry_key(now) + 1


def claim_ranges(connection: Connection, ranges: Sequence[Range], *, worker_id: str, now: datetime) -> list[ImageClaim]:
    """ready → held, attempts + 1, in the order of schedule.py; of several hosts in one statement."""
    values = [
        {"host_id": each.host_id, "most": each.most}
        | {"begin_priority": each.begin[0], "begin_key": each.begin[1]}
        | {"until_priority": each.until[0], "until_key": each.until[1]}
        for each in ranges
    ]
    taken: Sequence[Row[Any]]
    if connection.dialect.name == "sqlite":  # it cannot look into another table for each range; a statement is cheap
        taken = [
            row
            for one in values
            for row in connection.execute(
                _claim_one_range(), {f"asked_{key}": item for key, item in one.items()} | {"worker": worker_id}
            )
        ]
    else:
        taken = connection.execute(
            _claim_all_ranges(), bound(connection, "asked", values) | {"worker": worker_id}
        ).all()
    return sorted((_image_claim(row, now) for row in taken), key=lambda each: each.place)


def claim(connection: Connection, image_ids: Sequence[int], *, worker_id: str, now: datetime) -> list[ImageClaim]:
    """ready → held, attempts + 1. What somebody else has taken meanwhile is left out."""
    if not image_ids:
        return []
    statement = _claim_these(sqlite=connection.dialect.name == "sqlite")
    wanted = bound(connection, "wanted", [{"image_id": each} for each in image_ids])
    claims = [_image_claim(row, now) for row in connection.execute(statement, wanted | {"worker": worker_id})]
    order = {image_id: place for place, image_id in enumerate(image_ids)}
    return sorted(claims, key=lambda claim: order[claim.image_id])


@cache
def _claim_one_range() -> ReturningUpdate[Any]:
    """On SQLite; compiled once, since making a statement costs more than its rows do."""
    asked = {key: bindparam(f"asked_{key}", type_=kind) for key, kind in _RANGE.items()}
    return _taking(_images.id.in_(_first_in(asked)))


@cache
def _claim_all_ranges() -> ReturningUpdate[Any]:
    """On PostgreSQL: picked and locked for each range by itself; picked.py tells of the form."""
    asked = bound_rows("asked", _RANGE, sqlite=False)
    first = _first_in(asked.c).with_for_update(skip_locked=True).lateral("first")
    due = select(first.c.id).select_from(asked.join(first, true())).cte("due")
    return _taking(kept(_images.id, select(due.prefix_with("MATERIALIZED").c.id), sqlite=False))


@cache
def _claim_these(*, sqlite: bool) -> ReturningUpdate[Any]:
    wanted = bound_rows("wanted", {"image_id": Id}, sqlite=sqlite)
    some = select(_images.id).where(_images.id.in_(select(wanted.c.image_id)), text(IMAGE_READY))
    return _taking(picked(_images.id, some, sqlite=sqlite))


def _first_in(asked: Mapping[str, Any] | ReadOnlyColumnCollection[str, Any]) -> Select[Any]:
    place = tuple_(_images.priority, _images.sort_key)
    return (
        select(_images.id)
        .where(text(IMAGE_READY), _images.host_id == asked["host_id"])
        .where(place >= tuple_(asked["begin_priority"], asked["begin_key"]))
        .where(place <= tuple_(asked["until_priority"], asked["until_key"]))
        .order_by(_images.priority, _images.sort_key)
        .limit(asked["most"])
    )


def _taking(which: ColumnElement[bool]) -> ReturningUpdate[Any]:
    links = organization_vehicles.c
    referer = select(links.listing_url).where(links.id == _images.listing_id).scalar_subquery()
    taken = update(vehicle_images).where(which)
    taken = taken.values(lease_owner=bindparam("worker"), attempts=_images.attempts + 1)
    return taken.returning(*(_images[name] for name in _TOLD), referer.label("referer"))


def _image_claim(row: Row[Any], now: datetime) -> ImageClaim:
    """From what `_taking` returns, by its order: to look for each name would cost more."""
    told: tuple[Any, ...] = tuple(row)
    image_id, attempt, vehicle_id, host_id, url, priority, key, candidates, fetch_url, hops, *rest, referer = told
    failures, failing_since, kind, deaths, decoder_deaths, suspect_hash, suspect_count, *looks = rest
    suspect = None if suspect_hash is None else Suspect(suspect_hash, *looks)
    return ImageClaim(
        image_id,
        attempt,
        vehicle_id,
        host_id,
        url,
        referer,
        Record(failures, failing_since, kind, deaths, decoder_deaths),
        now,
        (priority, key),
        tuple(candidates or ()),
        fetch_url,
        hops,
        suspect and replace(suspect, count=suspect_count),
    )
