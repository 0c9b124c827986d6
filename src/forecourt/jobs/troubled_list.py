"""images and import-queue, list and retry: one piece for both."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, RowMapping, Table

from forecourt.db import organizations, troubled_rows, vehicles
from forecourt.db.engine import database_now, reading, writing
from forecourt.db.tables import import_queue, vehicle_images
from forecourt.db.troubled_rows import Wanted
from forecourt.errors import WrongUse
from forecourt.failure_kinds import MEANINGS, FailureKind
from forecourt.jobs.report import Report

_BATCH = 1000  # rows in one transaction


@dataclass(frozen=True)
class Kind:
    """A kind of row, and how it is told.

    Attributes:
        statuses: All that it may have.
        retried: Those that can be tried again.
        url: The column that a person knows it by.
        noun: What several are called.
    """

    table: Table
    statuses: Sequence[str]
    retried: Sequence[str]
    url: str
    noun: str


IMAGES = Kind(
    vehicle_images,
    ("pending", "blocked", "gone", "failed", "rejected", "stored", "removed"),
    ("pending", "blocked", "gone", "failed", "rejected"),
    "source_url",
    "photos",
)
QUEUE = Kind(
    import_queue,
    ("pending", "complete", "failed", "duplicate", "rejected"),
    ("pending", "failed", "rejected"),
    "listing_url",
    "listings",
)


def entries(engine: Engine, kind: Kind, wanted: Wanted, *, limit: int) -> Report:
    """The newest; then what a person can do about the troubles that were seen."""
    with reading(engine) as connection:
        _check(connection, kind.statuses, wanted)
        found = troubled_rows.newest(connection, kind.table, wanted, limit=limit)
    lines = [f"{row['id']}  {row['status']}  {row['failure_kind'] or '-'}  {row[kind.url]}" for row in found]
    answer = {"items": [dict(row) for row in found]}
    return Report(answer, (*lines, *_ways_out(found)) or ("There are none.",))


def retry(engine: Engine, kind: Kind, wanted: Wanted, *, cap: int, dry_run: bool) -> Report:
    """Due again, with a clean record."""
    with reading(engine) as connection:
        _check(connection, kind.retried, wanted)
        if dry_run:
            number = troubled_rows.count_to_retry(connection, kind.table, wanted)
            return Report({"success": True, "retried": number}, (f"{number} {kind.noun} would be due again.",))
    number = _retry_all(engine, kind.table, wanted, cap=cap)
    return Report({"success": True, "retried": number}, (f"{number} {kind.noun} are due again.",))


def _retry_all(engine: Engine, table: Table, wanted: Wanted, *, cap: int) -> int:
    """A batch a transaction, so that no worker waits for long; what is looked for is looked for outside of it."""
    number, last = 0, 0
    while True:
        with reading(engine) as connection:
            ids = troubled_rows.next_to_retry(connection, table, wanted, after=last, limit=_BATCH)
        if not ids:
            return number
        with writing(engine) as connection:
            number += troubled_rows.retry(connection, table, ids, cap=cap, now=database_now(connection))
        last = ids[-1]


def _check(connection: Connection, statuses: Sequence[str], wanted: Wanted) -> None:
    """Refuse words that no row has."""
    if wanted.status is not None and wanted.status not in statuses:
        raise WrongUse(f"--status {wanted.status}: there is {', '.join(statuses)}")
    if wanted.failure_kind is not None and wanted.failure_kind not in set(FailureKind):
        raise WrongUse(f"--failure-kind {wanted.failure_kind}: there is {', '.join(FailureKind)}")
    if wanted.host is not None:
        alike = troubled_rows.hosts_like(connection, wanted.host)
        if alike is not None:
            raise WrongUse(f"--host {wanted.host}: there is {', '.join(alike) or 'none yet'}")
    if wanted.organization_id is not None and not organizations.exists(connection, wanted.organization_id):
        raise WrongUse(f"there is no organization {wanted.organization_id}; `forecourt organizations list` shows them")
    if wanted.vehicle_id is not None and not vehicles.exists(connection, wanted.vehicle_id):
        raise WrongUse(f"there is no vehicle {wanted.vehicle_id}")


def _ways_out(found: Sequence[RowMapping]) -> list[str]:
    seen = {row["failure_kind"] for row in found}
    told = [
        f"{kind}: {meaning.way_out.replace('`', '')}"
        for kinds in MEANINGS.values()
        for kind, meaning in kinds.items()
        if kind in seen and meaning.way_out
    ]
    return ["", *told] if told else []
