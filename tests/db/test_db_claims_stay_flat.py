"""Whatever is asked reads what it is about, however long the table is."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from made import CAP, NOW, photo, worker
from many_images import Many, fill
from sqlalchemy import Connection, Engine, case, delete, text, update
from statement_cost import Cost, cost_of

from forecourt.db import chosen, due_images, image_claims, image_places, shown, vehicles
from forecourt.db.engine import writing
from forecourt.db.image_claims import END, HEAD, Range
from forecourt.db.tables import hosts, organization_vehicles, organizations, vehicle_images
from forecourt.db.tables import vehicles as vehicles_table
from forecourt.db.vehicles import ListedVehicle
from forecourt.schedule import BEYOND_CAP, REST

Look = Callable[[Connection], object]
LIMIT = 50


def _claim(connection: Connection) -> object:
    return image_claims.claim_ranges(connection, [Range(1, LIMIT, HEAD, END)], worker_id="w1", now=NOW)


def _claim_on_ten(connection: Connection) -> object:
    ranges = [Range(host_id, LIMIT // 10, HEAD, END) for host_id in range(1, 11)]
    return image_claims.claim_ranges(connection, ranges, worker_id="w1", now=NOW)


def _hosts(connection: Connection) -> object:
    return due_images.hosts_with_ready(connection, random=Random(1))


def _choose(connection: Connection) -> object:
    return chosen.with_ready_images(connection, limit=LIMIT // 10, max_images=None)


def _wake(connection: Connection) -> object:
    return due_images.wake(connection, now=NOW)


def _what_waits(connection: Connection) -> object:
    return chosen.waiting_for_hosts(connection, organization_id=None, now=NOW)


def _order_anew(connection: Connection) -> None:
    image_places.assign_priorities(connection, [7], cap=CAP, now=NOW)


def _one_more_listing(connection: Connection) -> object:
    photos = [photo(number, host="img1.example") for number in range(5)]
    url = "https://dealer.example/new"
    return vehicles.save(connection, ListedVehicle(1, url, {}, {}, photos), cap=CAP, now=NOW)


def _page_of_vehicles(connection: Connection) -> object:
    return shown.list_vehicles(connection, before_id=None, limit=24)


def _one_vehicle(connection: Connection) -> object:
    return shown.one_vehicle(connection, 100)


LOOKS: dict[str, Look] = {
    "claim": _claim,
    "claim-on-ten-hosts": _claim_on_ten,
    "hosts": _hosts,
    "wake": _wake,
    "next-wake": due_images.next_wake,
    "what-waits": _what_waits,
    "order-anew": _order_anew,
    "one-more-listing": _one_more_listing,
    "page-of-vehicles": _page_of_vehicles,
    "one-vehicle": _one_vehicle,
}


@pytest.mark.parametrize("name", LOOKS)
def test_five_times_the_rows_cost_no_more(db: Engine, name: str) -> None:
    """Rows that scans look at on PostgreSQL, steps of its machine on SQLite."""
    worker(db)
    fill(db, Many(3_000, hosts=10, organizations=5), now=NOW)
    few = _spent(_cost(db, LOOKS[name]))
    with writing(db) as connection:
        for table in (vehicle_images, organization_vehicles, vehicles_table, organizations, hosts):
            connection.execute(delete(table))
    fill(db, Many(15_000, hosts=10, organizations=5), now=NOW)

    many = _spent(_cost(db, LOOKS[name]))

    assert many <= 1.5 * few + 20


def test_choosing_vehicles_reads_the_first_rows_of_each_host(db: Engine) -> None:
    fill(db, Many(15_000, hosts=10, organizations=5), now=NOW)

    cost = _cost(db, _choose)

    assert cost.rows <= 1_500
    assert cost.steps <= 60_000
    assert all("SCAN vehicle_images" not in line for line in cost.plans)


@pytest.mark.parametrize("name", ["claim", "hosts", "wake", "next-wake"])
def test_rows_that_wait_are_not_read(db: Engine, name: str) -> None:
    """Five thousand of the same host, half of them beyond the cap, that come due in an hour."""
    worker(db)
    fill(db, Many(10_000, hosts=1, organizations=5), now=NOW)
    before = _spent(_cost(db, LOOKS[name]))
    with writing(db) as connection:
        beyond = case((vehicle_images.c.id % 4 == 0, BEYOND_CAP), else_=REST)
        half = update(vehicle_images).where(vehicle_images.c.id % 2 == 0, vehicle_images.c.priority == REST)
        connection.execute(half.values(next_attempt_at=NOW + timedelta(hours=1), priority=beyond))
    _analyze(db)

    after = _cost(db, LOOKS[name])

    thousand = {"postgresql": 1_000, "sqlite": 20_000}[db.dialect.name]  # so many rows are looked at
    assert _spent(after) <= (thousand if name == "next-wake" else 1.5 * before + 20)
    assert all("SCAN vehicle_images" not in line and "Seq Scan" not in line for line in after.plans)


def _cost(db: Engine, look: Look) -> Cost:
    if db.dialect.name == "postgresql":  # a few pages are read soonest one after the other
        with writing(db) as connection:
            connection.execute(text(f'ALTER DATABASE "{db.url.database}" SET enable_seqscan = off'))
        db.dispose()
    return cost_of(db, look)


def _spent(cost: Cost) -> int:
    return cost.rows or cost.steps


def _analyze(db: Engine) -> None:
    with db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if db.dialect.name == "sqlite" else "VACUUM (ANALYZE)"))
