"""Two workers that settle photos of the same vehicle at the same moment."""

from random import Random

from made import NOW, claim, photo, snapshot, vehicle, worker
from overlapping import overlapping
from sqlalchemy import Connection, Engine

from forecourt import settling
from forecourt.backfill import Failed
from forecourt.db import vehicles
from forecourt.db.image_claims import ImageClaim
from forecourt.errors import PermanentError
from forecourt.failure_kinds import FailureKind
from forecourt.schedule import BEYOND_CAP, REST


def test_two_photos_that_end_at_once_leave_two_places(db: Engine) -> None:
    """Neither worker sees the other's end before it is committed, and each has a place to give away."""
    vehicle(db, photos=5, cap=2)
    [one], [other] = (claim(db, worker_id=worker(db, name), limit=1) for name in ("w1", "w2"))

    overlapping(db, lambda connection: _end(connection, one), lambda connection: _end(connection, other))

    assert [row["priority"] for row in snapshot(db)][2:] == [REST, REST, BEYOND_CAP]


def test_a_photo_that_is_added_while_another_ends_has_the_place_that_is_left(db: Engine) -> None:
    vehicle_id = vehicle(db, photos=2, cap=2)
    worker(db)
    [one] = claim(db, worker_id="w1", limit=1)

    def add(connection: Connection) -> None:
        vehicles.add_photos(connection, vehicle_id, [photo(2)], cap=2, now=NOW)

    overlapping(db, add, lambda connection: _end(connection, one))

    assert [row["priority"] for row in snapshot(db)][1:] == [REST, REST]


def _end(connection: Connection, *claims: ImageClaim) -> None:
    refused = [Failed(each, PermanentError(FailureKind.NOT_A_PHOTO)) for each in claims]
    settling.settle(connection, refused, shown_at=lambda number, _: f"/i/{number}", cap=2, now=NOW, random=Random(1))
