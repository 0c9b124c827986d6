"""External images that wait, and those that are ready: what is due, where, and when the next one will be.

waiting ── its time has come ──► ready     wake

Every look reads a range of a partial index, whatever the number of rows.
"""

import heapq
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    func,
    not_,
    or_,
    select,
    text,
    tuple_,
    update,
)

from forecourt.db.hosts import is_open
from forecourt.db.image_claims import Place
from forecourt.db.image_places import of_vehicles
from forecourt.db.picked import kept, picked
from forecourt.db.rows import rows
from forecourt.db.tables import IMAGE_READY, IMAGE_WAITING, hosts, vehicle_images
from forecourt.db.types import Id
from forecourt.schedule import BEYOND_CAP, EXPIRING, REST, VANISHING

_WAKE_AT_ONCE = 1000
_CLOCK_SLIPPED = timedelta(days=2)  # no rule sets a time that far ahead
_MOST_LOOKED_AT = 1000
_MOST_HOSTS_LOOKED_AT = 10_000

_ROWS_AT_ONCE = 1000
_FIRST_STEP = 20

_images = vehicle_images.c
_Stand: TypeAlias = tuple[int, int, int, int]  # priority, sort_key, vehicle, host


@dataclass(frozen=True, slots=True)
class Due:
    """An image that could be claimed now."""

    image_id: int
    host_id: int
    vehicle_id: int


@dataclass(frozen=True)
class ReadyHost:
    """A host that has something to fetch, and the priority of its first image; of one that is held, REST."""

    host_id: int
    priority: int


def wake(connection: Connection, *, now: datetime) -> int:
    """waiting → ready, a thousand at most of those whose time has come; the number.

    So are as many whose time lies too far ahead to be one of ours.
    """
    over = (_images.next_attempt_at <= now, _images.next_attempt_at > now + _CLOCK_SLIPPED)
    return sum(_wake(connection, each) for each in over)


def next_wake(
    connection: Connection, *, vehicle_ids: Collection[int] | None = None, max_images: int = 0
) -> datetime | None:
    """When the first waiting image comes due; those beyond the cap do not count.

    Of all: where the first thousand that wait are beyond it, no earlier than that; looking further may be dear.

    Args:
        vehicle_ids: Of these only, and of each its first `max_images` living photos (0: all).
    """
    if vehicle_ids is not None:
        theirs = of_vehicles(connection, vehicle_ids, first=max_images).c
        first_of_theirs: datetime | None = connection.scalar(
            select(func.min(theirs.next_attempt_at)).where(text(IMAGE_WAITING))
        )
        return first_of_theirs
    soonest = select(_images.next_attempt_at).where(text(IMAGE_WAITING)).order_by(_images.next_attempt_at)
    some = soonest.add_columns(_images.priority).limit(_MOST_LOOKED_AT).subquery()
    counts = func.min(case((some.c.priority < BEYOND_CAP, some.c.next_attempt_at)))
    first, last, number = connection.execute(select(counts, func.max(some.c.next_attempt_at), func.count())).one()
    return first or (last if number == _MOST_LOOKED_AT else None)


def hosts_with_ready(connection: Connection, *, random: Random, but: Collection[int] = ()) -> list[ReadyHost]:
    """Hosts that have something to fetch within the cap, whoever holds them; at most ten thousand are looked at.

    Args:
        random: For where to begin, if there are more.
        but: Those that `first_from` looks at.
    """
    first = (
        select(_images.priority)
        .where(text(IMAGE_READY), _images.host_id == hosts.c.id, _images.priority < BEYOND_CAP)
        .order_by(_images.priority, _images.sort_key)
        .limit(1)
        .scalar_subquery()
    )
    # One that is held has work, and where its holder has been there may be many dead row versions.
    held = hosts.c.lease_owner.is_not(None)
    priority = case((held, REST), else_=first)
    looked_at = select(hosts.c.id, priority.label("priority")).where(is_open()).order_by(hosts.c.id)
    if but:
        looked_at = looked_at.where(or_(held, hosts.c.id.not_in(but)))
    last = connection.scalar(select(func.max(hosts.c.id))) or 0
    begin = random.randrange(last) if last > _MOST_HOSTS_LOOKED_AT else 0
    found = connection.execute(looked_at.where(hosts.c.id > begin).limit(_MOST_HOSTS_LOOKED_AT)).all()
    if begin and len(found) < _MOST_HOSTS_LOOKED_AT:
        rest = looked_at.where(hosts.c.id <= begin).limit(_MOST_HOSTS_LOOKED_AT - len(found))
        found = [*found, *connection.execute(rest)]
    return [ReadyHost(host_id, priority) for host_id, priority in found if priority is not None]


