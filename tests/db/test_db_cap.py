"""The cap: a vehicle's first N living photos are fetched; the others show from the dealer's URL."""

from made import NOW, claim, snapshot, stored, vehicle, worker
from sqlalchemy import Engine

from forecourt.db import applied_settings, chosen, image_places
from forecourt.db import vehicle_images as images
from forecourt.db.engine import reading, writing
from forecourt.schedule import BEYOND_CAP, PRIMARY, REST


def priorities(db: Engine) -> list[int]:
    return [row["priority"] for row in snapshot(db)]


def test_the_21st_photo_is_shown_and_not_fetched(db: Engine) -> None:
    vehicle(db, photos=22)

    assert priorities(db) == [PRIMARY] + [REST] * 19 + [BEYOND_CAP] * 2
    assert len(claim(db, worker_id=worker(db))) == 20
    assert all(row["is_external"] and row["source_url"] for row in snapshot(db))


def test_no_cap_is_all(db: Engine) -> None:
    vehicle(db, photos=22, cap=0)

    assert priorities(db) == [PRIMARY] + [REST] * 21


def test_what_is_ours_keeps_its_place(db: Engine) -> None:
    """Twenty that are ours are the cap; nothing moves up."""
    vehicle_id = vehicle(db, photos=22)
    claims = claim(db, worker_id=worker(db))
    with writing(db) as connection:
        images.store(connection, [stored(each) for each in claims], now=NOW)
        image_places.assign_priorities(connection, [vehicle_id], cap=20, now=NOW)

    assert priorities(db)[20:] == [BEYOND_CAP] * 2
    assert claim(db, worker_id="w1") == []


def test_a_changed_cap_marks_the_rows_anew(db: Engine) -> None:
    vehicle(db, photos=5)
    applied_settings.apply_cap(db, cap=20)

    applied_settings.apply_cap(db, cap=2)
    assert priorities(db) == [PRIMARY, REST, BEYOND_CAP, BEYOND_CAP, BEYOND_CAP]

    applied_settings.apply_cap(db, cap=0)
    assert priorities(db) == [PRIMARY] + [REST] * 4


def test_a_changed_public_url_rewrites_the_addresses_of_what_is_ours(db: Engine) -> None:
    vehicle(db, photos=3)
    [first, *_] = claim(db, worker_id=worker(db))
    with writing(db) as connection:
        images.store(connection, [stored(first)], now=NOW)
    external = [row["image_url"] for row in snapshot(db)][1:]

    applied_settings.apply_public_url(db, public_url="https://img.example/")
    assert [row["image_url"] for row in snapshot(db)] == ["https://img.example/ab/cd/abcd.jpg", *external]

    applied_settings.apply_public_url(db, public_url=None)
    assert [row["image_url"] for row in snapshot(db)] == [f"/i/{first.image_id}", *external]


def test_another_maximum_chooses_among_a_vehicles_first_photos(db: Engine) -> None:
    vehicle_id = vehicle(db, photos=22)

    with reading(db) as connection:
        for max_images, ready in ((None, 20), (3, 3), (21, 21), (0, 22)):
            [found] = chosen.with_ready_images(connection, limit=10, max_images=max_images)
            assert (found.vehicle_id, found.ready) == (vehicle_id, ready)
