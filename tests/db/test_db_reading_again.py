"""P1, P4: reading a listing again updates, never doubles, never drops, never turns back."""

from made import DAY, NOW, claim, organization, photo, read_listing, snapshot, stored, worker
from sqlalchemy import Engine, update

from forecourt.db import vehicle_images as images
from forecourt.db.engine import writing
from forecourt.db.tables import vehicle_images, vehicles

PHOTOS = [photo(number) for number in range(3)]


def test_the_same_listing_again_changes_no_image(db: Engine) -> None:
    dealer = organization(db)
    first = read_listing(db, organization_id=dealer, photos=PHOTOS, make="Ford")
    before, vehicle_before = snapshot(db), snapshot(db, vehicles)

    again = read_listing(db, organization_id=dealer, photos=PHOTOS, make="Ford", now=NOW + DAY)

    assert (again.vehicle_id, again.is_new, again.is_duplicate) == (first.vehicle_id, False, False)
    assert snapshot(db) == before
    assert snapshot(db, vehicles) == vehicle_before


def test_the_first_photo_is_primary_at_position_0_for_ever(db: Engine) -> None:
    dealer = organization(db)
    read_listing(db, organization_id=dealer, photos=[])
    read_listing(db, organization_id=dealer, photos=PHOTOS)
    read_listing(db, organization_id=dealer, photos=[photo(9), *reversed(PHOTOS)])

    rows = snapshot(db)
    assert [(row["position"], row["is_primary"]) for row in rows] == [(0, True), (1, False), (2, False), (3, False)]
    assert rows[3]["source_url"] == photo(9).url


def test_a_photo_that_the_page_names_no_longer_stays(db: Engine) -> None:
    dealer = organization(db)
    read_listing(db, organization_id=dealer, photos=PHOTOS)

    read_listing(db, organization_id=dealer, photos=PHOTOS[:1])
    read_listing(db, organization_id=dealer, photos=[])

    assert len(snapshot(db)) == len(PHOTOS)


def test_a_stored_image_never_turns_back(db: Engine) -> None:
    dealer = organization(db)
    read_listing(db, organization_id=dealer, photos=PHOTOS)
    claims = claim(db, worker_id=worker(db))
    with writing(db) as connection:
        images.store(connection, [stored(each) for each in claims], now=NOW)
    before = snapshot(db)

    read_listing(
        db,
        organization_id=dealer,
        photos=[photo(number, query="?Expires=9") for number in range(3)],
        now=NOW + 30 * DAY,
    )

    assert snapshot(db) == before


def test_fields_are_updated_and_what_the_page_leaves_out_is_kept(db: Engine) -> None:
    dealer = organization(db)
    read_listing(db, organization_id=dealer, make="Ford", mileage=1000)

    read_listing(db, organization_id=dealer, mileage=1200, now=NOW + DAY)

    [row] = snapshot(db, vehicles)
    assert (row["make"], row["mileage"], row["updated_at"]) == ("Ford", 1200, NOW + DAY)


def test_a_second_listing_of_the_same_vin_comes_after_and_fills_only_what_is_empty(db: Engine) -> None:
    first = read_listing(db, organization_id=organization(db), photos=PHOTOS, vin="WP0ZZZ99ZTS392124", make="Porsche")
    other = organization(db, "https://auction.example")

    second = read_listing(
        db,
        organization_id=other,
        url="https://auction.example/lot/7",
        photos=[photo(1, host="auction.example")],
        vin="WP0ZZZ99ZTS392124",
        make="Wrong",
        model="911",
    )

    assert (second.vehicle_id, second.is_duplicate) == (first.vehicle_id, True)
    [row] = snapshot(db, vehicles)
    assert (row["make"], row["model"]) == ("Porsche", "911")
    assert [(each["position"], each["is_primary"]) for each in snapshot(db)][-1] == (3, False)


def test_without_a_vin_nothing_is_merged(db: Engine) -> None:
    dealer = organization(db)
    read_listing(db, organization_id=dealer, url="https://dealer.example/1", make="Ford")
    read_listing(db, organization_id=dealer, url="https://dealer.example/2", make="Ford")

    assert len(snapshot(db, vehicles)) == 2


def test_what_had_ended_is_tried_again_when_its_listing_still_names_it_a_week_later(db: Engine) -> None:
    dealer = organization(db)
    read_listing(db, organization_id=dealer, photos=PHOTOS)
    with writing(db) as connection:
        for status, position in (("gone", 0), ("failed", 1), ("rejected", 2)):
            ended = update(vehicle_images).where(vehicle_images.c.position == position)
            connection.execute(ended.values(status=status, failures=9, changed_at=NOW))

    read_listing(db, organization_id=dealer, photos=PHOTOS, now=NOW + 6 * DAY)
    assert [row["status"] for row in snapshot(db)] == ["gone", "failed", "rejected"]

    read_listing(db, organization_id=dealer, photos=PHOTOS, now=NOW + 7 * DAY)
    assert [(row["status"], row["failures"]) for row in snapshot(db)] == [
        ("pending", 0),
        ("pending", 0),
        ("rejected", 9),  # a person's to wake
    ]


def test_turns_count_the_vehicles_of_an_organization(db: Engine) -> None:
    dealer, other = organization(db), organization(db, "https://other.example")
    for number in range(3):
        read_listing(db, organization_id=dealer, url=f"https://dealer.example/{number}", photos=[photo(number)])
    read_listing(db, organization_id=other, url="https://other.example/0", photos=[photo(0)])

    assert [row["sort_key"] for row in snapshot(db)] == [1, 2, 3, 1]