def first_from(connection: Connection, places: Mapping[int, Place]) -> dict[int, Place | None]:
    """Of those of these hosts that nobody holds: where the first image within the cap stands from this place on."""
    if not places:
        return {}
    columns = {"host_id": Id, "priority": Integer(), "sort_key": BigInteger()}
    values = [{"host_id": host_id, "priority": place[0], "sort_key": place[1]} for host_id, place in places.items()]
    asked = rows(connection, "asked", columns, values)
    is_beyond = tuple_(_images.priority, _images.sort_key) >= tuple_(asked.c.priority, asked.c.sort_key)
    of_host = _in_order(BEYOND_CAP).where(_images.host_id == asked.c.host_id, is_beyond)
    first = of_host.with_only_columns(_images.id).limit(1).correlate(asked).scalar_subquery()
    free = select(asked.c.host_id, first.label("image_id")).join(hosts, hosts.c.id == asked.c.host_id)
    found = free.where(hosts.c.lease_owner.is_(None), is_open()).cte("found")
    stands = select(found.c.host_id, _images.priority, _images.sort_key)
    told = connection.execute(stands.outerjoin_from(found, vehicle_images, _images.id == found.c.image_id))
    return {host_id: None if priority is None else (priority, key) for host_id, priority, key in told}


def due_of(connection: Connection, vehicle_ids: Collection[int], *, max_images: int) -> Iterator[Due]:
    """Everything ready among these vehicles' first `max_images` living photos (0: all), in the order of schedule.py.

    Read as it is walked.
    """
    theirs = of_vehicles(connection, vehicle_ids, first=max_images).c
    closed = select(hosts.c.id).where(not_(is_open()))
    urgency = case((theirs.priority <= VANISHING, theirs.priority), else_=VANISHING + 1)
    ready = (
        select(theirs.id, theirs.host_id, theirs.vehicle_id)
        .where(text(IMAGE_READY), theirs.host_id.not_in(closed))
        .order_by(urgency, and_(theirs.is_primary, theirs.priority != EXPIRING).desc(), theirs.sort_key)
    )
    return (Due(*row) for row in connection.execute(ready.execution_options(yield_per=_ROWS_AT_ONCE)))


def walk(connection: Connection, *, beyond_cap: bool) -> Iterator[int]:
    """Vehicles with ready images, each once, in the order of schedule.py over all hosts; read as it is walked."""
    below = BEYOND_CAP + 1 if beyond_cap else BEYOND_CAP
    of_host = _images.host_id == hosts.c.id
    first = _in_order(below).where(of_host).with_only_columns(_images.id).limit(1).correlate(hosts).scalar_subquery()
    firsts = kept(_images.id, select(first).where(is_open()), sqlite=connection.dialect.name == "sqlite")
    heads = select(_images.priority, _images.sort_key, _images.vehicle_id, _images.host_id).where(firsts)
    hosts_in_order = [_of_host(connection, tuple(head), below) for head in connection.execute(heads).all()]
    seen: set[int] = set()
    for _, _, vehicle_id, _ in heapq.merge(*hosts_in_order):
        if vehicle_id not in seen:
            seen.add(vehicle_id)
            yield vehicle_id


def _of_host(connection: Connection, head: _Stand, below: int) -> Iterator[_Stand]:
    """Its ready images from the head on. Many may stand at the same place: the first of them come once more."""
    yield head
    priority, key, _, host_id = head
    size = _FIRST_STEP
    while True:
        place = tuple_(_images.priority, _images.sort_key)
        some = _in_order(below).where(_images.host_id == host_id, place >= tuple_(priority, key)).limit(size)
        found = connection.execute(some).all()
        for priority, key, vehicle_id in found:
            yield priority, key, vehicle_id, host_id
        if len(found) < size:
            return
        size *= 2


def _in_order(below: int) -> Select[int, int, int]:
    ready = select(_images.priority, _images.sort_key, _images.vehicle_id)
    return ready.where(text(IMAGE_READY), _images.priority < below).order_by(_images.priority, _images.sort_key)


def _wake(connection: Connection, over: ColumnElement[bool]) -> int:
    some = select(_images.id).where(text(IMAGE_WAITING), over)
    some = some.order_by(_images.next_attempt_at).limit(_WAKE_AT_ONCE)
    due = update(vehicle_images).where(picked(_images.id, some, sqlite=connection.dialect.name == "sqlite"))
    return connection.execute(due.values(next_attempt_at=None)).rowcount
