"""How a batch of photos ends in the rows."""

from datetime import timedelta
from random import Random

from made import NOW, claim, fetched, settle, snapshot, vehicle, worker
from sqlalchemy import Engine

from forecourt.backfill import Failed
from forecourt.db import hosts
from forecourt.db.engine import writing
from forecourt.db.tables import hosts as hosts_table
from forecourt.errors import Gone, HostTrouble, PermanentError, TransientError
from forecourt.failure_kinds import FailureKind
from forecourt.schedule import BEYOND_CAP, REST


def test_a_batch_ends_each_in_its_own_way(db: Engine) -> None:
    vehicle(db, photos=4)
    good, late, bad, away = claim(db, worker_id=worker(db))

    settle(
        db,
        fetched(good),
        Failed(late, TransientError(FailureKind.TIMEOUT, "no answer within 120 s")),
        Failed(bad, PermanentError(FailureKind.UNSUPPORTED_TYPE, "SVG")),
        Failed(away, Gone("HTTP 404")),
    )

    rows = snapshot(db)
    assert [(row["status"], row["failure_kind"], row["failures"]) for row in rows] == [
        ("stored", None, 0),
        ("pending", "timeout", 1),
        ("rejected", "unsupported_type", 1),
        ("pending", "gone", 1),
    ]
    assert [row["next_attempt_at"] is not None for row in rows] == [False, True, False, True]
    assert all(row["lease_owner"] is None for row in rows)
    assert rows[0]["storage_path"] == f"ab/ab/{'ab' * 32}.jpg"
    assert rows[0]["image_url"] == f"/i/{rows[0]['id']}"
    assert rows[1]["last_error"] == "no answer within 120 s"


def test_the_next_photo_gets_the_place_of_one_that_ended(db: Engine) -> None:
    """In the same transaction: the 21st is due at once."""
    vehicle(db, photos=22)
    claims = claim(db, worker_id=worker(db))

    settle(db, Failed(claims[3], PermanentError(FailureKind.NOT_A_PHOTO)))

    assert [row["priority"] for row in snapshot(db)][19:] == [REST, REST, BEYOND_CAP]
    assert [each.source_url for each in claim(db, worker_id="w1")] == ["https://photos.example/20.jpg"]


def test_a_photo_waits_with_its_host_and_nothing_is_counted_on_it(db: Engine) -> None:
    vehicle(db, photos=1)
    [claimed] = claim(db, worker_id=worker(db))
    with writing(db) as connection:
        until = hosts.in_trouble(connection, claimed.host_id, asked_for=3600, now=NOW, random=Random(1))

    settle(db, Failed(claimed, HostTrouble(FailureKind.HOST_BUSY, wait_seconds=3600)))

    [row] = snapshot(db)
    assert (row["status"], row["failures"], row["failure_kind"]) == ("pending", 0, "host_busy")
    assert row["next_attempt_at"] == until == NOW + timedelta(hours=1)


def test_where_the_host_answers_others_it_is_about_the_photo(db: Engine) -> None:
    vehicle(db, photos=1)
    [claimed] = claim(db, worker_id=worker(db))
    with writing(db) as connection:
        hosts.answered(connection, [claimed.host_id], now=NOW - timedelta(minutes=4))
        hosts.in_trouble(connection, claimed.host_id, asked_for=30, now=NOW, random=Random(1))

    settle(db, Failed(claimed, HostTrouble(FailureKind.HOST_BUSY, wait_seconds=30)))

    assert snapshot(db)[0]["failures"] == 1


def test_the_trouble_of_a_host_that_a_redirect_led_to_is_the_photos(db: Engine) -> None:
    """Its own host is well, and is not left alone."""
    vehicle(db, photos=1)
    [claimed] = claim(db, worker_id=worker(db))

    settle(db, Failed(claimed, HostTrouble(FailureKind.TLS)))

    assert snapshot(db)[0]["failures"] == 1
    assert snapshot(db, hosts_table)[0]["next_allowed_at"] is None
