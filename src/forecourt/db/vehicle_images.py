"""The life of one image after it was claimed: each arrow one fenced statement for a whole batch.

held ──► stored                      store
held ──► pending, an hour later      remember
held ──► pending | blocked, later    postpone
held ──► gone | failed | rejected    end
held ──► ready                       hand_back
held ──► ready at another host       move, where a redirect led there
moved ─► its first host              bring_home, with whatever else became of it
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, Integer, Text, bindparam, case, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.types import TypeEngine

from forecourt.db.image_claims import ImageClaim, Suspect
from forecourt.db.rows import bound, bound_rows, rows
from forecourt.db.tables import vehicle_images
from forecourt.db.types import Id, UtcDateTime
from forecourt.failure_kinds import FailureKind
from forecourt.schedule import Verdict


@dataclass(frozen=True)
class StoredImage:
    """What is known of a photo whose bytes are safe.

    Attributes:
        image_url: What those who read the table show from now on.
        thumbhash: Base64. dhash: 16 hex digits.
        is_damaged: Its source had no better one.
    """

    claim: ImageClaim
    storage_path: str
    image_url: str
    file_hash: str
    file_size: int
    mime_type: str
    width: int
    height: int
    thumbhash: str
    dhash: str
    etag: str | None
    last_modified: str | None
    is_damaged: bool = False


@dataclass(frozen=True)
class DamagedImage:
    """Damaged bytes that are safe, and when better ones are asked for."""

    claim: ImageClaim
    suspect: Suspect
    detail: str
    verdict: Verdict


@dataclass(frozen=True)
class MovedImage:
    """A redirect led to another host.

    Attributes:
        fetch_hops: Redirects that were followed to get there, in all.
    """

    claim: ImageClaim
    host_id: int
    fetch_url: str
    fetch_hops: int


@dataclass(frozen=True)
class FailedImage:
    """A try that ended badly, and what becomes of the row."""

    claim: ImageClaim
    kind: str
    detail: str
    verdict: Verdict


_FENCE: dict[str, TypeEngine[Any]] = {"image_id": Id, "attempt": BigInteger()}
_SUSPECT: dict[str, TypeEngine[Any]] = {
    "suspect_hash": Text(),
    "suspect_count": Integer(),
}
_LOOKS: dict[str, TypeEngine[Any]] = {
    "file_size": BigInteger(),
    "mime_type": Text(),
    "width": Integer(),
    "height": Integer(),
    "thumbhash": Text(),
    "dhash": Text(),
}
_STORED: dict[str, TypeEngine[Any]] = {
    "storage_path": Text(),
    "image_url": Text(),
    "file_hash": Text(),
    **_LOOKS,
    "etag": Text(),
    "last_modified": Text(),
    "is_damaged": Boolean(),
}
_WHAT_IS_STORED = attrgetter(*_STORED)
_MOVED: dict[str, TypeEngine[Any]] = {"host_id": Id, "fetch_url": Text(), "fetch_hops": Integer()}
_FAILED: dict[str, TypeEngine[Any]] = {
    "status": Text(),
    "failure_kind": Text(),
    "last_error": Text(),
    "failures": Integer(),
    "failing_since": UtcDateTime(),
    "next_attempt_at": UtcDateTime(),
    "deaths": Integer(),
    "decoder_deaths": Integer(),
}


def store(connection: Connection, stored: Sequence[StoredImage], *, now: datetime) -> set[int]:
    """held → stored: from now on pages show our copy.

    Returns the ids that changed. One that is missing was claimed by another worker since, or its URL was replaced by
    a new reading of its listing: the late result is dropped.
    """
    if not stored:
        return set()
    values = [_fence(each.claim) | dict(zip(_STORED, _WHAT_IS_STORED(each), strict=True)) for each in stored]
    statement = _store_statement(sqlite=connection.dialect.name == "sqlite")
    return set(connection.scalars(statement, bound(connection, "done", values) | {"safe_at": now}))


def remember(connection: Connection, damaged: Sequence[DamagedImage], *, now: datetime) -> set[int]:
    """held → pending, and due again at the verdict's time: the bytes that came are kept in case no better ones do.

    What is shown does not change. Returns the ids that did.
    """
    if not damaged:
        return set()
    values = [
        _fence(each.claim)
        | _failure(FailureKind.DAMAGED, each.detail, each.verdict)
        | {"suspect_hash": each.suspect.file_hash, "suspect_count": each.suspect.count}
        | {key: getattr(each.suspect, key) for key in _LOOKS}
        for each in damaged
    ]
    batch = rows(connection, "damaged", _FENCE | _FAILED | _SUSPECT | _LOOKS, values)
    is_known = vehicle_images.c.suspect_hash == batch.c.suspect_hash
    statement = (
        update(vehicle_images)
        .where(vehicle_images.c.id == batch.c.image_id)
        .where(vehicle_images.c.attempts == batch.c.attempt)  # the fence
        .where(vehicle_images.c.is_external)
        .values(
            {key: batch.c[key] for key in _FAILED | _SUSPECT | _LOOKS}
            | {"suspect_at": case((is_known, vehicle_images.c.suspect_at), else_=now), "lease_owner": None}
        )
        .returning(vehicle_images.c.id)
    )
    return set(connection.scalars(statement))


def postpone(connection: Connection, failed: Sequence[FailedImage]) -> set[int]:
    """held → pending or blocked, and due again at the verdict's time. Returns the ids that changed."""
    return _fail(connection, [each for each in failed if not each.verdict.is_final], now=None)


