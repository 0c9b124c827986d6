"""The import queue: a row is a job, fenced like an image."""

from datetime import timedelta

from made import DAY, NOW, organization, queued, read_listing, snapshot, worker
from sqlalchemy import Engine

from forecourt.db import hosts, import_queue, workers
from forecourt.db.engine import writing
from forecourt.db.import_queue import Enqueued, QueueClaim
from forecourt.db.tables import import_queue as table
from forecourt.schedule import Verdict

URLS = [f"https://dealer.example/cars/{number}" for number in range(3)]


def claim(db: Engine, worker_id: str = "w1", limit: int = 10) -> list[QueueClaim]:
    with writing(db) as connection:
        [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
        return import_queue.claim(connection, host_id, organization_ids=None, worker_id=worker_id, limit=limit)


def test_a_url_is_queued_once(db: Engine) -> None:
    dealer = organization(db)

    assert queued(db, organization_id=dealer, urls=URLS) == Enqueued(added=3, again=0, known=0)
    before = snapshot(db, table)
    assert queued(db, organization_id=dealer, urls=[*URLS, URLS[0] + "9"]) == Enqueued(added=1, again=0, known=3)

    assert snapshot(db, table)[:3] == before


def test_what_was_read_is_read_again_a_week_later(db: Engine) -> None:
    dealer = organization(db)
    queued(db, organization_id=dealer, urls=URLS[:1])
    worker(db)
    [claimed] = claim(db)
    vehicle_id = read_listing(db, organization_id=dealer).vehicle_id
    with writing(db) as connection:
        assert import_queue.complete(connection, claimed, vehicle_id=vehicle_id, duplicate=False, now=NOW)

    assert queued(db, organization_id=dealer, urls=URLS[:1], now=NOW + 6 * DAY).again == 0
    assert queued(db, organization_id=dealer, urls=URLS[:1], now=NOW + 7 * DAY).again == 1
    [row] = snapshot(db, table)
    assert (row["status"], row["vehicle_id"], row["attempts"]) == ("pending", vehicle_id, 1)


def test_a_late_worker_settles_nothing(db: Engine) -> None:
    queued(db, organization_id=organization(db), urls=URLS[:1])
    worker(db, "late")
    [late] = claim(db, "late")
    with writing(db) as connection:
        workers.bury(connection, {"late"}, now=NOW, interval_seconds=0)
    [heir] = claim(db, worker(db, "heir"))
    verdict = Verdict("rejected", 1, NOW, None)

    with writing(db) as connection:
        assert not import_queue.fail(connection, late, verdict, kind="timeout", detail="", now=NOW)
        assert import_queue.fail(connection, heir, verdict, kind="not_a_listing", detail="", now=NOW)

    assert snapshot(db, table)[0]["failure_kind"] == "not_a_listing"


def test_the_queue_has_its_own_words_for_an_images_ends(db: Engine) -> None:
    """Gone ends as failed; blocked waits as pending."""
    queued(db, organization_id=organization(db), urls=URLS[:2])
    worker(db)
    gone, blocked = claim(db)

    with writing(db) as connection:
        import_queue.fail(connection, gone, Verdict("gone", 2, NOW, None), kind="gone", detail="", now=NOW)
        later = Verdict("blocked", 1, NOW, NOW + timedelta(hours=6))
        import_queue.fail(connection, blocked, later, kind="blocked", detail="", now=NOW)

    assert [row["status"] for row in snapshot(db, table)] == ["failed", "pending"]
    assert claim(db) == []
    with writing(db) as connection:
        assert import_queue.wake(connection, now=NOW + timedelta(hours=5)) == 0
        assert import_queue.wake(connection, now=NOW + timedelta(hours=6)) == 1
    assert [each.queue_id for each in claim(db)] == [blocked.queue_id]


def test_what_is_handed_back_is_ready_and_its_attempts_stay(db: Engine) -> None:
    queued(db, organization_id=organization(db), urls=URLS[:1])
    worker(db)
    [claimed] = claim(db)

    with writing(db) as connection:
        import_queue.hand_back(connection, [claimed])

    assert [each.attempt for each in claim(db)] == [2]
