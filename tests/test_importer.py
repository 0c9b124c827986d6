"""A listing, as read → the words of our tables."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest
from made import DAY, NOW, organization, photo, queued, read_listing, snapshot, worker
from sqlalchemy import Engine

from forecourt.db import hosts, import_queue, tables, vehicles
from forecourt.db.engine import reading, writing
from forecourt.db.vehicles import ListedVehicle
from forecourt.errors import Gone
from forecourt.importer import NotImported, Vanished, listed_vehicle, settle_failure, settle_vanished
from forecourt.listing import Listing, Source, read_page
from forecourt.schedule import VANISHING, Verdict

CAR = "https://dealer.example/cars/1"
VIN = "WP0ZZZ99ZTS392124"


def test_only_what_the_page_tells_becomes_a_field() -> None:
    listing = Listing(
        "https://dealer.example/final",
        make="Ford",
        price=Decimal("12345.50"),
        auction_ends_at=datetime(2026, 3, 1, tzinfo=UTC),
        sources={"make": Source("Ford", "jsonld", '"Ford"'), "price": Source(Decimal(1), "dom", "$1")},
    )

    listed = listed_vehicle(listing, organization_id=3, listing_url="https://dealer.example/asked")

    assert listed.listing_url == "https://dealer.example/asked"
    assert dict(listed.fields) == {
        "make": "Ford",
        "price": Decimal("12345.50"),
        "auction_ends_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    assert listed.origin == {
        "make": {"value": "Ford", "reader": "jsonld", "raw": '"Ford"'},
        "price": {"value": "1", "reader": "dom", "raw": "$1"},
    }
    assert listed.status == "active"


def test_a_photo_whose_address_nobody_can_read_costs_only_itself() -> None:
    photos = (
        "https://photos.example/1.jpg?Signature=x",
        "http://[::1",
        "http:///a",
        "https://photos.example:8443/2.jpg",
    )

    listed = listed_vehicle(Listing("https://x.example/", photos=photos), organization_id=1, listing_url="u")

    assert [(photo.host, photo.key.endswith("1.jpg")) for photo in listed.photos] == [
        ("photos.example", True),
        ("photos.example:8443", False),
    ]


def test_other_forms_of_a_photo_are_kept_where_they_lie_on_its_host() -> None:
    large = "https://photos.example/1-1920x1080.jpg"
    own, elsewhere = "https://photos.example/1-210x138.jpg", "https://other.example/1.jpg"
    listing = Listing("https://x.example/", photos=(large,), other_forms={large: (elsewhere, own)})

    [photo] = listed_vehicle(listing, organization_id=1, listing_url="u").photos

    assert (photo.url, photo.candidates, photo.shown_url) == (large, (own,), large)


def test_a_size_that_nobody_wrote_is_asked_for_and_not_shown(db: Engine) -> None:
    """It may not be there, and then a page with it would show a photo fewer than its dealer's."""
    folder = "https://photos.example/cars/"
    gallery = f"""<div class="gallery"><a href="{folder}1-1920x1080.jpg"><img src="{folder}1-210x138.jpg"></a>
        <img src="{folder}2-210x138.jpg"><img src="{folder}3-210x138.jpg"></div>"""
    page = f"<html><head><title>2016 Ford Focus</title></head><body><h1>2016 Ford Focus</h1>{gallery}</body></html>"
    listing = read_page(page.encode(), url="https://dealer.example/7", content_type="text/html").listing
    assert listing is not None

    listed = listed_vehicle(listing, organization_id=organization(db), listing_url="https://dealer.example/7")
    with writing(db) as connection:
        vehicles.save(connection, listed, cap=20, now=NOW)

    assert [(row["source_url"], row["image_url"]) for row in snapshot(db)] == [
        (f"{folder}1-1920x1080.jpg", f"{folder}1-1920x1080.jpg"),
        (f"{folder}2-1920x1080.jpg", f"{folder}2-210x138.jpg"),
        (f"{folder}3-1920x1080.jpg", f"{folder}3-210x138.jpg"),
    ]


def test_a_sold_vehicle_has_a_sold_link() -> None:
    listing = Listing("https://x.example/", sale_status="sold")

    assert listed_vehicle(listing, organization_id=1, listing_url="u").status == "sold"


