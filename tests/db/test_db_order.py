"""Which photo first, and that claiming reads what it claims."""

from random import Random
from typing import Any

import pytest
from made import CAP, DAY, NOW, claim, organization, photo, read_listing, worker
from sqlalchemy import Connection, Engine, event, text

from forecourt.db import chosen, due_images, hosts, image_claims, import_queue, listings
from forecourt.db.engine import writing
from forecourt.db.image_places import assign_priorities


def test_every_primary_photo_comes_before_the_second_photo_of_any(db: Engine) -> None:
    dealer, other = organization(db), organization(db, "https://other.example")
    for name, number in ((dealer, 1), (dealer, 2), (other, 3)):
        photos = [photo(10 * number + place) for place in range(3)]
        read_listing(db, organization_id=name, url=f"https://dealer.example/{number}", photos=photos)

    order = [each.source_url for each in claim(db, worker_id=worker(db))]

    assert [url.removeprefix("https://photos.example/") for url in order] == [
        *("10.jpg", "30.jpg", "20.jpg"),  # the first vehicle of each organization, then the second
        *("11.jpg", "31.jpg", "21.jpg"),
        *("12.jpg", "32.jpg", "22.jpg"),
    ]


def test_the_photos_of_a_listing_that_is_gone_come_before_all_primary_ones(db: Engine) -> None:
    """Whether a worker takes what is due, or a run works on chosen vehicles."""
    dealer = organization(db)
    urls = [f"https://dealer.example/{number}" for number in (1, 2)]
    saved = [
        read_listing(
            db, organization_id=dealer, url=url, photos=[photo(10 * number + place) for place in range(2)]
        ).vehicle_id
        for number, url in enumerate(urls, start=1)
    ]
    with writing(db) as connection:
        gone = listings.vanish(connection, organization_id=dealer, listing_url=urls[1])
        assign_priorities(connection, gone, cap=CAP, now=NOW)
        due = list(due_images.due_of(connection, saved, max_images=0))
        chosen_first = chosen.with_ready_images(connection, limit=1, max_images=CAP)

    order = [each.source_url.removeprefix("https://photos.example/") for each in claim(db, worker_id=worker(db))]
    assert order == ["20.jpg", "21.jpg", "10.jpg", "11.jpg"]
    assert [each.vehicle_id for each in due] == [saved[1], saved[1], saved[0], saved[0]]
    assert [each.vehicle_id for each in chosen_first] == [saved[1]]


@pytest.mark.parametrize(
    ("index", "look"),
    [
        (
            "ix_vehicle_images_ready",
            lambda connection: image_claims.claim_ranges(
                connection, [image_claims.Range(1, 5, image_claims.HEAD, image_claims.END)], worker_id="w1", now=NOW
            ),
        ),
        ("ix_vehicle_images_waiting", lambda connection: due_images.wake(connection, now=NOW)),
        ("ix_vehicle_images_ready", lambda connection: due_images.hosts_with_ready(connection, random=Random(1))),
        ("ix_vehicle_images_waiting", due_images.next_wake),
        (
            "ix_import_queue_ready",
            lambda connection: import_queue.claim(connection, 1, organization_ids=None, worker_id="w1", limit=5),
        ),
        (
            "ix_import_queue_waiting",
            lambda connection: import_queue.next_wake(connection, organization_ids=None),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_claim_reads_its_partial_index(db: Engine, index: str, look: object) -> None:
    """SQLite uses a partial index only where the query repeats its predicate to the letter."""
    plans: list[str] = []

    def explain(connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith(("EXPLAIN", "SET")):
            prefix = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
            plans.extend(str(row) for row in connection.exec_driver_sql(prefix + statement, parameters))

    with writing(db) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        event.listen(connection, "before_cursor_execute", explain)
        look(connection)  # type: ignore[operator]

    assert any(index in plan for plan in plans), plans


def test_a_worker_that_cannot_hold_all_hosts_leases_the_most_urgent_ones(db: Engine) -> None:
    """Ten hosts, and one of the last has a photo whose URL will die."""
    dealer = organization(db)
    photos = [photo(number, host=f"img{number}.example") for number in range(10)]
    photos[7] = photo(7, host="img7.example", expires_at=NOW + DAY)
    for number, one in enumerate(photos):
        read_listing(db, organization_id=dealer, url=f"https://dealer.example/{number}", photos=[one])
    worker(db)

    with writing(db) as connection:
        found = due_images.hosts_with_ready(connection, random=Random(1))
        urgent = [each.host_id for each in sorted(found, key=lambda each: each.priority)]
        [lease] = hosts.lease(connection, urgent, worker_id="w1", manners=hosts.Manners(0.5, 2), limit=1, now=NOW)

    assert (len(found), lease.host) == (10, "img7.example")
