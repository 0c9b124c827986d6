"""P1, P3, P5: one photo, one row, for life; a late worker changes nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from made import NOW, claim, organization, photo, read_listing, snapshot, stored, vehicle, worker
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError

from forecourt.db import vehicle_images as images
from forecourt.db import workers
from forecourt.db.engine import writing
from forecourt.db.tables import vehicle_images, vehicles

KEPT = ("id", "vehicle_id", "position", "is_primary", "source_url", "source_key", "created_at")


def test_an_image_is_stored_in_place(db: Engine) -> None:
    vehicle(db, photos=3)
    before = snapshot(db)

    claims = claim(db, worker_id=worker(db))
    with writing(db) as connection:
        changed = images.store(connection, [stored(each) for each in claims], now=NOW)

    after = snapshot(db)
    assert changed == {row["id"] for row in before}
    assert [[row[key] for key in KEPT] for row in after] == [[row[key] for key in KEPT] for row in before]
    assert all(row["status"] == "stored" and not row["is_external"] and row["storage_path"] for row in after)
    assert all(row["lease_owner"] is None and row["changed_at"] == NOW for row in after)


def test_a_worker_that_wakes_up_late_cannot_replace_the_image(db: Engine) -> None:
    """Its lease ran out, another worker claimed the row: the late result is dropped."""
    vehicle(db, photos=1)
    [late] = claim(db, worker_id=worker(db, "late"))
    with writing(db) as connection:
        workers.bury(connection, {"late"}, now=NOW, interval_seconds=0)
    [heir] = claim(db, worker_id=worker(db, "heir"))

    with writing(db) as connection:
        assert images.store(connection, [stored(late, "aa/late.jpg")], now=NOW) == set()
        assert images.store(connection, [stored(heir, "bb/heir.jpg")], now=NOW) == {heir.image_id}
        assert images.store(connection, [stored(late, "aa/late.jpg")], now=NOW) == set()

    assert snapshot(db)[0]["storage_path"] == "bb/heir.jpg"


def test_settling_twice_is_settling_once(db: Engine) -> None:
    """The answer to COMMIT was lost, and the same batch is written again."""
    vehicle(db, photos=2)
    settled = [stored(each) for each in claim(db, worker_id=worker(db))]
    with writing(db) as connection:
        images.store(connection, settled, now=NOW)
    once = snapshot(db)

    with writing(db) as connection:
        assert images.store(connection, settled, now=NOW) == set()

    assert snapshot(db) == once


def test_a_download_of_the_old_url_settles_nothing(db: Engine) -> None:
    """C13: the URL was signed anew by another reading while the photo was being fetched."""
    saved = read_listing(db, organization_id=organization(db), photos=[photo(1, query="?Signature=a")])
    [old] = claim(db, worker_id=worker(db))

    read_listing(db, organization_id=1, photos=[photo(1, query="?Signature=b")])
    with writing(db) as connection:
        assert images.store(connection, [stored(old)], now=NOW) == set()

    [row] = snapshot(db)
    assert (row["vehicle_id"], row["is_external"], row["lease_owner"]) == (saved.vehicle_id, True, None)
    assert row["source_url"].endswith("Signature=b")
    assert row["attempts"] == old.attempt + 1


def test_a_vehicle_that_was_deleted_does_not_come_back(db: Engine) -> None:
    """C08."""
    vehicle(db, photos=2)
    claims = claim(db, worker_id=worker(db))

    with writing(db) as connection:
        connection.execute(delete(vehicles))
        assert images.store(connection, [stored(each) for each in claims], now=NOW) == set()

    assert snapshot(db) == []


def test_an_image_that_was_taken_down_stays_down(db: Engine) -> None:
    """C08."""
    vehicle(db, photos=1)
    [claimed] = claim(db, worker_id=worker(db))

    with writing(db) as connection:
        connection.execute(update(vehicle_images).values(status="removed", is_external=False))
        assert images.store(connection, [stored(claimed)], now=NOW) == set()

    assert snapshot(db)[0]["status"] == "removed"


def test_no_row_is_claimed_by_two(db: Engine) -> None:
    """C04: eight threads and a hundred rows."""
    vehicle(db, photos=100, cap=0)
    owners = [worker(db, f"w{number}") for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        claims = [each for batch in pool.map(lambda who: claim(db, worker_id=who, limit=60), owners) for each in batch]

    assert len({each.image_id for each in claims}) == len(claims)
    assert all(row["attempts"] <= 1 for row in snapshot(db))


def test_a_dead_workers_rows_are_free_again_and_attempts_stay(db: Engine) -> None:
    vehicle(db, photos=2)
    claim(db, worker_id=worker(db))

    with writing(db) as connection:
        workers.bury(connection, {"w1"}, now=NOW, interval_seconds=0.5)

    assert [(row["lease_owner"], row["attempts"], row["status"]) for row in snapshot(db)] == [(None, 1, "pending")] * 2


@pytest.mark.parametrize(
    "impossible",
    [
        {"is_external": False},
        {"storage_path": "ab/cd/x.jpg"},
        {"status": "stored"},
        {"status": "removed"},
        {"status": "unheard-of"},
        {"is_primary": True},
        {"position": 0},
    ],
    ids=str,
)
def test_the_database_refuses_what_cannot_be(db: Engine, impossible: dict[str, object]) -> None:
    vehicle(db, photos=2)

    with pytest.raises(IntegrityError), writing(db) as connection:
        connection.execute(update(vehicle_images).where(vehicle_images.c.position == 1).values(**impossible))
