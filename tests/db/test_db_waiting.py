"""What still waits when a run ends."""

from datetime import datetime, timedelta

from made import NOW, worker
from many_images import Many, fill
from sqlalchemy import ColumnElement, Connection, Engine, update

from forecourt.db import chosen
from forecourt.db.engine import reading, writing
from forecourt.db.tables import hosts, vehicle_images
from forecourt.failure_kinds import FailureKind
from forecourt.schedule import BEYOND_CAP

HOUR = timedelta(hours=1)
_images = vehicle_images.c


def test_photos_wait_for_their_host_or_after_its_trouble_and_the_first_of_them_says_until_when(db: Engine) -> None:
    """Two of a host in trouble, of which one is held; one that met its host's trouble. A failure of its own does not
    count, nor does what lies beyond the cap, nor the usual pause of a host."""
    worker(db)
    fill(db, Many(40, hosts=2), now=NOW)
    with writing(db) as connection:
        _change(connection, _images.id > 10, priority=BEYOND_CAP)
        _change(connection, _images.id.in_([1, 2, 3, 11]), host_id=2)
        _change(connection, ~_images.id.in_([1, 2, 3, 11]), host_id=1)
        _change(connection, _images.id == 2, lease_owner="w1")
        connection.execute(
            update(hosts).where(hosts.c.id == 2).values(next_allowed_at=NOW + 3 * HOUR, consecutive_failures=5)
        )
        connection.execute(update(hosts).where(hosts.c.id == 1).values(next_allowed_at=NOW + HOUR))
        _change(connection, _images.id == 3, next_attempt_at=NOW + HOUR, failure_kind=FailureKind.TIMEOUT)
        _change(connection, _images.id == 4, next_attempt_at=NOW + 2 * HOUR, failure_kind=FailureKind.DNS)

    assert _waiting(db) == (3, NOW + 2 * HOUR)


def _waiting(db: Engine) -> tuple[int, datetime | None]:
    with reading(db) as connection:
        found = chosen.waiting_for_hosts(connection, organization_id=None, now=NOW)
    return found.photos, found.until


def _change(connection: Connection, which: ColumnElement[bool], **values: object) -> None:
    connection.execute(update(vehicle_images).where(which).values(values))
