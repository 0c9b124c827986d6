"""The state of the work, as read from the database."""

from datetime import UTC, datetime, timedelta

from served import Jpeg, Served
from sqlalchemy import text, update

from forecourt.db.engine import reading, writing
from forecourt.db.progress import IMAGE_STATUSES, read_progress
from forecourt.db.tables import vehicle_images
from forecourt.web.kept_progress import KeptProgress

PUBLISHED = """\
-- Count external images that need downloading
SELECT COUNT(*) as external_images_count
FROM vehicle_images
WHERE is_external = true;
-- Vehicles with external images
SELECT 
  COUNT(DISTINCT vehicle_id) as vehicles_with_external_images
FROM vehicle_images
WHERE is_external = true;
-- Vehicles with downloaded images
SELECT 
  COUNT(DISTINCT vehicle_id) as vehicles_with_downloaded_images
FROM vehicle_images
WHERE is_external = false
  AND storage_path IS NOT NULL;
"""  # noqa: W291 (to the letter)


def test_the_published_queries_run_to_the_letter_and_say_what_status_says(served: Served, jpeg: Jpeg) -> None:
    """Of four vehicles one has external images, two ours, one both; one image that was taken down is neither."""
    for externals, ours in ((4, 0), (0, 1), (0, 1), (1, 2)):
        vehicle = served.add_vehicle()
        images = [served.add_image(vehicle, position) for position in range(externals + ours)]
        for image in images[externals:]:
            served.make_ours(image, jpeg())
    with writing(served.engine) as connection:
        removed = {"status": "removed", "is_external": False}
        connection.execute(update(vehicle_images).where(vehicle_images.c.id == 1).values(removed))

    with reading(served.engine) as connection:
        published = [connection.scalar(text(f"{query};")) for query in PUBLISHED.split(";\n")[:-1]]
        progress = read_progress(connection)

    told = (
        progress.external_images_count,
        progress.vehicles_with_external_images,
        progress.vehicles_with_downloaded_images,
    )
    assert (tuple(published), told) == ((4, 2, 3), (4, 2, 3))
    assert progress.images_by_status == dict.fromkeys(IMAGE_STATUSES, 0) | {"pending": 4, "stored": 4, "removed": 1}


def test_failure_kinds_are_told_of_external_images_the_most_frequent_first(served: Served) -> None:
    vehicle = served.add_vehicle()
    for position, kind in enumerate(("dns", "gone", "gone", "blocked", None)):
        served.add_image(vehicle, position, failure_kind=kind)

    with reading(served.engine) as connection:
        assert list(read_progress(connection).images_by_failure_kind.items()) == [
            ("gone", 2),
            ("blocked", 1),
            ("dns", 1),
        ]


def test_rate_and_time_left_come_from_the_last_minutes(served: Served, jpeg: Jpeg) -> None:
    vehicle = served.add_vehicle()
    now = datetime.now(UTC)
    for position, minutes in enumerate((60, 4, 2)):
        image = served.add_image(vehicle, position)
        served.make_ours(image, jpeg(), changed_at=now - timedelta(minutes=minutes))
    served.add_image(vehicle, 10)
    served.add_image(vehicle, 11)
    served.add_image(vehicle, 12, priority=9)

    with reading(served.engine) as connection:
        progress = read_progress(connection)

    assert progress.stored_in_last_minutes == 2
    assert 2 / 250 < progress.stored_per_second <= 2 / 240
    assert progress.seconds_left == 2 / progress.stored_per_second


def test_nothing_to_do_takes_no_time_and_no_pace_gives_no_promise(served: Served) -> None:
    with reading(served.engine) as connection:
        assert read_progress(connection).seconds_left == 0

    served.add_image(served.add_vehicle())

    with reading(served.engine) as connection:
        assert read_progress(connection).seconds_left is None


def test_what_took_long_to_count_is_shown_again_for_ten_times_as_long(served: Served) -> None:
    """Each look at the clock is a second after the last: counting takes one, and is good for ten."""
    vehicle = served.add_vehicle()
    served.add_image(vehicle)
    seconds = iter(range(100))
    kept = KeptProgress(served.engine, now=lambda: float(next(seconds)))
    first = kept.read()
    served.add_image(vehicle, 1)

    again = [kept.read().external_images_count for _ in range(10)]

    assert (first.external_images_count, again) == (1, [1] * 9 + [2])


def test_whoever_looks_while_it_is_counted_sees_what_was_counted_before(served: Served) -> None:
    seconds = iter([0.0, 1.0, 100.0, 101.0])
    seen: list[int] = []

    def now() -> float:
        if is_counted_again:
            seen.append(kept.read().external_images_count)
        return next(seconds)

    kept = KeptProgress(served.engine, now=now)
    is_counted_again = False
    kept.read()
    served.add_image(served.add_vehicle())
    is_counted_again = True

    assert kept.read().external_images_count == 1
    assert seen[0] == 0
