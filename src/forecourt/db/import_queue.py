"""Listing URLs waiting to be read. The row is the job, as with images.

new ──► pending ── claim (attempts + 1) ──► held ──► complete | duplicate      complete
                                              ├───► pending, later             postpone
                                              ├───► failed | rejected          end
                                              ├───► pending                    hand_back
                                              └───► pending at another host    move, where a redirect led there
moved ──► its first host                                                       bring_home, as it ends
any but held ── its inventory missed it twice ──► pending, first of all        ask_first
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import ColumnElement, Connection, and_, case, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from forecourt.db import probes
from forecourt.db.hosts import is_open
from forecourt.db.listings_seen import ASKED_AFTER
from forecourt.db.picked import picked
from forecourt.db.tables import HELD, QUEUE_READY, QUEUE_WAITING, hosts, import_queue, organization_vehicles
from forecourt.schedule import Record, Verdict

_WAKE_AT_ONCE = 1000
_CLOCK_SLIPPED = timedelta(days=2)  # no rule sets a time that far ahead
_FIRST = -1  # the priority of what an inventory missed; everybody else's is 0
_STATUS_AFTER = {"blocked": "pending", "gone": "failed"}  # an image's words in the queue's


@dataclass(frozen=True)
class QueueClaim:
    """One claimed listing URL. `attempt` is the fence.

    Attributes:
        is_missed: Two complete readings of its inventory did not name it: its page decides what becomes of it.
        fetch_url: Where a redirect led to, on this host; asked in place of `listing_url`.
    """

    queue_id: int
    attempt: int
    organization_id: int
    host_id: int
    listing_url: str
    record: Record
    is_missed: bool = False
    fetch_url: str | None = None


@dataclass(frozen=True)
class Enqueued:
    """What became of the URLs of an inventory."""

    added: int
    again: int
    known: int


def enqueue(
    connection: Connection, organization_id: int, urls: Sequence[tuple[str, int]], *, reread: timedelta, now: datetime
) -> Enqueued:
    """new → pending; what was read longer than `reread` ago → pending again; everything else stays as it is.

    Args:
        urls: (listing URL, host id), in the order of the inventory.
    """
    if not urls:
        return Enqueued(0, 0, 0)
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    fresh = dialect.insert(import_queue).on_conflict_do_nothing().returning(import_queue.c.id)
    added = connection.scalars(
        fresh,
        [
            {
                "listing_url": url,
                "organization_id": organization_id,
                "host_id": host_id,
                "created_at": now,
                "updated_at": now,
            }
            for url, host_id in urls
        ],
    ).all()
    old = [
        import_queue.c.listing_url.in_([url for url, _ in urls]),
        import_queue.c.status != "pending",
        import_queue.c.updated_at <= now - reread,
    ]
    again = connection.execute(
        update(import_queue)
        .where(*old, import_queue.c.id.not_in(added))
        .values(status="pending", failures=0, failing_since=None, next_attempt_at=None, updated_at=now)
    ).rowcount
    return Enqueued(len(added), again, len(urls) - len(added) - again)


def ask_first(connection: Connection, organization_id: int, urls: Sequence[tuple[str, int]], *, now: datetime) -> None:
    """any → pending at its first host, due now and before the others; what is held is being read already.

    Args:
        urls: (listing URL, host id).
    """
    if not urls:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    asked = dialect.insert(import_queue)
    due = {"status": "pending", "priority": _FIRST, "next_attempt_at": None, "fetch_url": None, "updated_at": now}
    waits = import_queue.c.status == "pending"  # it keeps the record of its failures
    again = asked.on_conflict_do_update(
        index_elements=["listing_url"],
        set_=due
        | {
            "host_id": asked.excluded.host_id,
            "failures": case((waits, import_queue.c.failures), else_=0),
            "failing_since": case((waits, import_queue.c.failing_since), else_=None),
        },
        where=import_queue.c.lease_owner.is_(None),
    )
    connection.execute(
        again,
        [
            {"listing_url": url, "organization_id": organization_id, "host_id": host_id, "created_at": now} | due
            for url, host_id in urls
        ],
    )


def wake(connection: Connection, *, now: datetime) -> int:
    """waiting → ready, a thousand at most of those whose time has come; the number.

    So are as many whose time lies too far ahead to be one of ours.
    """
    due_at = import_queue.c.next_attempt_at
    return sum(_wake(connection, over) for over in (due_at <= now, due_at > now + _CLOCK_SLIPPED))


def next_wake(connection: Connection, *, organization_ids: Collection[int] | None) -> datetime | None:
    """When the first waiting row comes due."""
    waiting = select(import_queue.c.next_attempt_at).where(text(QUEUE_WAITING))
    if organization_ids is not None:
        waiting = waiting.where(import_queue.c.organization_id.in_(organization_ids))
    return connection.scalar(waiting.order_by(import_queue.c.next_attempt_at).limit(1))


def hosts_with_ready(
    connection: Connection, *, organization_ids: Collection[int] | None, limit: int, random: Random
) -> list[int]:
    """Hosts of listing URLs that are ready, whoever holds them; where there are more, other ones each time."""
    some = select(import_queue.c.id).where(text(QUEUE_READY), import_queue.c.host_id == hosts.c.id)
    if organization_ids is not None:
        some = some.where(import_queue.c.organization_id.in_(organization_ids))
    found = select(hosts.c.id).where(is_open(), some.exists()).order_by(hosts.c.id)
    begin = random.randrange((connection.scalar(select(func.max(hosts.c.id))) or 0) + 1)
    first = connection.scalars(found.where(hosts.c.id > begin).limit(limit)).all()
    return [*first, *connection.scalars(found.where(hosts.c.id <= begin).limit(limit - len(first)))]


def claim(
    connection: Connection,
    host_id: int,
    *,
    organization_ids: Collection[int] | None,
    worker_id: str,
    limit: int,
    is_probe: bool = False,
) -> list[QueueClaim]:
    """ready → held, attempts + 1: the first of a host, by priority and age; or the one to try whether it answers."""
    due = select(import_queue.c.id).where(text(QUEUE_READY), import_queue.c.host_id == host_id)
    if organization_ids is not None:
        due = due.where(import_queue.c.organization_id.in_(organization_ids))
    if is_probe:
        probe = probes.listing(connection, host_id, organization_ids=organization_ids)
        due = due.where(import_queue.c.id == probe)
    due = due.order_by(import_queue.c.priority, import_queue.c.id).limit(limit)
    taken = (
        update(import_queue)
        .where(picked(import_queue.c.id, due, sqlite=connection.dialect.name == "sqlite"))
        .values(lease_owner=worker_id, attempts=import_queue.c.attempts + 1)
        .returning(import_queue)
    )
    found = sorted(connection.execute(taken), key=lambda row: (row.priority, row.id))
    missed = _missed(connection, [row.id for row in found]) if found else set()
    return [
        QueueClaim(
            row.id,
            row.attempts,
            row.organization_id,
            row.host_id,
            row.listing_url,
            Record(row.failures, row.failing_since, row.failure_kind, row.deaths),
            is_missed=row.id in missed,
            fetch_url=row.fetch_url,
        )
        for row in found
    ]


def held(connection: Connection, *, worker_id: str) -> set[int]:
    """What this worker has claimed, whether or not it knows."""
    ours = select(import_queue.c.id).where(text(HELD), import_queue.c.lease_owner == worker_id)
    return set(connection.scalars(ours))


def complete(connection: Connection, claim: QueueClaim, *, vehicle_id: int, duplicate: bool, now: datetime) -> bool:
    """held → complete, or duplicate where the vehicle was known from another listing. False: the claim is not ours."""
    return _settle(
        connection,
        claim,
        status="duplicate" if duplicate else "complete",
        priority=0,
        vehicle_id=vehicle_id,
        failures=0,
        failing_since=None,
        failure_kind=None,
        last_error=None,
        next_attempt_at=None,
        deaths=0,
        read_at=now,
        updated_at=now,
    )


def fail(connection: Connection, claim: QueueClaim, verdict: Verdict, *, kind: str, detail: str, now: datetime) -> bool:
    """held → pending, later, or failed or rejected for good, as the verdict says. False: the claim is not ours."""
    return _settle(
        connection,
        claim,
        status=_STATUS_AFTER.get(verdict.status, verdict.status),
        failures=verdict.failures,
        failing_since=verdict.failing_since,
        failure_kind=kind,
        last_error=detail,
        next_attempt_at=verdict.next_attempt_at,
        deaths=verdict.deaths,
        updated_at=now,
        **({"priority": 0} if verdict.is_final else {}),
    )


def move(connection: Connection, claim: QueueClaim, *, host_id: int, fetch_url: str) -> bool:
    """held → ready at another host, for whoever holds that one. False: the claim is not ours."""
    return _settle(connection, claim, host_id=host_id, fetch_url=fetch_url, next_attempt_at=None, deaths=0)


def bring_home(connection: Connection, claim: QueueClaim, *, host_id: int) -> None:
    """at the host of its `fetch_url` → at its first host, in the transaction that settles it."""
    home = update(import_queue).where(_is_still(claim)).values(host_id=host_id, fetch_url=None)
    connection.execute(home)


def hand_back(connection: Connection, claims: Collection[QueueClaim]) -> None:
    """held → ready: claimed and not finished, through no fault of its own."""
    for claim in claims:
        _settle(connection, claim)


def _wake(connection: Connection, over: ColumnElement[bool]) -> int:
    some = select(import_queue.c.id).where(text(QUEUE_WAITING), over)
    some = some.order_by(import_queue.c.next_attempt_at).limit(_WAKE_AT_ONCE)
    due = update(import_queue).where(picked(import_queue.c.id, some, sqlite=connection.dialect.name == "sqlite"))
    return connection.execute(due.values(next_attempt_at=None)).rowcount


def _missed(connection: Connection, queue_ids: Collection[int]) -> set[int]:
    """Those whose listings are active, and were missed often enough that their pages decide."""
    links = organization_vehicles.c
    of_link = and_(
        links.organization_id == import_queue.c.organization_id, links.listing_url == import_queue.c.listing_url
    )
    missed = select(import_queue.c.id).join(organization_vehicles, of_link).where(import_queue.c.id.in_(queue_ids))
    return set(connection.scalars(missed.where(links.status == "active", links.missed_readings >= ASKED_AFTER)))


def _settle(connection: Connection, claim: QueueClaim, **changes: object) -> bool:
    settled = update(import_queue).where(_is_still(claim)).values(lease_owner=None, **changes)
    return connection.execute(settled).rowcount == 1


def _is_still(claim: QueueClaim) -> ColumnElement[bool]:
    """The fence."""
    return and_(import_queue.c.id == claim.queue_id, import_queue.c.attempts == claim.attempt)
