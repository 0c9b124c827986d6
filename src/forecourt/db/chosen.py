"""Which vehicles a bounded run works on."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, Select, and_, func, select, text, union_all

from forecourt.db import due_images
from forecourt.db.image_places import of_vehicles
from forecourt.db.picked import among, kept
from forecourt.db.tables import (
    HELD,
    IMAGE_OPEN,
    IMAGE_READY,
    IMAGE_WAITING,
    hosts,
    organization_vehicles,
    vehicle_images,
    vehicles,
)
from forecourt.failure_kinds import DEATHS, HOST_KINDS
from forecourt.schedule import BEYOND_CAP

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ChosenVehicle:
    """A vehicle that has photos to fetch.

    Attributes:
        ready: How many of its photos are ready now, within the cap.
    """

    vehicle_id: int
    name: str
    ready: int


@dataclass(frozen=True)
class Waiting:
    """Photos that wait without a failure of their own, and when the first comes due."""

    photos: int
    until: datetime | None


def with_ready_images(
    connection: Connection,
    *,
    limit: int | None,
    organization_id: int | None = None,
    vehicle_ids: Collection[int] | None = None,
    max_images: int | None,
) -> Sequence[ChosenVehicle]:
    """Vehicles that have ready photos, those with the most urgent ones first.

    Args:
        max_images: Counts among a vehicle's first so many living photos; 0 is all; None: as marked by the setting.
    """
    if vehicle_ids is not None:
        counts = _ready(connection, vehicle_ids, max_images=max_images)
    elif organization_id is not None:
        theirs = set(connection.scalars(_of_organization(organization_id)))
        counts = _ready(connection, theirs, max_images=max_images)
    else:
        counts = _first(connection, limit, max_images=max_images)
    chosen = dict(islice(counts.items(), limit))
    names = names_of(connection, chosen)
    return [ChosenVehicle(vehicle_id, names[vehicle_id], ready) for vehicle_id, ready in chosen.items()]


def waiting_for_hosts(connection: Connection, *, organization_id: int | None, now: datetime) -> Waiting:
    """External images within the cap that wait without a failure: for their host, or after deaths.

    The usual pause of a host is no trouble.
    """
    images = vehicle_images.c
    within = [images.priority < BEYOND_CAP]
    if organization_id is not None:
        within.append(images.vehicle_id.in_(_of_organization(organization_id)))
    at_their_time = and_(images.next_attempt_at > now, images.failure_kind.in_(HOST_KINDS | DEATHS))
    in_trouble = select(hosts.c.id).where(hosts.c.consecutive_failures > 0, hosts.c.next_allowed_at > now)
    with_host = kept(images.host_id, in_trouble, sqlite=connection.dialect.name == "sqlite")
    of_host = select(hosts.c.next_allowed_at).where(hosts.c.id == images.host_id).scalar_subquery()
    held = text(f"{IMAGE_OPEN} AND {HELD}")
    found = union_all(  # each reads its own index, and none of them what is ready at a host that is well
        select(images.next_attempt_at.label("due_at")).where(text(IMAGE_WAITING), at_their_time, *within),
        select(of_host).where(text(IMAGE_READY), with_host, *within),
        select(images.next_attempt_at).where(held, at_their_time, *within),
        select(of_host).where(held, images.next_attempt_at.is_(None), with_host, *within),
    ).subquery()
    count, soonest = connection.execute(select(func.count(), func.min(found.c.due_at))).one()
    return Waiting(count, soonest)


def names_of(connection: Connection, vehicle_ids: Collection[int]) -> dict[int, str]:
    """What a person calls these vehicles."""
    columns = vehicles.c
    told = select(columns.id, columns.year, columns.make, columns.model, columns.title)
    found = connection.execute(told.where(among(connection, columns.id, vehicle_ids)))
    return {
        vehicle_id: _name(year, make, model) or title or f"vehicle {vehicle_id}"
        for vehicle_id, year, make, model, title in found
    }


def _first(connection: Connection, limit: int | None, *, max_images: int | None) -> dict[int, int]:
    """As many vehicles as are asked for: each host's images are read in their order, and no further than needed."""
    walk = due_images.walk(connection, beyond_cap=max_images is not None)
    found: dict[int, int] = {}
    while limit is None or len(found) < limit:
        some = list(islice(walk, _AT_ONCE if limit is None else min(_AT_ONCE, limit - len(found))))
        if not some:
            break
        ready = _ready(connection, some, max_images=max_images)
        found |= {vehicle_id: ready[vehicle_id] for vehicle_id in some if vehicle_id in ready}
    return found


def _ready(connection: Connection, vehicle_ids: Collection[int], *, max_images: int | None) -> dict[int, int]:
    """How many of each one's photos are ready, for those that have any, the most urgent first."""
    images = of_vehicles(connection, vehicle_ids, first=max_images or 0).c
    found = select(images.vehicle_id, images.priority, func.min(images.sort_key), func.count())
    found = found.where(text(IMAGE_READY)).group_by(images.vehicle_id, images.priority)
    if max_images is None:
        found = found.where(images.priority < BEYOND_CAP)
    counts: Counter[int] = Counter()
    first: dict[int, tuple[int, int]] = {}
    for vehicle_id, priority, key, count in connection.execute(found):
        counts[vehicle_id] += count
        first[vehicle_id] = min(first.get(vehicle_id, (priority, key)), (priority, key))
    return {vehicle_id: counts[vehicle_id] for vehicle_id in sorted(counts, key=lambda each: (first[each], each))}


def _of_organization(organization_id: int) -> Select[int]:
    links = organization_vehicles.c
    return select(links.vehicle_id).where(links.organization_id == organization_id)


def _name(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part)