def end(connection: Connection, failed: Sequence[FailedImage], *, now: datetime) -> set[int]:
    """held → gone, failed or rejected: shown from the dealer's URL, not tried again. Returns the ids that changed."""
    return _fail(connection, [each for each in failed if each.verdict.is_final], now=now)


def move(connection: Connection, moved: Sequence[MovedImage]) -> set[int]:
    """held → ready at another host, for whoever holds that one. Returns the ids that changed."""
    if not moved:
        return set()
    values = [
        {
            "image_id": each.claim.image_id,
            "attempt": each.claim.attempt,
            "host_id": each.host_id,
            "fetch_url": each.fetch_url,
            "fetch_hops": each.fetch_hops,
        }
        for each in moved
    ]
    batch = rows(connection, "moved", _FENCE | _MOVED, values)
    statement = (
        update(vehicle_images)
        .where(vehicle_images.c.id == batch.c.image_id)
        .where(vehicle_images.c.attempts == batch.c.attempt)  # the fence
        .where(vehicle_images.c.is_external)
        .values({key: batch.c[key] for key in _MOVED} | {"lease_owner": None, "next_attempt_at": None, "deaths": 0})
        .returning(vehicle_images.c.id)
    )
    return set(connection.scalars(statement))


def bring_home(connection: Connection, homes: Sequence[tuple[ImageClaim, int]]) -> None:
    """at the host of its `fetch_url` → at the host of its `source_url`, in the transaction that settles it.

    Args:
        homes: (claim, first host) of those that were asked for at their `fetch_url`.
    """
    if not homes:
        return
    values = [{"image_id": each.image_id, "attempt": each.attempt, "host_id": home} for each, home in homes]
    batch = rows(connection, "homes", _FENCE | {"host_id": Id}, values)
    connection.execute(
        update(vehicle_images)
        .where(vehicle_images.c.id == batch.c.image_id)
        .where(vehicle_images.c.attempts == batch.c.attempt)  # the fence
        .values(host_id=batch.c.host_id, fetch_url=None, fetch_hops=0)
    )


def hand_back(connection: Connection, claims: Collection[ImageClaim]) -> None:
    """held → ready: claimed, and then not begun or not finished through no fault of its own."""
    batch = rows(connection, "back", _FENCE, [_fence(each) for each in claims])
    connection.execute(
        update(vehicle_images)
        .where(vehicle_images.c.id == batch.c.image_id, vehicle_images.c.attempts == batch.c.attempt)
        .values(lease_owner=None)
    )


def _fence(claim: ImageClaim) -> dict[str, object]:
    return {"image_id": claim.image_id, "attempt": claim.attempt}


def _failure(kind: str, detail: str, verdict: Verdict) -> dict[str, object]:
    return {
        "status": verdict.status,
        "failure_kind": kind,
        "last_error": detail,
        "failures": verdict.failures,
        "failing_since": verdict.failing_since,
        "next_attempt_at": verdict.next_attempt_at,
        "deaths": verdict.deaths,
        "decoder_deaths": verdict.decoder_deaths,
    }


@cache
def _store_statement(*, sqlite: bool) -> ReturningUpdate[int]:
    """Compiled once, since making a statement costs more than its rows do."""
    done = bound_rows("done", _FENCE | _STORED, sqlite=sqlite)
    now = bindparam("safe_at", type_=UtcDateTime())
    return (
        update(vehicle_images)
        .where(vehicle_images.c.id == done.c.image_id)
        .where(vehicle_images.c.attempts == done.c.attempt)  # the fence
        .where(vehicle_images.c.is_external)
        .values(
            {key: done.c[key] for key in _STORED}
            | {"is_external": False, "status": "stored", "stored_at": now, "changed_at": now}
            | {"lease_owner": None, "next_attempt_at": None, "failures": 0}
            | {"failure_kind": None, "last_error": None, "failing_since": None, "deaths": 0, "decoder_deaths": 0}
            | {"suspect_hash": None, "suspect_at": None, "suspect_count": 0}
        )
        .returning(vehicle_images.c.id)
    )


def _fail(connection: Connection, failed: Sequence[FailedImage], *, now: datetime | None) -> set[int]:
    if not failed:
        return set()
    values = [_fence(each.claim) | _failure(each.kind, each.detail, each.verdict) for each in failed]
    batch = rows(connection, "failed", _FENCE | _FAILED, values)
    changes = {key: batch.c[key] for key in _FAILED} | {"lease_owner": None}
    statement = (
        update(vehicle_images)
        .where(vehicle_images.c.id == batch.c.image_id)
        .where(vehicle_images.c.attempts == batch.c.attempt)  # the fence
        .where(vehicle_images.c.is_external)
        .values(changes | ({"changed_at": now} if now else {}))
        .returning(vehicle_images.c.id)
    )
    return set(connection.scalars(statement))
