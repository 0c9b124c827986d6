"""A redirect leads to a host that is not free: the row goes there, and comes home however that ends."""

from random import Random

from made import DAY, NOW, claim, fetched, photo, read_listing, settle, snapshot, vehicle, worker
from sqlalchemy import Engine

from forecourt.backfill import Failed, Moved
from forecourt.db import hosts, workers
from forecourt.db.engine import writing
from forecourt.db.image_claims import ImageClaim
from forecourt.errors import Gone, HostTrouble
from forecourt.failure_kinds import FailureKind

CDN = "cdn.example"
THERE = f"https://{CDN}/0.jpg"


def test_a_moved_photo_is_ready_at_once_for_whoever_holds_the_other_host(db: Engine) -> None:
    """Not a failure, and not stored: its URL and its place stay."""
    vehicle(db, photos=1)
    [first] = claim(db, worker_id=worker(db))
    assert (first.fetch_url, first.fetch_hops) == (None, 0)

    settle(db, Moved(first, THERE, hops=2))

    assert claim(db, worker_id="w1") == []
    [second] = claim(db, worker_id=worker(db, "w2"), host=CDN)
    assert (second.fetch_url, second.fetch_hops, second.source_url) == (THERE, 2, first.source_url)
    [row] = snapshot(db)
    assert (row["status"], row["failures"], row["attempts"], row["is_external"]) == ("pending", 0, 2, True)


def test_a_moved_photo_that_is_stored_belongs_to_its_first_host(db: Engine) -> None:
    """P1: where it came from is kept for ever."""
    home, there = moved_photo(db)

    settle(db, fetched(there))

    [row] = snapshot(db)
    assert (row["status"], row["source_url"]) == ("stored", there.source_url)
    assert (row["fetch_url"], row["fetch_hops"], row["host_id"]) == (None, 0, home)


def test_a_late_end_at_the_other_host_takes_nothing_from_its_heir(db: Engine) -> None:
    """Somebody was thought dead, and the photo is being asked for there once more."""
    _, late = moved_photo(db)
    with writing(db) as connection:
        workers.hand_back_rows(connection, worker_id=snapshot(db)[0]["lease_owner"])
    [heir] = claim(db, worker_id=worker(db, "heir"), host=CDN)
    before = snapshot(db)

    settle(db, fetched(late))

    assert snapshot(db) == before
    assert (before[0]["fetch_url"], before[0]["attempts"]) == (THERE, heir.attempt)


def test_any_trouble_at_the_other_host_counts_on_the_photo_and_brings_it_home(db: Engine) -> None:
    """Also one that is that host's: the photo's own host has not been in trouble, and may lead elsewhere next time."""
    home, there = moved_photo(db)
    with writing(db) as connection:
        hosts.in_trouble(connection, there.host_id, asked_for=3600, now=NOW, random=Random(1))

    settle(db, Failed(there, HostTrouble(FailureKind.HOST_BUSY, wait_seconds=3600)))

    [row] = snapshot(db)
    assert (row["status"], row["failure_kind"], row["failures"]) == ("pending", "host_busy", 1)
    assert (row["next_attempt_at"] - NOW).total_seconds() < 120
    assert (row["fetch_url"], row["fetch_hops"], row["host_id"]) == (None, 0, home)


def test_a_late_worker_moves_nothing_and_brings_nothing_home(db: Engine) -> None:
    vehicle(db, photos=1)
    [late] = claim(db, worker_id=worker(db))
    settle(db, Moved(late, THERE, hops=1))
    [there] = claim(db, worker_id=worker(db, "w2"), host=CDN)
    before = snapshot(db)

    settle(db, Moved(late, "https://elsewhere.example/", hops=1))
    settle(db, Failed(late, Gone()))
    settle(db, fetched(late))

    assert snapshot(db) == before
    assert there.attempt == 2


def test_a_new_url_of_the_photo_ends_its_stay_at_the_other_host(db: Engine) -> None:
    """C13: the late download settles nothing."""
    home, there = moved_photo(db)
    read_listing(db, organization_id=1, photos=[photo(0, query="?Signature=2")], now=NOW + DAY)

    settle(db, fetched(there))

    [row] = snapshot(db)
    assert (row["fetch_url"], row["fetch_hops"], row["host_id"], row["status"]) == (None, 0, home, "pending")


def moved_photo(db: Engine) -> tuple[int, ImageClaim]:
    """Its first host, and its claim at the other."""
    vehicle(db, photos=1)
    [first] = claim(db, worker_id=worker(db))
    settle(db, Moved(first, THERE, hops=1))
    [there] = claim(db, worker_id=worker(db, "w2"), host=CDN)
    return first.host_id, there
