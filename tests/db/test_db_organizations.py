"""Which organization is read next."""

from datetime import datetime, timedelta

from made import DAY, NOW, organization, read_listing
from sqlalchemy import Engine

from forecourt.db import organizations
from forecourt.db.engine import reading, writing


def due(db: Engine, *, threshold: int = 10, limit: int = 10, offset: int = 0, now: datetime = NOW) -> list[str]:
    with reading(db) as connection:
        found = organizations.due_for_reading(
            connection, threshold=threshold, limit=limit, offset=offset, business_type=None, now=now
        )
    return [each.website.removeprefix("https://").removesuffix(".example") for each in found]


def with_vehicles(db: Engine, name: str, number: int) -> int:
    dealer = organization(db, f"https://{name}.example")
    for car in range(number):
        read_listing(db, organization_id=dealer, url=f"https://{name}.example/{car}")
    return dealer


def test_the_threshold_comes_before_the_limit_and_the_emptiest_first(db: Engine) -> None:
    """The reference system took a page first, and found nothing to do on it."""
    for name, number in (("full", 3), ("some", 2), ("empty", 0), ("few", 1)):
        with_vehicles(db, name, number)

    assert due(db, threshold=3) == ["empty", "few", "some"]
    assert due(db, threshold=3, limit=2) == ["empty", "few"]
    assert due(db, threshold=3, limit=2, offset=2) == ["some"]
    assert due(db, threshold=0) == []


def test_what_was_tried_and_gave_nothing_is_left_alone_for_a_day(db: Engine) -> None:
    for name, outcome in (("read", "read"), ("nothing", "nothing"), ("walled", "blocked")):
        dealer = organization(db, f"https://{name}.example")
        with writing(db) as connection:
            organizations.was_read(connection, dealer, outcome=outcome, now=NOW)

    assert due(db, now=NOW + timedelta(hours=23)) == ["read"]
    assert sorted(due(db, now=NOW + DAY)) == ["nothing", "read", "walled"]


def test_one_that_was_made_for_a_single_listing_is_not_read(db: Engine) -> None:
    with writing(db) as connection:
        organizations.put(connection, name="x", website="https://market.example", is_public=False, now=NOW)
    assert due(db) == []

    with writing(db) as connection:
        _, is_new = organizations.put(connection, name="x", website="https://market.example", now=NOW)
    assert (due(db), is_new) == (["market"], False)


def test_a_website_already_known_is_updated_not_doubled(db: Engine) -> None:
    first = organization(db)
    with writing(db) as connection:
        again = organizations.put(
            connection, name="New name", website="https://dealer.example", business_type="dealer", now=NOW
        )
        [only] = organizations.everyone(connection)

    assert again == (first, False)
    assert (only.name, only.business_type) == ("New name", "dealer")


def test_an_inventory_that_gave_nothing_is_due_again_after_a_day(db: Engine) -> None:
    """A website that was busy for a minute is not left unread for a week, as one that was read is."""
    for name, outcome in (("read", "read"), ("busy", "host_busy")):
        dealer = organization(db, f"https://{name}.example")
        with writing(db) as connection:
            organizations.was_read(connection, dealer, outcome=outcome, now=NOW)

    assert inventories_due(db, now=NOW + timedelta(hours=23)) == []
    assert inventories_due(db, now=NOW + DAY) == ["https://busy.example"]
    assert inventories_due(db, now=NOW + 7 * DAY) == ["https://read.example", "https://busy.example"]


def inventories_due(db: Engine, *, now: datetime) -> list[str]:
    """For a worker that reads each once in seven days."""
    with reading(db) as connection:
        due = organizations.not_read_since(connection, now - 7 * DAY, limit=10, now=now)
    return [each.website for each in due]
