"""What a bounded run holds of the photos that are due."""

import tracemalloc

from forecourt.db.due_images import Due
from forecourt.jobs.due_photos import DuePhotos

ONE, TWO = 1, 2


def test_each_host_hands_out_its_own_in_order_and_is_forgotten_after_its_last() -> None:
    due = DuePhotos(Due(image_id, ONE + image_id % 2, vehicle_id=7) for image_id in (12, 11, 14, 13, 10))

    assert due.hosts() == [ONE, TWO]
    assert due.first(ONE, 2) == [12, 14]
    assert due.take(ONE, most=2, most_vehicles=1) == [12, 14]
    assert due.take(ONE, most=2, most_vehicles=1) == [10]
    assert due.hosts() == [TWO]
    assert due.take(ONE, most=2, most_vehicles=1) == due.first(ONE, 2) == []
    assert due.take(TWO, most=9, most_vehicles=9) == [11, 13]
    assert due.hosts() == []


def test_a_batch_ends_before_a_vehicle_too_many() -> None:
    due = DuePhotos(Due(image_id, ONE, vehicle_id) for image_id, vehicle_id in ((1, 7), (2, 8), (3, 7), (4, 9), (5, 7)))

    assert due.take(ONE, most=5, most_vehicles=2) == [1, 2, 3]
    assert due.take(ONE, most=5, most_vehicles=2) == [4, 5]


def test_one_is_taken_from_among_those_that_stay() -> None:
    due = DuePhotos(Due(image_id, ONE, vehicle_id) for image_id, vehicle_id in ((1, 7), (2, 8), (3, 9)))

    due.take(ONE, most=1, most_vehicles=1)
    due.take_one(ONE, 3)
    assert due.take(ONE, most=5, most_vehicles=1) == [2]

    alone = DuePhotos([Due(1, ONE, 7)])
    alone.take_one(ONE, 1)
    assert alone.hosts() == []


def test_a_hundred_thousand_take_two_numbers_each() -> None:
    tracemalloc.start()
    try:
        held = DuePhotos(Due(image_id, image_id % 50, image_id // 50) for image_id in range(100_000))
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(held.hosts()) == 50
    assert size < 2_000_000
