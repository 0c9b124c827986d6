"""What an operator lists and retries: exactly the rows that were named, each with a clean record, and no other."""

from datetime import timedelta

import pytest
from made import DAY, NOW, claim, organization, photo, queued, read_listing, snapshot, stored, worker
from sqlalchemy import Engine, insert, update

from forecourt.db import hosts, import_queue, vehicle_images
from forecourt.db.engine import reading, writing
from forecourt.db.tables import hosts as hosts_table
from forecourt.db.tables import vehicle_images as images_table
from forecourt.db.troubled_rows import Wanted
from forecourt.errors import WrongUse
from forecourt.jobs import troubled_list
from forecourt.jobs.troubled_list import IMAGES, QUEUE
from forecourt.schedule import BEYOND_CAP, PRIMARY, REST, Verdict

URLS = ["https://dealer.example/cars/1", "https://dealer.example/cars/2", "https://dealer.example/cars/3"]
CLEAN = {"status": "pending", "failures": 0, "failing_since": None, "next_attempt_at": None, "deaths": 0}


def retried(db: Engine, wanted: Wanted, *, dry_run: bool = False) -> object:
    return troubled_list.retry(db, IMAGES, wanted, cap=2, dry_run=dry_run).answer["retried"]


def fails(db: Engine, statuses: dict[int, tuple[str, str]]) -> None:
    """Claimed once, then each as told: by its number, the status and the kind."""
    worker(db)
    claims = claim(db, worker_id="w1") + claim(db, worker_id="w1", host="other.example")
    with writing(db) as connection:
        failed = [
            vehicle_images.FailedImage(each, statuses[each.image_id][1], "", _verdict(statuses[each.image_id][0]))
            for each in claims
            if each.image_id in statuses
        ]
        vehicle_images.postpone(connection, failed)
        vehicle_images.end(connection, failed, now=NOW)
        vehicle_images.hand_back(connection, [each for each in claims if each.image_id not in statuses])


def _verdict(status: str) -> Verdict:
    later = NOW + DAY if status in ("pending", "blocked") else None
    return Verdict(status, 3, NOW - DAY, later)


@pytest.fixture
def troubled(db: Engine) -> Engine:
    """Two vehicles of two dealers, seven photos in trouble of all sorts: ids 1 to 4 and 5 to 7; 7 lies elsewhere."""
    first, second = organization(db), organization(db, "https://other.example")
    read_listing(db, organization_id=first, photos=[photo(number) for number in range(4)])
    others = [photo(4), photo(5), photo(6, host="other.example")]
    read_listing(db, organization_id=second, url="https://other.example/1", photos=others)
    fails(
        db,
        {
            1: ("failed", "timeout"),
            2: ("pending", "host_busy"),
            3: ("blocked", "blocked"),
            4: ("gone", "gone"),
            5: ("rejected", "too_large"),
            6: ("failed", "timeout"),
            7: ("rejected", "too_large"),
        },
    )
    return db


def test_everything_in_trouble_is_due_again_with_a_clean_record(troubled: Engine) -> None:
    """Attempts stay as they are; once more changes nothing."""
    before = snapshot(troubled)

    assert retried(troubled, Wanted(), dry_run=True) == 7
    assert snapshot(troubled) == before
    assert retried(troubled, Wanted()) == 7
    after = snapshot(troubled)
    assert [{name: row[name] for name in CLEAN} for row in after] == [CLEAN] * 7
    assert [row["attempts"] for row in after] == [row["attempts"] for row in before]
    assert retried(troubled, Wanted()) == 0
    assert snapshot(troubled) == after


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(failure_kind="timeout"), {1, 6}),
        (Wanted(status="rejected"), {5, 7}),
        (Wanted(status="pending"), {2}),
        (Wanted(host="other.example"), {7}),
        (Wanted(organization_id=2), {5, 6, 7}),
        (Wanted(vehicle_id=1), {1, 2, 3, 4}),
        (Wanted(failure_kind="too_large", host="photos.example"), {5}),
        (Wanted(status="gone", vehicle_id=2), set()),
    ],
    ids=str,
)
def test_exactly_what_was_named_is_listed_and_retried(troubled: Engine, wanted: Wanted, ids: set[int]) -> None:
    listed = troubled_list.entries(troubled, IMAGES, wanted, limit=50).answer["items"]
    before = {row["id"]: row for row in snapshot(troubled)}

    assert retried(troubled, wanted) == len(ids)

    changed = {row["id"] for row in snapshot(troubled) if row["failures"] != before[row["id"]]["failures"]}
    assert isinstance(listed, list)
    assert {row["id"] for row in listed} == ids == changed


