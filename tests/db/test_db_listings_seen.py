"""What a complete reading of an inventory says of the listings that we know."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from made import CAP, DAY, NOW, organization, photo, queued, read_listing, snapshot, worker
from sqlalchemy import Engine

from forecourt.db import hosts, import_queue, listings, listings_seen
from forecourt.db.engine import writing
from forecourt.db.image_places import assign_priorities
from forecourt.db.import_queue import QueueClaim
from forecourt.db.listings_seen import Counted
from forecourt.db.tables import import_queue as queue_table
from forecourt.db.tables import organization_vehicles
from forecourt.schedule import BEYOND_CAP, PRIMARY, REST, VANISHING, Verdict

URLS = [f"https://dealer.example/cars/{number}" for number in range(5)]


@pytest.fixture
def dealer(db: Engine) -> int:
    """With five active listings of three photos each, imported through the queue."""
    dealer = organization(db)
    queued(db, organization_id=dealer, urls=URLS)
    worker(db)
    for number, claimed in enumerate(claim(db)):
        photos = [photo(10 * number + place) for place in range(3)]
        saved = read_listing(db, organization_id=dealer, url=claimed.listing_url, photos=photos)
        with writing(db) as connection:
            import_queue.complete(connection, claimed, vehicle_id=saved.vehicle_id, duplicate=False, now=NOW)
    return dealer


def claim(db: Engine, limit: int = 10) -> list[QueueClaim]:
    with writing(db) as connection:
        [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
        return import_queue.claim(connection, host_id, organization_ids=None, worker_id="w1", limit=limit)


def read_inventory(
    db: Engine, dealer: int, named: Sequence[str], *, now: datetime, began_at: datetime | None = None
) -> Counted:
    with writing(db) as connection:
        counted = listings_seen.count(connection, dealer, named, began_at=began_at or now, now=now)
        [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
        import_queue.ask_first(connection, dealer, [(url, host_id) for url in counted.asked], now=now)
        return counted


def vanish(db: Engine, dealer: int, url: str) -> list[int]:
    with writing(db) as connection:
        gone = listings.vanish(connection, organization_id=dealer, listing_url=url)
        assign_priorities(connection, gone, cap=CAP, now=NOW)
        return gone


def missed(db: Engine) -> list[int]:
    return [row["missed_readings"] for row in snapshot(db, organization_vehicles)]


def seen_at(db: Engine) -> list[Any]:
    return [row["last_seen_at"] for row in snapshot(db, organization_vehicles)]


def test_what_is_named_is_seen_and_what_is_not_is_missed(db: Engine, dealer: int) -> None:
    counted = read_inventory(db, dealer, [*URLS[:3], "https://dealer.example/cars/new"], now=NOW + DAY)

    assert (counted.seen, counted.missed, counted.asked) == (3, 2, [])
    assert missed(db) == [0, 0, 0, 1, 1]
    assert seen_at(db) == [NOW + DAY] * 3 + [NOW] * 2


def test_what_is_named_again_was_missed_in_vain(db: Engine, dealer: int) -> None:
    read_inventory(db, dealer, URLS[:4], now=NOW + DAY)
    read_inventory(db, dealer, URLS, now=NOW + 2 * DAY)

    counted = read_inventory(db, dealer, URLS[:4], now=NOW + 3 * DAY)

    assert (missed(db), counted.asked) == ([0, 0, 0, 0, 1], [])


def test_what_two_readings_miss_is_asked_before_all_others(db: Engine, dealer: int) -> None:
    """The inventory has not said that it is gone: its own page will."""
    read_inventory(db, dealer, URLS[:4], now=NOW + DAY)
    queued(db, organization_id=dealer, urls=["https://dealer.example/cars/new"], now=NOW + DAY)

    counted = read_inventory(db, dealer, URLS[:4], now=NOW + 2 * DAY)

    assert counted.asked == [URLS[4]]
    assert [row["status"] for row in snapshot(db, organization_vehicles)] == ["active"] * 5
    assert [(each.listing_url, each.is_missed) for each in claim(db)] == [
        (URLS[4], True),
        ("https://dealer.example/cars/new", False),
    ]


def test_a_page_that_waits_for_its_second_look_is_asked_at_once(db: Engine, dealer: int) -> None:
    read_inventory(db, dealer, URLS[:4], now=NOW + DAY)
    queued(db, organization_id=dealer, urls=URLS[4:], now=NOW + 8 * DAY)
    [claimed] = claim(db)
    with writing(db) as connection:
        later = Verdict("pending", 1, NOW + 8 * DAY, NOW + 9 * DAY)
        import_queue.fail(connection, claimed, later, kind="gone", detail="", now=NOW + 8 * DAY)
    assert claim(db) == []

    read_inventory(db, dealer, URLS[:4], now=NOW + 8 * DAY)

    [again] = claim(db)
    assert (again.is_missed, again.record.failures, again.record.failing_since) == (True, 1, NOW + 8 * DAY)


def test_a_page_that_is_being_read_is_left_to_its_reader(db: Engine, dealer: int) -> None:
    read_inventory(db, dealer, URLS[:4], now=NOW + DAY)
    queued(db, organization_id=dealer, urls=URLS[4:], now=NOW + 8 * DAY)
    claim(db)
    before = snapshot(db, queue_table)

    read_inventory(db, dealer, URLS[:4], now=NOW + 8 * DAY)

    assert snapshot(db, queue_table) == before


def test_when_more_than_half_are_missing_at_once_nothing_changes(db: Engine, dealer: int) -> None:
    before = snapshot(db, organization_vehicles), snapshot(db, queue_table)

    counted = read_inventory(db, dealer, URLS[:2], now=NOW + DAY)

    assert counted.unchanged_because == "it no longer names 3 of 5 active listings"
    assert (counted.seen, counted.missed) == (0, 0)
    assert (snapshot(db, organization_vehicles), snapshot(db, queue_table)) == before


def test_half_of_them_may_be_missing(db: Engine, dealer: int) -> None:
    vanish(db, dealer, URLS[4])

    assert read_inventory(db, dealer, URLS[:2], now=NOW + DAY).missed == 2


def test_two_readings_at_the_same_time_count_as_one(db: Engine, dealer: int) -> None:
    read_inventory(db, dealer, URLS[:4], now=NOW + DAY)

    late = read_inventory(
        db, dealer, URLS[:4], began_at=NOW + DAY - timedelta(seconds=9), now=NOW + DAY + timedelta(seconds=9)
    )

    assert late.unchanged_because == "another run has read it meanwhile"
    assert missed(db) == [0, 0, 0, 0, 1]


def test_another_dealers_listings_are_not_touched(db: Engine, dealer: int) -> None:
    other = organization(db, "https://other.example")
    read_listing(db, organization_id=other, url="https://other.example/1")

    read_inventory(db, dealer, URLS, now=NOW + DAY)

    assert [(row["missed_readings"], row["last_seen_at"]) for row in snapshot(db, organization_vehicles)][-1] == (
        0,
        NOW,
    )


def test_what_has_ended_is_missed_no_more(db: Engine, dealer: int) -> None:
    vanish(db, dealer, URLS[4])
    read_listing(db, organization_id=dealer, url=URLS[3], status="sold")

    read_inventory(db, dealer, URLS[:3], now=NOW + DAY)

    assert missed(db) == [0] * 5
    assert [row["status"] for row in snapshot(db, organization_vehicles)][3:] == ["sold", "gone"]


def test_the_photos_of_what_is_gone_are_due_first_and_those_beyond_the_cap_stay_there(db: Engine, dealer: int) -> None:
    [vehicle_id] = vanish(db, dealer, URLS[4])
    with writing(db) as connection:
        assign_priorities(connection, [vehicle_id], cap=2, now=NOW)

    rows = snapshot(db)
    assert [row["priority"] for row in rows] == [PRIMARY, REST, REST] * 4 + [VANISHING, VANISHING, BEYOND_CAP]
    assert all(row["is_external"] for row in rows)
    assert vanish(db, dealer, URLS[4]) == []


def test_a_listing_that_is_offered_again_takes_its_photos_back_into_the_row(db: Engine, dealer: int) -> None:
    vanish(db, dealer, URLS[4])

    again = read_listing(db, organization_id=dealer, url=URLS[4], photos=[photo(40 + place) for place in range(3)])

    assert again.became == "active"
    assert [row["priority"] for row in snapshot(db)][-3:] == [PRIMARY, REST, REST]


def test_the_photos_of_an_auction_that_ends_are_due_first_until_it_has_ended(db: Engine, dealer: int) -> None:
    lot = {"organization_id": dealer, "url": "https://dealer.example/lot/1", "photos": [photo(90), photo(91)]}
    read_listing(db, **lot, now=NOW)  # type: ignore[arg-type]
    assert [row["priority"] for row in snapshot(db)][-2:] == [PRIMARY, REST]

    told = {"sale_status": "auction", "auction_ends_at": NOW + 2 * DAY}
    read_listing(db, **lot, **told, now=NOW + DAY)  # type: ignore[arg-type]
    assert [row["priority"] for row in snapshot(db)][-2:] == [VANISHING, VANISHING]

    read_listing(db, **lot, sale_status="sold", auction_ends_at=NOW + 2 * DAY, now=NOW + 3 * DAY)  # type: ignore[arg-type]
    assert [row["priority"] for row in snapshot(db)][-2:] == [PRIMARY, REST]


def test_an_auction_that_ends_is_marked_so_from_its_first_reading(db: Engine) -> None:
    told = {"sale_status": "auction", "auction_ends_at": NOW + 2 * DAY}

    read_listing(db, organization_id=organization(db), photos=[photo(1), photo(2), photo(3)], cap=2, **told)  # type: ignore[arg-type]

    assert [row["priority"] for row in snapshot(db)] == [VANISHING, VANISHING, BEYOND_CAP]


def test_a_large_inventory_is_counted_at_once(db: Engine, dealer: int) -> None:
    many = [f"https://dealer.example/cars/{at}" for at in range(50_000)]

    assert read_inventory(db, dealer, many, now=NOW + DAY).seen == 5
