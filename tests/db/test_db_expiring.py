"""Photos whose URLs say when they die: first of all while they live, not asked for after, and then named anew."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from made import CAP, DAY, NOW, claim, organization, photo, queued, read_listing, snapshot, worker
from sqlalchemy import Engine, update

from forecourt import settling
from forecourt.backfill import Failed
from forecourt.db import feed_rows, hosts, import_queue, listings, tables
from forecourt.db import image_places as places
from forecourt.db.engine import writing
from forecourt.db.feed_rows import FeedRow
from forecourt.db.image_claims import ImageClaim
from forecourt.errors import Expired
from forecourt.schedule import BEYOND_CAP, EXPIRING, PRIMARY, REST, VANISHING, expiry_key, sort_key

HOUR = timedelta(hours=1)
URL = "https://dealer.example/cars/1"


def test_the_sooner_a_url_dies_the_sooner_it_is_asked_for(db: Engine) -> None:
    """Before all others, also those of a listing that is gone; but not beyond the cap."""
    dealer = organization(db)
    read_listing(db, organization_id=dealer, url=f"{URL}0", photos=[photo(9)])
    photos = [photo(0), photo(1, expires_at=NOW + 2 * HOUR), photo(2, expires_at=NOW + HOUR), photo(3)]
    saved = read_listing(db, organization_id=dealer, url=URL, photos=[*photos, photo(4, expires_at=NOW + HOUR)], cap=4)
    with writing(db) as connection:
        listings.vanish(connection, organization_id=dealer, listing_url=URL)
        places.assign_priorities(connection, [saved.vehicle_id], cap=4, now=NOW)

    assert [row["priority"] for row in snapshot(db)] == [PRIMARY, VANISHING, EXPIRING, EXPIRING, VANISHING, BEYOND_CAP]
    assert _numbers(claim(db, worker_id=worker(db))) == ["2", "1", "0", "3", "9"]


def test_what_has_died_falls_back_to_its_usual_place(db: Engine) -> None:
    dealer = organization(db)
    signed = [photo(number, expires_at=NOW + HOUR) for number in range(3)]
    read_listing(db, organization_id=dealer, url=f"{URL}0", photos=[])
    saved = read_listing(db, organization_id=dealer, url=URL, photos=signed)
    assert {(row["priority"], row["sort_key"]) for row in snapshot(db)} == {(EXPIRING, expiry_key(NOW + HOUR))}

    with writing(db) as connection:
        places.assign_priorities(connection, [saved.vehicle_id], cap=CAP, now=NOW + HOUR)

    keys = [sort_key(position=place, turn=2, is_primary=place == 0) for place in range(3)]
    assert [(row["priority"], row["sort_key"]) for row in snapshot(db)] == list(
        zip([PRIMARY, REST, REST], keys, strict=True)
    )


def test_an_expired_photo_makes_its_listing_due_a_day_after_it_was_read(db: Engine) -> None:
    """And counts on the photo, which waits a day; the second time the listing waits already."""
    claims = _expired(db, [photo(0, expires_at=NOW + HOUR), photo(1, expires_at=NOW + HOUR)])

    changed = _settle(db, claims, now=NOW + 2 * HOUR)

    [queue] = snapshot(db, tables.import_queue)
    assert changed == {each.image_id for each in claims}
    assert (queue["status"], queue["next_attempt_at"], queue["failures"]) == ("pending", NOW + DAY, 0)
    for row in snapshot(db):
        assert (row["status"], row["failure_kind"], row["failures"]) == ("pending", "expired", 1)
        assert NOW + 2 * HOUR + DAY <= row["next_attempt_at"] <= NOW + 2 * HOUR + 1.2 * DAY
    assert [row["priority"] for row in snapshot(db)] == [PRIMARY, REST]


def test_a_listing_that_was_read_longer_ago_is_due_at_once(db: Engine) -> None:
    claims = _expired(db, [photo(0, expires_at=NOW + HOUR)], now=NOW + 3 * DAY)

    _settle(db, claims, now=NOW + 3 * DAY)

    [queue] = snapshot(db, tables.import_queue)
    assert (queue["status"], queue["next_attempt_at"]) == ("pending", None)


def test_without_a_listing_it_is_over_at_once(db: Engine) -> None:
    claims = _expired(db, [photo(0, expires_at=NOW + HOUR), photo(1, expires_at=NOW + HOUR)])
    with writing(db) as connection:
        listings.vanish(connection, organization_id=1, listing_url=URL)
        second = tables.vehicle_images.c.id == claims[1].image_id
        connection.execute(update(tables.vehicle_images).where(second).values(listing_id=None))

    _settle(db, claims, now=NOW + 2 * HOUR)

    assert [(row["status"], row["failure_kind"], row["is_external"]) for row in snapshot(db)] == [
        ("failed", "expired", True)
    ] * 2
    [queue] = snapshot(db, tables.import_queue)
    assert queue["status"] == "complete"


def test_a_photo_that_a_feed_told_is_named_anew_by_the_feed(db: Engine) -> None:
    """Its page might show the same photos at other addresses."""
    claims = _expired(db, [photo(0, expires_at=NOW + HOUR)], told_by_feed=True, now=NOW + 2 * DAY)

    _settle(db, claims, now=NOW + 2 * DAY)

    [dealer] = snapshot(db, tables.organizations)
    [queue] = snapshot(db, tables.import_queue)
    assert (dealer["last_extracted_at"], queue["status"]) == (None, "complete")


def test_a_url_signed_anew_is_the_same_image_and_first_again(db: Engine) -> None:
    """C13: the late download of the old one settles nothing, and that it had expired is forgotten."""
    claims = _expired(db, [photo(0, query="?sig=a", expires_at=NOW + HOUR)])
    _settle(db, claims, now=NOW + 2 * HOUR)
    [before] = snapshot(db)

    later = NOW + DAY
    signed_anew = photo(0, query="?sig=b", expires_at=later + HOUR)
    read_listing(db, organization_id=1, url=URL, photos=[signed_anew], now=later)
    late = _settle(db, claims, now=later)

    [row] = snapshot(db)
    assert late == set()
    assert (row["id"], row["source_url"], row["expires_at"]) == (before["id"], signed_anew.url, later + HOUR)
    assert (row["priority"], row["sort_key"]) == (EXPIRING, expiry_key(later + HOUR))
    assert (row["next_attempt_at"], row["failures"], row["failing_since"], row["failure_kind"]) == (None, 0, None, None)


def _expired(
    db: Engine, photos: Sequence[object], *, told_by_feed: bool = False, now: datetime = NOW + 2 * HOUR
) -> list[ImageClaim]:
    """The photos of a listing that was read at NOW, claimed when their URLs have died."""
    dealer = organization(db)
    saved = read_listing(db, organization_id=dealer, url=URL, photos=photos)  # type: ignore[arg-type]
    worker(db)
    if told_by_feed:
        with writing(db) as connection:
            connection.execute(update(tables.organizations).values(last_extracted_at=NOW))
            [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
            row = FeedRow(URL, host_id, {"photos": 1})
            feed_rows.complete(connection, dealer, row, vehicle_id=saved.vehicle_id, duplicate=False, now=NOW)
        return claim(db, worker_id="w1", now=now)
    queued(db, organization_id=dealer, urls=[URL])
    with writing(db) as connection:
        [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
        [listing] = import_queue.claim(connection, host_id, organization_ids=None, worker_id="w1", limit=1)
        import_queue.complete(connection, listing, vehicle_id=saved.vehicle_id, duplicate=False, now=NOW)
    return claim(db, worker_id="w1", now=now)


def _settle(db: Engine, claims: Sequence[ImageClaim], *, now: datetime) -> set[int]:
    failed = [Failed(each, Expired("its URL was good until then")) for each in claims]
    with writing(db) as connection:
        settled = settling.settle(connection, failed, shown_at=lambda *_: "", cap=CAP, now=now, random=Random(1))
    return {each.claim.image_id for each in settled}


def _numbers(claims: Sequence[ImageClaim]) -> list[str]:
    return [each.source_url.removeprefix("https://photos.example/").removesuffix(".jpg") for each in claims]
