"""Damaged bytes that can be shown: the row remembers them while it waits for better ones, and ends with them (P1)."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from made import CAP, DAY, NOW, claim, organization, photo, read_listing, snapshot, vehicle, worker
from sqlalchemy import Engine

from forecourt import backfill, settling
from forecourt.backfill import Damaged, Failed, Settlement, Stored
from forecourt.db import due_images
from forecourt.db.engine import writing
from forecourt.db.image_claims import ImageClaim
from forecourt.errors import Blocked, Gone, HostTrouble, PermanentError, TransientError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.photo.verify import VerifiedPhoto

HOUR = timedelta(hours=1)
SMALL, LARGE = 1000, 2000


def bytes_of(name: str, size: int = SMALL, *, is_damaged: bool = True) -> VerifiedPhoto:
    digest = sha256(name.encode()).hexdigest()
    return VerifiedPhoto(digest, size, "image/png", "png", 640, 480, "AAAA", "0123456789abcdef", is_damaged=is_damaged)


def came(claimed: ImageClaim, photo: VerifiedPhoto) -> Settlement:
    """What the flow makes of damaged bytes that are safe."""
    return backfill.weighed(Damaged(claimed, photo, "Premature end of file"))


def settle(db: Engine, *settlements: Settlement, now: Any = NOW) -> list[Settlement]:
    with writing(db) as connection:
        return settling.settle(
            connection, settlements, shown_at=lambda number, _: f"/i/{number}", cap=CAP, now=now, random=Random(1)
        )


def again(db: Engine, *, now: Any) -> ImageClaim:
    with writing(db) as connection:
        assert due_images.wake(connection, now=now) == 1
    [claimed] = claim(db, worker_id="w1")
    return claimed


@pytest.fixture
def first(db: Engine) -> ImageClaim:
    """A vehicle's only photo, claimed for the first time."""
    vehicle(db, photos=1)
    [claimed] = claim(db, worker_id=worker(db))
    return claimed


def test_damaged_bytes_are_remembered_and_nothing_visible_changes(db: Engine, first: ImageClaim) -> None:
    [before] = snapshot(db)
    settle(db, came(first, bytes_of("a", LARGE)))

    [row] = snapshot(db)
    assert (row["status"], row["is_external"], row["failure_kind"], row["failures"]) == ("pending", True, "damaged", 1)
    assert (row["suspect_hash"], row["suspect_at"], row["suspect_count"]) == (bytes_of("a").sha256, NOW, 1)
    assert (row["file_hash"], row["storage_path"], row["is_damaged"]) == (None, None, False)
    assert (row["file_size"], row["mime_type"], row["width"], row["height"]) == (LARGE, "image/png", 640, 480)
    assert (row["thumbhash"], row["dhash"]) == ("AAAA", "0123456789abcdef")
    assert HOUR <= row["next_attempt_at"] - NOW <= 1.2 * HOUR
    assert all(row[name] == before[name] for name in ("image_url", "source_url", "changed_at", "position"))
    assert row["lease_owner"] is None


def test_the_same_bytes_an_hour_later_are_the_photo(db: Engine, first: ImageClaim) -> None:
    settle(db, came(first, bytes_of("a")))
    [ended] = settle(db, came(again(db, now=NOW + 2 * HOUR), bytes_of("a")), now=NOW + 2 * HOUR)

    [row] = snapshot(db)
    assert isinstance(ended, Stored)
    assert (row["status"], row["is_external"], row["is_damaged"]) == ("stored", False, True)
    assert (row["storage_path"], row["file_hash"]) == (bytes_of("a").storage_path, bytes_of("a").sha256)
    assert (row["file_size"], row["width"], row["image_url"]) == (SMALL, 640, f"/i/{row['id']}")
    assert (row["stored_at"], row["changed_at"]) == (NOW + 2 * HOUR, NOW + 2 * HOUR)
    assert (row["suspect_hash"], row["suspect_at"], row["suspect_count"]) == (None, None, 0)
    assert (row["failure_kind"], row["failures"], row["next_attempt_at"]) == (None, 0, None)


