"""P6: one host sees one crawler; what is learned of it outlives whoever learned it."""

from datetime import datetime, timedelta
from random import Random

from made import DAY, NOW, snapshot, worker
from sqlalchemy import Engine, update

from forecourt.db import host_robots, hosts, workers
from forecourt.db.engine import writing
from forecourt.db.hosts import HostLease, Manners
from forecourt.db.tables import hosts as table

MANNERS = Manners(0.5, 2)


def host(db: Engine) -> int:
    with writing(db) as connection:
        [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
        assert list(hosts.ids_of(connection, ["dealer.example"]).values()) == [host_id]
    return host_id


def lease(db: Engine, host_id: int, worker_id: str, *, now: datetime = NOW) -> list[HostLease]:
    with writing(db) as connection:
        return hosts.lease(connection, [host_id], worker_id=worker_id, manners=MANNERS, limit=5, now=now)


def test_a_host_has_one_owner_and_the_other_is_noted_as_waiting(db: Engine) -> None:
    host_id = host(db)

    [mine] = lease(db, host_id, worker(db, "w1"))
    assert lease(db, host_id, worker(db, "w2")) == []

    assert (mine.interval_seconds, mine.max_concurrency, mine.on_probation) == (0.5, 2, False)
    with writing(db) as connection:
        [held] = hosts.held_by(connection, worker_id="w1", manners=MANNERS)
    assert (held.lease.host_id, held.is_wanted, held.is_open) == (host_id, True, True)


def test_the_heir_waits_one_interval(db: Engine) -> None:
    host_id = host(db)
    lease(db, host_id, worker(db, "w1"))
    with writing(db) as connection:
        hosts.release(connection, {host_id: NOW + timedelta(seconds=0.5)}, worker_id="w1")

    assert lease(db, host_id, worker(db, "w2")) == []
    assert len(lease(db, host_id, "w2", now=NOW + timedelta(seconds=0.5))) == 1


def test_the_heir_of_the_dead_waits_one_interval_too(db: Engine) -> None:
    host_id = host(db)
    lease(db, host_id, worker(db, "w1"))

    with writing(db) as connection:
        workers.bury(connection, {"w1"}, now=NOW, interval_seconds=2)

    assert lease(db, host_id, worker(db, "w2"), now=NOW + timedelta(seconds=1)) == []
    assert len(lease(db, host_id, "w2", now=NOW + timedelta(seconds=2))) == 1


def test_whoever_was_buried_lets_no_host_of_its_heir_go(db: Engine) -> None:
    host_id = host(db)
    lease(db, host_id, worker(db, "late"))
    with writing(db) as connection:
        workers.bury(connection, {"late"}, now=NOW, interval_seconds=0)
    assert len(lease(db, host_id, worker(db, "heir"))) == 1

    with writing(db) as connection:
        hosts.release(connection, {host_id: NOW}, worker_id="late")

    assert snapshot(db, table)[0]["lease_owner"] == "heir"


def test_retry_after_is_kept_whoever_comes_next(db: Engine) -> None:
    host_id = host(db)
    with writing(db) as connection:
        until = hosts.in_trouble(connection, host_id, asked_for=120, now=NOW, random=Random(1))

    assert until == NOW + timedelta(seconds=120)
    assert lease(db, host_id, worker(db, "w1"), now=NOW + timedelta(seconds=119)) == []
    assert len(lease(db, host_id, "w1", now=until)) == 1


def test_a_slowed_interval_doubles_and_recovers_slowly(db: Engine) -> None:
    host_id = host(db)
    slowed = []
    for _ in range(3):
        with writing(db) as connection:
            hosts.in_trouble(connection, host_id, asked_for=0, now=NOW, random=Random(1))
        slowed.append(snapshot(db, table)[0]["slowed_interval_seconds"])
    assert slowed == [1.0, 2.0, 4.0]

    for _ in range(20):
        with writing(db) as connection:
            hosts.answered(connection, [host_id], now=NOW)

    [row] = snapshot(db, table)
    assert (row["slowed_interval_seconds"], row["consecutive_failures"], row["last_answered_at"]) == (None, 0, NOW)


def test_the_fifth_trouble_in_a_row_leaves_one_probe(db: Engine) -> None:
    host_id = host(db)
    moment = NOW
    for _ in range(5):
        with writing(db) as connection:
            moment = hosts.in_trouble(connection, host_id, asked_for=None, now=moment, random=Random(1))

    [probing] = lease(db, host_id, worker(db, "w1", now=moment), now=moment)

    assert probing.on_probation


def test_a_host_that_is_asked_twice_in_14_days_and_is_silent_is_not_dead(db: Engine) -> None:
    """A trickle each month, and both times it was our own line that was down: that must not pause every host."""
    host_id = host(db)
    for moment in (NOW, NOW + 30 * DAY):
        with writing(db) as connection:
            until = hosts.in_trouble(connection, host_id, asked_for=None, now=moment, random=Random(1))

    assert snapshot(db, table)[0]["paused_reason"] is None
    assert len(lease(db, host_id, worker(db, "w1"), now=until)) == 1


def test_a_host_that_is_silent_for_14_days_is_paused(db: Engine) -> None:
    host_id = host(db)
    for moment in (*(NOW + number * DAY for number in range(4)), NOW + 14 * DAY):
        assert snapshot(db, table)[0]["paused_reason"] is None
        with writing(db) as connection:
            until = hosts.in_trouble(connection, host_id, asked_for=None, now=moment, random=Random(1))

    assert snapshot(db, table)[0]["paused_reason"] == "dead: no answer for 14 days"
    assert lease(db, host_id, worker(db, "w1"), now=until + DAY) == []


def test_a_clock_that_slipped_holds_up_no_host(db: Engine) -> None:
    """C10: no rule of ours waits for more than two days."""
    host_id = host(db)
    with writing(db) as connection:
        connection.execute(update(table).values(next_allowed_at=NOW + 400 * DAY))

    assert len(lease(db, host_id, worker(db, "w1"))) == 1


def test_crawl_delay_slows_the_whole_host(db: Engine) -> None:
    host_id = host(db)
    with writing(db) as connection:
        host_robots.keep(connection, "dealer.example", rules="Crawl-delay: 7", crawl_delay_seconds=7, now=NOW)

    [mine] = lease(db, host_id, worker(db, "w1"))

    assert mine.interval_seconds == 7


def test_a_heart_that_stopped_cannot_be_revived(db: Engine) -> None:
    worker(db, "w1")
    with writing(db) as connection:
        assert workers.heartbeat(connection, worker_id="w1", now=NOW + timedelta(seconds=29))
        assert not workers.heartbeat(connection, worker_id="w1", now=NOW + timedelta(seconds=60))
