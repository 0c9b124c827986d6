"""What the program asks of its database, as pieces of work that can be done and undone; and as their figures."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from many_images import Many
from sqlalchemy import Connection, Engine
from statement_cost import cost_of

from forecourt.db import chosen, due_images, host_list, image_claims, image_places, progress, shown, vehicles
from forecourt.db.engine import writing
from forecourt.db.hosts import Manners
from forecourt.db.image_claims import END, HEAD, Place, Range
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.shown import ChangeCursor
from forecourt.db.vehicles import ListedVehicle

WORKER = "bench"
Look = Callable[[Connection], object]
_CAP = 20
_SEED = 5  # begins at 40,822 of 50,000
_HOSTS_LISTED = 50
_VEHICLES_SHOWN = 25


@dataclass(frozen=True)
class Figure:
    """One thing that was measured, in a table of so many rows."""

    subject: str
    what: str
    database: str
    rows: int
    values: Mapping[str, float]


def measured(engine: Engine, look: Look) -> dict[str, float]:
    """What it reads, how many statements that takes, and the time of another round without anybody's looking on."""
    with writing(engine) as connection:  # so that the statements are compiled and the blocks are there
        look(connection)
        connection.rollback()
    cost = cost_of(engine, look)
    begun = time.perf_counter()
    with writing(engine) as connection:
        look(connection)
        taken = time.perf_counter() - begun
        connection.rollback()
    read = {"steps": cost.steps} if engine.dialect.name == "sqlite" else {"rows": cost.rows, "blocks": cost.blocks}
    return {"statements": cost.statements, **read, "ms": round(1000 * taken, 1)}


def claiming(most: int, *host_ids: int, now: datetime, place: Place = HEAD) -> Look:
    """So many of each of these hosts."""
    ranges = [Range(host_id, most, place, END) for host_id in host_ids]
    return lambda connection: image_claims.claim_ranges(connection, ranges, worker_id=WORKER, now=now)


def worker_looks(now: datetime) -> dict[str, Look]:
    """What a worker asks: once a batch, once a second, or at the beginning and the end of a run."""
    return {
        "claim 100 of one host": claiming(100, 1, now=now),
        "claim 4 of each of 25 hosts": claiming(4, *range(2, 27), now=now),
        "look for hosts": look_for_hosts,
        "wake nothing": lambda connection: due_images.wake(connection, now=now),
        "when the first comes due": due_images.next_wake,
        "choose 100 vehicles for a run": lambda connection: chosen.with_ready_images(
            connection, limit=100, max_images=None
        ),
        "the same, each one's first 3 photos": lambda connection: chosen.with_ready_images(
            connection, limit=100, max_images=3
        ),
        "what waits at a run's end": lambda connection: chosen.waiting_for_hosts(
            connection, organization_id=None, now=now
        ),
    }


def import_looks(now: datetime) -> dict[str, Look]:
    """What an import writes, and where it puts it in the order."""
    return {
        "a new listing of 20 photos": lambda connection: vehicles.save(connection, _listing(), cap=_CAP, now=now),
        "the order of one vehicle's photos anew": lambda connection: image_places.assign_priorities(
            connection, [7], cap=_CAP, now=now
        ),
    }


def page_looks(many: Many, now: datetime) -> dict[str, Look]:
    """What pages and an operator ask."""
    lately = ChangeCursor(now + timedelta(seconds=1), 0)
    manners = Manners(0.5, 2)
    return {
        "a page of vehicles": lambda connection: shown.list_vehicles(connection, before_id=None, limit=_VEHICLES_SHOWN),
        "a page in the middle": lambda connection: shown.list_vehicles(
            connection, before_id=many.vehicles // 2, limit=_VEHICLES_SHOWN
        ),
        "one vehicle": lambda connection: shown.one_vehicle(connection, many.vehicles // 2),
        "what has changed since": lambda connection: shown.changes_after(connection, lately, limit=1000),
        "hosts list": lambda connection: host_list.listed(
            connection, paused=False, limit=_HOSTS_LISTED, manners=manners, now=now
        ),
        "status, and the page of progress": progress.read_progress,
    }


def look_for_hosts(connection: Connection) -> object:
    """Once a second, where there is room for more. Begins where the first hosts are among the ten thousand."""
    return due_images.hosts_with_ready(connection, random=Random(_SEED))  # noqa: S311 (no secret)


def _listing() -> ListedVehicle:
    urls = [f"https://img1.example/new/{number}.jpg" for number in range(20)]
    return ListedVehicle(
        organization_id=1,
        listing_url="https://dealer.example/new",
        fields={"year": 1973, "make": "Porsche", "model": "911"},
        origin={},
        photos=[ListedPhoto(url, url, "img1.example") for url in urls],
    )