@pytest.mark.parametrize("largest", [0, 1, 2])
def test_a_third_different_damage_ends_the_wait_with_the_largest(db: Engine, first: ImageClaim, largest: int) -> None:
    """However they follow each other."""
    photos = [bytes_of(str(number), LARGE if number == largest else SMALL) for number in range(3)]
    settle(db, came(first, photos[0]))
    settle(db, came(again(db, now=NOW + 2 * HOUR), photos[1]), now=NOW + 2 * HOUR)
    [row] = snapshot(db)
    assert (row["status"], row["suspect_count"]) == ("pending", 2)
    assert row["suspect_hash"] == max(photos[:2], key=lambda each: each.size).sha256
    assert row["suspect_at"] == (NOW + 2 * HOUR if largest == 1 else NOW)

    settle(db, came(again(db, now=NOW + 4 * HOUR), photos[2]), now=NOW + 4 * HOUR)

    [row] = snapshot(db)
    assert (row["status"], row["is_damaged"], row["file_hash"]) == ("stored", True, photos[largest].sha256)
    assert row["file_size"] == LARGE


def test_better_bytes_replace_damaged_ones(db: Engine, first: ImageClaim) -> None:
    settle(db, came(first, bytes_of("a", LARGE)))
    whole = bytes_of("whole", is_damaged=False)
    settle(db, Stored(again(db, now=NOW + 2 * HOUR), whole), now=NOW + 2 * HOUR)

    [row] = snapshot(db)
    assert (row["status"], row["is_damaged"], row["file_hash"]) == ("stored", False, whole.sha256)
    assert (row["file_size"], row["suspect_hash"], row["suspect_at"]) == (SMALL, None, None)


@pytest.mark.parametrize(
    ("error", "since"),
    [
        pytest.param(PermanentError(FailureKind.TOO_LARGE), NOW, id="rejected"),
        pytest.param(Blocked(FailureKind.BLOCKED), NOW - 8 * DAY, id="failed, blocked for a week"),
        pytest.param(TransientError(FailureKind.TIMEOUT), NOW - 8 * DAY, id="failed, eight times in a week"),
        pytest.param(Gone("HTTP 404"), NOW - 2 * DAY, id="gone, a second time"),
    ],
)
def test_a_source_that_ends_leaves_the_damaged_photo(db: Engine, first: ImageClaim, error: Trouble, since: Any) -> None:
    settle(db, came(first, bytes_of("a")))
    claimed = again(db, now=NOW + 2 * HOUR)
    record = replace(claimed.record, failures=7, failing_since=since, failure_kind=error.kind)
    [ended] = settle(db, Failed(replace(claimed, record=record), error), now=NOW + 2 * HOUR)

    [row] = snapshot(db)
    assert isinstance(ended, Stored)
    assert (row["status"], row["is_damaged"], row["file_hash"]) == ("stored", True, bytes_of("a").sha256)


@pytest.mark.parametrize(
    "error", [TransientError(FailureKind.TIMEOUT), HostTrouble(FailureKind.DNS), Gone("HTTP 404")], ids=str
)
def test_trouble_that_passes_forgets_nothing(db: Engine, first: ImageClaim, error: Trouble) -> None:
    settle(db, came(first, bytes_of("a")))
    settle(db, Failed(again(db, now=NOW + 2 * HOUR), error), now=NOW + 2 * HOUR)

    [row] = snapshot(db)
    assert (row["status"], row["suspect_hash"], row["suspect_at"]) == ("pending", bytes_of("a").sha256, NOW)
    assert row["next_attempt_at"] > NOW + 2 * HOUR


def test_another_url_for_the_photo_is_asked_at_once_and_forgets_nothing(db: Engine) -> None:
    """It is the same photo: were the new source worse, the damaged bytes are still ours to show."""
    dealer = organization(db)
    read_listing(db, organization_id=dealer, photos=[photo(1, query="?signed=1")])
    [claimed] = claim(db, worker_id=worker(db))
    settle(db, came(claimed, bytes_of("a")))
    read_listing(db, organization_id=dealer, photos=[photo(1, query="?signed=2")])
    [anew] = claim(db, worker_id="w1")
    settle(db, Failed(anew, PermanentError(FailureKind.UNSUPPORTED_TYPE, "HEIC")))

    [row] = snapshot(db)
    assert anew.source_url.endswith("?signed=2")
    assert (row["status"], row["is_damaged"], row["file_hash"]) == ("stored", True, bytes_of("a").sha256)


def test_a_late_damage_changes_nothing(db: Engine, first: ImageClaim) -> None:
    """Its row has been claimed by another worker since."""
    late = replace(first, attempt=first.attempt - 1)
    [before] = snapshot(db)

    assert settle(db, came(late, bytes_of("a"))) == []
    assert snapshot(db) == [before]
