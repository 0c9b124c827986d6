"""A listing, as read → the words of our tables."""

from datetime import UTC, datetime
from decimal import Decimal

from made import NOW, organization, queued, snapshot, worker
from sqlalchemy import Engine

from forecourt.db import hosts, import_queue, tables, vehicles
from forecourt.db.engine import writing
from forecourt.importer import listed_vehicle
from forecourt.listing import Listing, Source
from forecourt.schedule import Verdict


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


def test_a_sold_vehicle_has_a_sold_link() -> None:
    listing = Listing("https://x.example/", sale_status="sold")

    assert listed_vehicle(listing, organization_id=1, listing_url="u").status == "sold"


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
