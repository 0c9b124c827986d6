"""Same VIN, same vehicle; another VIN, another vehicle: the photos of two cars never meet, and nothing is dropped."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from made import CAP, DAY, NOW, organization, photo, read_listing, snapshot
from sqlalchemy import Connection, Engine

from forecourt.db import vehicles
from forecourt.db.database import Database
from forecourt.db.engine import open_database
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.tables import organization_vehicles
from forecourt.db.tables import vehicles as vehicles_table
from forecourt.db.vehicles import ListedVehicle
from forecourt.schedule import VANISHING

PORSCHE, FORD = "WP0ZZZ99ZTS392124", "1FTEW1E4XKFA00142"
HERE, THERE = "https://dealer.example/cars/1", "https://dealer.example/cars/2"
PHOTOS = [photo(number) for number in range(3)]
OTHERS = [photo(number) for number in range(10, 12)]


def links(db: Engine) -> list[tuple[Any, ...]]:
    return [(row["listing_url"], row["vehicle_id"], row["status"]) for row in snapshot(db, organization_vehicles)]


def photos_of(db: Engine, vehicle_id: int) -> list[str]:
    return [row["source_url"] for row in snapshot(db) if row["vehicle_id"] == vehicle_id]


def urls(photos: Sequence[ListedPhoto]) -> list[str]:
    return [each.url for each in photos]


def test_both_sites_links_are_kept_and_the_second_ones_photos_come_after(db: Engine) -> None:
    dealer, auction = organization(db), organization(db, "https://auction.example")
    first = read_listing(db, organization_id=dealer, url=HERE, photos=PHOTOS, vin=PORSCHE, make="Porsche", price=100)
    lot = "https://auction.example/lot/7"

    for price in (90, 80):
        read_listing(db, organization_id=auction, url=lot, photos=OTHERS, vin=PORSCHE, price=price, mileage=61300)

    assert links(db) == [(HERE, first.vehicle_id, "active"), (lot, first.vehicle_id, "active")]
    assert photos_of(db, first.vehicle_id) == urls([*PHOTOS, *OTHERS])
    assert [row["is_primary"] for row in snapshot(db)] == [True, False, False, False, False]
    [row] = snapshot(db, vehicles_table)
    assert (row["price"], row["mileage"]) == (100, 61300)


def test_an_address_that_shows_another_car_belongs_to_another_vehicle(db: Engine) -> None:
    """A dealer who counts places and not cars. The old car keeps all that it has, and its photos are due first."""
    dealer = organization(db)
    old = read_listing(db, organization_id=dealer, url=HERE, photos=PHOTOS, vin=PORSCHE, make="Porsche")
    before = snapshot(db)

    new = read_listing(db, organization_id=dealer, url=HERE, photos=OTHERS, vin=FORD, make="Ford", now=NOW + DAY)

    assert (new.is_new, new.vehicle_id != old.vehicle_id) == (True, True)
    assert photos_of(db, old.vehicle_id) == urls(PHOTOS)
    assert photos_of(db, new.vehicle_id) == urls(OTHERS)
    assert links(db) == [
        (f"{HERE}#vehicle-{old.vehicle_id}", old.vehicle_id, "gone"),
        (HERE, new.vehicle_id, "active"),
    ]
    assert [row | {"priority": 0} for row in snapshot(db)[:3]] == [row | {"priority": 0} for row in before]
    assert [row["priority"] == VANISHING for row in snapshot(db)] == [True, True, True, False, False]
    assert [row["make"] for row in snapshot(db, vehicles_table)] == ["Porsche", "Ford"]


def test_a_car_that_returns_to_its_address_is_the_same_vehicle(db: Engine) -> None:
    dealer = organization(db)
    old = read_listing(db, organization_id=dealer, url=HERE, photos=PHOTOS, vin=PORSCHE)
    new = read_listing(db, organization_id=dealer, url=HERE, photos=OTHERS, vin=FORD)

    for vin, saved, photos in ((PORSCHE, old, PHOTOS), (FORD, new, OTHERS), (PORSCHE, old, PHOTOS)):
        again = read_listing(db, organization_id=dealer, url=HERE, photos=photos, vin=vin)
        assert again.vehicle_id == saved.vehicle_id

    assert links(db) == [
        (HERE, old.vehicle_id, "active"),
        (f"{HERE}#vehicle-{new.vehicle_id}", new.vehicle_id, "gone"),
    ]
    assert len(snapshot(db)) == len(PHOTOS) + len(OTHERS)
    assert [row["priority"] == VANISHING for row in snapshot(db)] == [False, False, False, True, True]


def test_a_listing_that_tells_a_vin_that_another_vehicle_has_goes_over_to_that_one(db: Engine) -> None:
    """The vehicle that was made of it without a VIN stays as it is: nothing proves that it was the same car."""
    dealer = organization(db)
    nameless = read_listing(db, organization_id=dealer, url=HERE, photos=PHOTOS, make="Porsche")
    known = read_listing(db, organization_id=dealer, url=THERE, photos=OTHERS, vin=PORSCHE)

    told = read_listing(db, organization_id=dealer, url=HERE, photos=PHOTOS, vin=PORSCHE)

    assert (told.vehicle_id, told.is_duplicate) == (known.vehicle_id, True)
    assert photos_of(db, nameless.vehicle_id) == urls(PHOTOS)
    assert photos_of(db, known.vehicle_id) == urls([*OTHERS, *PHOTOS])
    assert (HERE, known.vehicle_id, "active") in links(db)


def test_a_vehicle_without_a_vin_takes_the_first_that_its_page_tells(db: Engine) -> None:
    dealer = organization(db)
    nameless = read_listing(db, organization_id=dealer, url=HERE, photos=PHOTOS, make="Porsche")

    told = read_listing(db, organization_id=dealer, url=HERE, photos=PHOTOS, make="Porsche", vin=PORSCHE)

    assert told.vehicle_id == nameless.vehicle_id
    assert snapshot(db, vehicles_table)[0]["vin"] == PORSCHE


def test_a_page_that_tells_no_vin_any_more_is_still_its_vehicles(db: Engine) -> None:
    dealer = organization(db)
    read_listing(db, organization_id=dealer, url=HERE, photos=PHOTOS, vin=PORSCHE)

    read_listing(db, organization_id=dealer, url=HERE, photos=PHOTOS, price=5)

    [row] = snapshot(db, vehicles_table)
    assert (row["vin"], row["price"]) == (PORSCHE, 5)


def test_a_vehicle_passes_to_the_same_dealers_next_listing_when_the_first_is_gone(db: Engine) -> None:
    """The dealer has given all pages new addresses; another organization still only fills what is empty."""
    dealer, other = organization(db), organization(db, "https://other.example")
    read_listing(db, organization_id=dealer, url=HERE, vin=PORSCHE, price=100)
    read_listing(db, organization_id=dealer, url=THERE, vin=PORSCHE, price=90)
    assert snapshot(db, vehicles_table)[0]["price"] == 100

    read_listing(db, organization_id=dealer, url=HERE, vin=FORD)
    read_listing(db, organization_id=other, url="https://other.example/1", vin=PORSCHE, price=70)
    read_listing(db, organization_id=dealer, url=THERE, vin=PORSCHE, price=80)

    [row, _] = snapshot(db, vehicles_table)
    assert (row["price"], row["listing_url"]) == (80, THERE)


def test_the_same_reading_again_changes_no_row_of_any_kind(db: Engine) -> None:
    """P4: `last_seen_at` moves with an inventory, not with a page."""
    dealer = organization(db)
    told: dict[str, Any] = {"vin": PORSCHE, "sale_status": "auction", "auction_ends_at": NOW + 9 * DAY}
    read_listing(db, organization_id=dealer, photos=PHOTOS, **told)
    before = [snapshot(db, table) for table in (vehicles_table, organization_vehicles)] + [snapshot(db)]

    read_listing(db, organization_id=dealer, photos=PHOTOS, now=NOW + DAY, **told)

    assert [snapshot(db, table) for table in (vehicles_table, organization_vehicles)] + [snapshot(db)] == before


def test_two_listings_of_one_vin_that_are_saved_at_the_same_moment_are_one_vehicle(
    db: Engine, database_url: str
) -> None:
    """Whoever is late looks again, and finds the vehicle of the other. Two photos, each in a place of its own."""
    dealers = [organization(db, f"https://dealer-{number}.example") for number in range(2)]
    numbers = [f"WP0ZZZ99ZTS39{number:04}" for number in range(2000, 2015)]
    at_once = Barrier(2)

    def save(dealer: int, vin: str) -> None:
        listed = ListedVehicle(dealer, f"https://dealer.example/{dealer}/{vin}", {"vin": vin}, {}, [photo(dealer)])
        engine = open_database(database_url)
        database = Database(engine)

        def change(connection: Connection) -> None:
            vehicles.save(connection, listed, cap=CAP, now=NOW)

        at_once.wait()
        asyncio.run(database.write(change))
        database.close()

    with ThreadPoolExecutor(2) as workers:
        for vin in numbers:
            for done in [workers.submit(save, dealer, vin) for dealer in dealers]:
                done.result()

    assert sorted(row["vin"] for row in snapshot(db, vehicles_table)) == numbers
    rows = snapshot(db)
    assert len(rows) == 2 * len(numbers)
    assert sum(row["is_primary"] for row in rows) == len(numbers)