def test_a_listing_that_nobody_missed_is_gone_when_its_page_is_twice_a_day_apart(db: Engine) -> None:
    dealer = organization(db)
    queued(db, organization_id=dealer, urls=[CAR])
    read_listing(db, organization_id=dealer, url=CAR, photos=[photo(1)])
    worker(db)

    for moment, status in ((NOW, "active"), (NOW + DAY, "gone")):
        with writing(db) as connection:
            import_queue.wake(connection, now=moment)
            [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
            [claimed] = import_queue.claim(connection, host_id, organization_ids=None, worker_id="w1", limit=1)
            assert not claimed.is_missed
            settle_failure(connection, NotImported(claimed, Gone("HTTP 404")), cap=20, now=moment, random=Random(1))
        assert [row["status"] for row in snapshot(db, tables.organization_vehicles)] == [status]

    assert [row["priority"] for row in snapshot(db)] == [VANISHING]
    assert [row["status"] for row in snapshot(db, tables.import_queue)] == ["failed"]


def test_a_late_worker_ends_no_listing(db: Engine) -> None:
    dealer = organization(db)
    queued(db, organization_id=dealer, urls=[CAR])
    read_listing(db, organization_id=dealer, url=CAR)
    worker(db)

    with writing(db) as connection:
        [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
        [late] = import_queue.claim(connection, host_id, organization_ids=None, worker_id="w1", limit=1)
        import_queue.hand_back(connection, [late])
        import_queue.claim(connection, host_id, organization_ids=None, worker_id="w1", limit=1)
        assert not settle_vanished(connection, Vanished(late, Gone("HTTP 404")), cap=20, now=NOW)

    assert [row["status"] for row in snapshot(db, tables.organization_vehicles)] == ["active"]


@pytest.mark.parametrize(
    ("vehicle", "page", "same"),
    [
        ({"vin": VIN}, {"vin": VIN, "make": "Wrong"}, True),
        ({"vin": VIN, "make": "Ford"}, {"vin": "1FTEW1E4XKFA00142", "make": "Ford"}, False),
        ({"year": 2019, "make": "Ford"}, {"year": 2019, "make": "FORD", "model": "F-150"}, True),
        ({"year": 2019, "make": "Ford"}, {"year": 2018, "make": "Ford"}, False),
        ({"vin": VIN, "make": "Porsche"}, {"make": "Ford"}, False),
        ({}, {}, True),
    ],
)
def test_whether_a_page_shows_the_vehicle_that_its_address_led_to(
    db: Engine,
    vehicle: dict[str, object],
    page: dict[str, object],
    same: bool,  # noqa: FBT001
) -> None:
    """By the VIN where both have one, else by what both say."""
    dealer = organization(db)
    read_listing(db, organization_id=dealer, url=CAR, **vehicle)  # type: ignore[arg-type]

    with reading(db) as connection:
        assert vehicles.shows_the_same(connection, ListedVehicle(dealer, CAR, page, {}, [])) is same


def test_what_postgresql_refuses_is_taken_out_and_the_rest_is_kept(db: Engine) -> None:
    """X03, X05: NUL and lone surrogates, in a field, in the raw text beside it, in an error."""
    odd = "a\0b\ud800c"
    listing = Listing(
        "https://x.example/",
        title=odd,
        photos=(f"https://photos.example/{odd}.jpg",),
        sources={"title": Source(odd, "jsonld", f'"{odd}"')},
    )
    dealer = organization(db)
    queued(db, organization_id=dealer, urls=["https://dealer.example/1"])
    worker(db)

    with writing(db) as connection:
        vehicles.save(connection, listed_vehicle(listing, organization_id=dealer, listing_url="u"), cap=20, now=NOW)
        [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
        [claimed] = import_queue.claim(connection, host_id, organization_ids=None, worker_id="w1", limit=1)
        verdict = Verdict("failed", 1, NOW, None)
        import_queue.fail(connection, claimed, verdict, kind="protocol", detail=f"header {odd}", now=NOW)

    [row] = snapshot(db, tables.vehicles)
    assert row["title"] == "ab?c"
    assert row["origin_metadata"]["title"]["raw"] == '"ab?c"'
    assert snapshot(db, tables.import_queue)[0]["last_error"] == "header ab?c"
