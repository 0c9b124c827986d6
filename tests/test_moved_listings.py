"""A listing's redirect leads to a host that is not free: its row goes there, and comes home however that ends."""

from datetime import timedelta
from random import Random

from made import NOW, organization, queued, snapshot, worker
from sqlalchemy import Engine

from forecourt.db import hosts, import_queue, tables
from forecourt.db.engine import writing
from forecourt.db.import_queue import QueueClaim
from forecourt.errors import HostTrouble
from forecourt.failure_kinds import FailureKind
from forecourt.importer import Moved, NotImported, settle_failure, settle_moved

CAR = "https://dealer.example/cars/1"
THERE = "https://moved.example/cars/1"


def test_a_moved_listing_is_ready_at_once_for_whoever_holds_the_other_host(db: Engine) -> None:
    """Not a failure, and it stays the listing that it was."""
    _, there = moved_listing(db)

    assert (there.fetch_url, there.listing_url, there.attempt, there.record.failures) == (THERE, CAR, 2, 0)


def test_any_trouble_at_the_other_host_counts_on_the_listing_and_brings_it_home(db: Engine) -> None:
    """Also one that is that host's: its own has not been in trouble, and may lead elsewhere next time."""
    home, there = moved_listing(db)
    with writing(db) as connection:
        hosts.in_trouble(connection, there.host_id, asked_for=3600, now=NOW, random=Random(1))

        busy = NotImported(there, HostTrouble(FailureKind.HOST_BUSY, wait_seconds=3600))
        assert settle_failure(connection, busy, cap=20, now=NOW, random=Random(1))

    [row] = snapshot(db, tables.import_queue)
    assert (row["status"], row["failure_kind"], row["failures"]) == ("pending", "host_busy", 1)
    assert row["next_attempt_at"] - NOW < timedelta(minutes=2)
    assert (row["fetch_url"], row["host_id"], row["lease_owner"]) == (None, home, None)


def test_a_moved_listing_that_its_inventory_misses_is_asked_at_home(db: Engine) -> None:
    """Where it was led to may be paused for good."""
    home, there = moved_listing(db)
    with writing(db) as connection:
        import_queue.hand_back(connection, [there])
        import_queue.ask_first(connection, there.organization_id, [(CAR, home)], now=NOW)

    [again] = claimed(db, host="dealer.example")
    assert again.fetch_url is None


def test_a_late_worker_moves_nothing_and_brings_nothing_home(db: Engine) -> None:
    _, there = moved_listing(db)
    with writing(db) as connection:
        import_queue.hand_back(connection, [there])
    [heir] = claimed(db, host="moved.example")
    before = snapshot(db, tables.import_queue)

    with writing(db) as connection:
        trouble = NotImported(there, HostTrouble(FailureKind.DNS))
        assert not settle_moved(connection, Moved(there, "https://elsewhere.example/"))
        assert not settle_failure(connection, trouble, cap=20, now=NOW, random=Random(1))

    assert snapshot(db, tables.import_queue) == before
    assert heir.attempt == 3


def moved_listing(db: Engine) -> tuple[int, QueueClaim]:
    """Its first host, and its claim at the other."""
    queued(db, organization_id=organization(db), urls=[CAR])
    worker(db)
    [first] = claimed(db, host="dealer.example")
    assert first.fetch_url is None
    with writing(db) as connection:
        assert settle_moved(connection, Moved(first, THERE))
    assert claimed(db, host="dealer.example") == []
    [there] = claimed(db, host="moved.example")
    return first.host_id, there


def claimed(db: Engine, *, host: str) -> list[QueueClaim]:
    with writing(db) as connection:
        [host_id] = hosts.ids_of(connection, [host]).values()
        return import_queue.claim(connection, host_id, organization_ids=None, worker_id="w1", limit=10)