def test_hosts_that_were_joined_are_one(troubled: Engine) -> None:
    with writing(troubled) as connection:
        ids = hosts.ids_of(connection, ["photos.example", "other.example"])
        joined = update(hosts_table).where(hosts_table.c.host == "other.example")
        connection.execute(joined.values(joined_to=ids["photos.example"]))

    assert retried(troubled, Wanted(failure_kind="too_large", host="other.example")) == 2


def test_what_is_ours_taken_down_or_held_is_left_alone(db: Engine) -> None:
    """Also where its last trouble is still written down."""
    read_listing(db, organization_id=organization(db), photos=[photo(number) for number in range(3)])
    worker(db)
    ours, removed, _held = claim(db, worker_id="w1")
    with writing(db) as connection:
        vehicle_images.store(connection, [stored(ours)], now=NOW)
        away = {"status": "removed", "is_external": False, "lease_owner": None}
        connection.execute(update(images_table).where(images_table.c.id == removed.image_id).values(**away))
        connection.execute(update(images_table).values(failure_kind="timeout", failures=2))
    before = snapshot(db)

    assert retried(db, Wanted()) == 0
    assert snapshot(db) == before
    assert before[2]["lease_owner"] == "w1"


def test_who_lives_again_takes_its_place_among_the_first_back(troubled: Engine) -> None:
    """The cap is 2: while the first and the fourth were lost, others had their places."""
    retried(troubled, Wanted(vehicle_id=1, failure_kind="blocked"))
    lost = [row["priority"] for row in snapshot(troubled)][:4]
    retried(troubled, Wanted(vehicle_id=1))

    assert lost[1:3] == [REST, REST]
    assert [row["priority"] for row in snapshot(troubled)][:4] == [PRIMARY, REST, BEYOND_CAP, BEYOND_CAP]


def test_a_large_table_is_retried_in_batches(db: Engine) -> None:
    """Each row once, though a batch holds a thousand."""
    read_listing(db, organization_id=organization(db), photos=[photo(0)])
    [first] = snapshot(db)
    alike = first | {"status": "failed", "failure_kind": "timeout", "failures": 9, "is_primary": False}
    del alike["id"]
    with writing(db) as connection:
        many = [alike | {"position": number, "source_key": str(number)} for number in range(1, 2502)]
        connection.execute(insert(images_table), many)

    assert retried(db, Wanted(), dry_run=True) == 2501
    assert retried(db, Wanted()) == 2501
    assert {row["status"] for row in snapshot(db)} == {"pending"}


def test_listings_are_retried_in_the_same_way(db: Engine) -> None:
    queued(db, organization_id=organization(db), urls=URLS)
    worker(db)
    with writing(db) as connection:
        [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
        claims = import_queue.claim(connection, host_id, organization_ids=None, worker_id="w1", limit=3)
        for each, kind in zip(claims, ("timeout", "blocked", "timeout"), strict=True):
            import_queue.fail(connection, each, Verdict("failed", 9, NOW, None), kind=kind, detail="", now=NOW)

    done = troubled_list.retry(db, QUEUE, Wanted(failure_kind="timeout", host="dealer.example"), cap=2, dry_run=False)
    listed = troubled_list.entries(db, QUEUE, Wanted(status="pending"), limit=10)

    assert done.answer["retried"] == 2
    assert [line.split("  ")[1:] for line in listed.lines[:2]] == [
        ["pending", "timeout", URLS[2]],
        ["pending", "timeout", URLS[0]],
    ]
    assert any(line.startswith("timeout: ") for line in listed.lines), "what can be done is told"


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(status="stored"), "pending, blocked, gone, failed, rejected"),
        (Wanted(failure_kind="tired"), "timeout, too_slow"),
        (Wanted(host="photo.example"), "photos.example"),
        (Wanted(host="x"), "other.example, photos.example"),
        (Wanted(organization_id=99), "organizations list"),
        (Wanted(vehicle_id=99), "no vehicle 99"),
    ],
    ids=str,
)
def test_a_word_that_no_row_has_is_refused_with_those_that_there_are(
    troubled: Engine, wanted: Wanted, names: str
) -> None:
    before = snapshot(troubled)

    with pytest.raises(WrongUse, match=names):
        retried(troubled, wanted)

    assert snapshot(troubled) == before


def test_a_host_that_asked_for_patience_is_still_left_alone(troubled: Engine) -> None:
    """The photo is due; when its host may be asked is another matter."""
    with writing(troubled) as connection:
        until = NOW + timedelta(hours=3)
        connection.execute(
            update(hosts_table).where(hosts_table.c.host == "photos.example").values(next_allowed_at=until)
        )

    retried(troubled, Wanted(failure_kind="host_busy"))

    with reading(troubled) as connection:
        [host_id] = hosts.ids_of(connection, ["photos.example"]).values()
        assert hosts.standings(connection, [host_id], now=NOW)[host_id].waits_until == until
