"""The state of the work, as read from the database."""

from datetime import UTC, datetime, timedelta

from served import Jpeg, Served

from forecourt.db.engine import reading
from forecourt.db.progress import (
    EXTERNAL_IMAGES_COUNT,
    VEHICLES_WITH_DOWNLOADED_IMAGES,
    VEHICLES_WITH_EXTERNAL_IMAGES,
    read_progress,
)

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


def test_the_published_queries_run_to_the_letter() -> None:
    assert EXTERNAL_IMAGES_COUNT + VEHICLES_WITH_EXTERNAL_IMAGES + VEHICLES_WITH_DOWNLOADED_IMAGES == PUBLISHED


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
