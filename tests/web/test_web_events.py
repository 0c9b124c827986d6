"""/api/events: who watches learns what became ours, once."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from served import Jpeg, Served

from forecourt.web import change_feed

ZERO = "2000-01-01T00:00:00.000000Z-0"


def test_a_photo_that_becomes_ours_is_told(served: Served, jpeg: Jpeg) -> None:
    vehicle = served.add_vehicle()
    image = served.add_image(vehicle)

    with served.events() as events:
        served.make_ours(image, jpeg())
        event = events.next()

    assert {name: event[name] for name in ("image_id", "vehicle_id", "image_url", "is_external")} == {
        "image_id": image,
        "vehicle_id": vehicle,
        "image_url": f"/i/{image}",
        "is_external": False,
    }


def test_without_a_cursor_it_begins_now(served: Served, jpeg: Jpeg) -> None:
    vehicle = served.add_vehicle()
    before, after = served.add_image(vehicle, 0), served.add_image(vehicle, 1)
    served.make_ours(before, jpeg())

    with served.events() as events:
        served.make_ours(after, jpeg())

        assert events.next()["image_id"] == after


@pytest.mark.parametrize("way", ["header", "query"])
def test_a_cursor_resumes_right_behind_what_was_seen(served: Served, jpeg: Jpeg, way: str) -> None:
    vehicle = served.add_vehicle()
    images = [served.add_image(vehicle, position) for position in range(3)]
    for minutes, image in enumerate(images):
        served.make_ours(image, jpeg(), changed_at=datetime.now(UTC) - timedelta(minutes=9 - minutes))
    with served.events(f"?cursor={ZERO}") as events:
        cursor = events.next()["id"]

    with served.events(Last_Event_ID=cursor) if way == "header" else served.events(f"?cursor={cursor}") as events:
        assert [events.next()["image_id"] for _ in range(2)] == images[1:]


def test_a_commit_that_comes_late_is_told_and_nothing_twice(served: Served, jpeg: Jpeg) -> None:
    """Its changed_at lies before that of a row which was read already."""
    vehicle = served.add_vehicle()
    early, late, last = (served.add_image(vehicle, position) for position in range(3))

    with served.events() as events:
        served.make_ours(early, jpeg())
        assert events.next()["image_id"] == early
        served.make_ours(late, jpeg(), changed_at=datetime.now(UTC) - timedelta(seconds=3))
        assert events.next()["image_id"] == late
        served.make_ours(last, jpeg())
        assert events.next()["image_id"] == last


def test_a_late_commit_is_not_lost_to_a_reader_who_comes_back(served: Served, jpeg: Jpeg) -> None:
    vehicle = served.add_vehicle()
    seen, late = served.add_image(vehicle, 0), served.add_image(vehicle, 1)
    with served.events() as stays:
        with served.events() as events:
            served.make_ours(seen, jpeg())
            cursor = events.next()["id"]
        served.make_ours(late, jpeg(), changed_at=datetime.now(UTC) - timedelta(seconds=2))
        assert [stays.next()["image_id"] for _ in range(2)] == [seen, late]

        with served.events(Last_Event_ID=cursor) as events:
            assert events.next()["image_id"] == late


def test_only_the_vehicles_asked_for(served: Served, jpeg: Jpeg) -> None:
    other, wanted = served.add_vehicle(), served.add_vehicle()
    images = [served.add_image(vehicle, position) for position in range(2) for vehicle in (other, wanted)]
    served.make_ours(images[0], jpeg(), changed_at=datetime.now(UTC) - timedelta(minutes=2))
    served.make_ours(images[1], jpeg(), changed_at=datetime.now(UTC) - timedelta(minutes=1))

    with served.events(f"?vehicle_id={wanted}&cursor={ZERO}") as events:
        assert events.next()["image_id"] == images[1]
        served.make_ours(images[2], jpeg())
        served.make_ours(images[3], jpeg())
        assert events.next()["image_id"] == images[3]


def test_hidden_vehicles_are_not_told(served: Served, jpeg: Jpeg) -> None:
    hidden = served.add_image(served.add_vehicle(is_public=False))
    shown = served.add_image(served.add_vehicle())
    served.make_ours(hidden, jpeg(), changed_at=datetime.now(UTC) - timedelta(minutes=2))
    served.make_ours(shown, jpeg(), changed_at=datetime.now(UTC) - timedelta(minutes=1))

    with served.events(f"?cursor={ZERO}") as events:
        assert events.next()["image_id"] == shown


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "2026-13-01T00:00:00Z-1",
        "2026-01-01-1",
        f"{ZERO}x",
        "0001-01-01T00:00:00Z-",
        "0001-01-01T00:00:00+14:00-1",
        "9999-12-31T23:59:59-14:00-1",
    ],
)
def test_a_cursor_that_is_none_is_refused(served: Served, cursor: str) -> None:
    answer = served.ask("/api/events", Last_Event_ID=cursor)

    assert answer.status == 400
    assert "cursor" in answer.json()["detail"]


def test_a_vehicle_that_cannot_be_is_refused(served: Served) -> None:
    """A stream that ended at once would be asked for again every two seconds."""
    answers = [served.ask(f"/api/events?vehicle_id={number}&cursor={ZERO}") for number in (2**63, -1, "x")]

    assert [answer.status for answer in answers] == [422] * 3


def test_more_than_a_page_is_told_whole(served: Served, jpeg: Jpeg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_feed, "PAGE", 2)
    vehicle = served.add_vehicle()
    images = [served.add_image(vehicle, position) for position in range(5)]
    for image in images:
        served.make_ours(image, jpeg(), changed_at=datetime.now(UTC) - timedelta(minutes=1))

    with served.events(f"?cursor={ZERO}") as events:
        assert [events.next()["image_id"] for _ in images] == images


def test_s05_who_does_not_keep_up_is_cut_off_and_resumes(
    served: Served, jpeg: Jpeg, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_feed, "QUEUED", 1)
    vehicle = served.add_vehicle()
    images = [served.add_image(vehicle, position) for position in range(4)]
    now = datetime.now(UTC)

    with served.events() as events:
        for number, image in enumerate(images):
            served.make_ours(image, jpeg(), changed_at=now + timedelta(milliseconds=number))
        told = [json.loads(line[6:])["image_id"] for line in events.rest().decode().splitlines() if line[:5] == "data:"]

    assert len(told) < len(images)
    with served.events(f"?cursor={now - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S.%f}Z-0") as events:
        assert [events.next()["image_id"] for _ in images] == images


def test_s05_there_is_an_end_to_listeners_and_a_place_comes_free(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_feed, "LISTENERS", 2)
    with served.events(), served.events():
        refused = served.ask("/api/events")
        assert (refused.status, refused.headers["Retry-After"]) == (503, "10")

    deadline = time.monotonic() + 5
    while True:
        with served.events() as events:
            if events.answer.status == 200:
                return
        assert time.monotonic() < deadline
