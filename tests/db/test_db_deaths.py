"""C09: a row counts the workers that died while they had it, and is only ever less in the way for it."""

from datetime import datetime, timedelta

import pytest
from made import NOW, claim, organization, queued, snapshot, stored, vehicle, worker
from overlapping import overlapping
from sqlalchemy import Connection, Engine, update

from forecourt.db import due_images, hosts, import_queue, vehicle_images, workers
from forecourt.db.engine import writing
from forecourt.db.import_queue import QueueClaim
from forecourt.db.tables import import_queue as queue_table
from forecourt.db.tables import vehicle_images as images_table
from forecourt.db.tables import workers as workers_table

MINUTE = timedelta(minutes=1)


def dies(db: Engine, worker_id: str, *, now: datetime = NOW) -> None:
    with writing(db) as connection:
        workers.bury(connection, [worker_id], now=now, interval_seconds=0)


def wakes(db: Engine, *, now: datetime) -> int:
    with writing(db) as connection:
        return due_images.wake(connection, now=now) + import_queue.wake(connection, now=now)


def read_claim(connection: Connection, *, worker_id: str) -> list[QueueClaim]:
    [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
    return import_queue.claim(connection, host_id, organization_ids=None, worker_id=worker_id, limit=10)


def test_the_first_two_deaths_cost_nothing_and_the_third_a_minute(db: Engine) -> None:
    """The row is ready at once, with no failure; from the third on it waits, twice as long each time."""
    vehicle(db, photos=1)
    seen = []
    for number in range(1, 6):
        assert len(claim(db, worker_id=worker(db, f"w{number}"))) == 1
        dies(db, f"w{number}")
        [row] = snapshot(db)
        seen.append((row["deaths"], row["next_attempt_at"] and (row["next_attempt_at"] - NOW) // MINUTE))
        wakes(db, now=NOW + 10 * MINUTE)

    [row] = snapshot(db)
    assert seen[:3] == [(1, None), (2, None), (3, 1)]
    assert [deaths for deaths, _ in seen] == [1, 2, 3, 4, 5]
    assert 2 <= seen[3][1] < seen[4][1] < 5
    assert (row["status"], row["failures"], row["failing_since"], row["lease_owner"]) == ("pending", 0, None, None)
    assert (row["failure_kind"], row["last_error"]) == ("worker_died", "a worker died while it had this")
    assert row["attempts"] == 5


def test_a_worker_that_dies_a_hundred_times_gives_up_no_photo_and_a_good_end_forgets_it_all(db: Engine) -> None:
    vehicle(db, photos=1)
    for number in range(100):
        [claimed] = claim(db, worker_id=worker(db, f"w{number}"))
        dies(db, f"w{number}")
        wakes(db, now=NOW + timedelta(hours=8))
    [claimed] = claim(db, worker_id=worker(db))
    assert claimed.record.is_deadly
    assert claimed.record.failures == 0
    with writing(db) as connection:
        vehicle_images.store(connection, [stored(claimed)], now=NOW)

    [row] = snapshot(db)
    assert (row["status"], row["deaths"], row["failure_kind"]) == ("stored", 0, None)


def test_a_worker_that_leaves_in_good_order_counts_on_nothing(db: Engine) -> None:
    vehicle(db, photos=2)
    assert len(claim(db, worker_id=worker(db))) == 2
    with writing(db) as connection:
        workers.leave(connection, "w1", now=NOW, interval_seconds=0)

    assert [(row["deaths"], row["failure_kind"], row["lease_owner"]) for row in snapshot(db)] == [(0, None, None)] * 2
    assert len(claim(db, worker_id=worker(db))) == 2


def test_what_is_not_held_by_the_dead_is_not_touched(db: Engine) -> None:
    vehicle(db, photos=3)
    claim(db, worker_id=worker(db, "dead"), limit=1)
    claim(db, worker_id=worker(db, "living"), limit=1)
    before = snapshot(db)
    dies(db, "dead")

    after = snapshot(db)
    assert after[1:] == before[1:]
    assert [row["deaths"] for row in after] == [1, 0, 0]


def test_a_death_does_not_hide_what_else_the_row_is_about(db: Engine) -> None:
    """A photo that was gone yesterday is looked at a second time, though a worker died meanwhile."""
    vehicle(db, photos=1)
    with writing(db) as connection:
        connection.execute(update(images_table).values(failure_kind="gone", failures=1, failing_since=NOW))
    claim(db, worker_id=worker(db))
    dies(db, "w1")

    [row] = snapshot(db)
    assert (row["failure_kind"], row["failures"], row["deaths"]) == ("gone", 1, 1)


def test_those_that_were_there_with_a_row_that_kills_do_not_come_back_together(db: Engine) -> None:
    vehicle(db, photos=10)
    for number in range(3):
        claim(db, worker_id=worker(db, f"w{number}"))
        dies(db, f"w{number}")

    times = [row["next_attempt_at"] for row in snapshot(db)]
    assert all(MINUTE <= each - NOW <= 1.2 * MINUTE for each in times)
    assert len(set(times)) == 10


@pytest.mark.parametrize("deaths", [1, 3])
def test_listings_count_deaths_too(db: Engine, deaths: int) -> None:
    queued(db, organization_id=organization(db), urls=["https://dealer.example/cars/1"])
    for number in range(deaths):
        with writing(db) as connection:
            assert len(read_claim(connection, worker_id=_registered(connection, f"w{number}"))) == 1
        dies(db, f"w{number}")

    [row] = snapshot(db, queue_table)
    assert (row["status"], row["deaths"], row["failures"]) == ("pending", deaths, 0)
    assert (row["next_attempt_at"] is not None) is (deaths == 3)
    assert row["failure_kind"] == "worker_died"


def _registered(connection: Connection, worker_id: str) -> str:
    workers.register(connection, worker_id=worker_id, machine="here", now=NOW)
    return worker_id


def test_a_heartbeat_that_is_under_way_while_an_heir_looks_keeps_its_worker_alive(db: Engine) -> None:
    """The heir has seen a lease that was over; it waits for the heartbeat, and buries nobody."""
    worker(db)
    late = NOW + workers.LEASE

    overlapping(
        db,
        lambda connection: workers.heartbeat(connection, worker_id="w1", now=NOW + timedelta(seconds=20)),
        lambda connection: workers.bury(connection, (), expired=["w1"], now=late, interval_seconds=0),
    )

    assert [row["id"] for row in snapshot(db, workers_table)] == ["w1"]
