"""Where a worker is in the order of each host that it holds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from made import CAP, NOW, fetched, organization, photo, read_listing, settle, snapshot, worker
from many_images import Many, fill
from sqlalchemy import Connection, Engine, func, select
from statement_cost import cost_of

from forecourt.db import hosts
from forecourt.db.due_images import ReadyHost
from forecourt.db.engine import reading, writing
from forecourt.db.hosts import Room
from forecourt.db.image_claims import ImageClaim
from forecourt.db.tables import hosts as hosts_table
from forecourt.jobs.photo_claims import PhotoClaims
from forecourt.schedule import PRIMARY

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
_numbers = count(100)


def test_a_claim_goes_on_where_the_last_one_ended(db: Engine) -> None:
    """Nothing is left out where many stand at the same place."""
    _vehicles(db, [photo(number, expires_at=NOW + HOUR) for number in range(7)])
    mine = _mine(db)

    taken = [_claim(db, mine, most=2, now=NOW + number * SECOND) for number in range(4)]

    assert [len(each) for each in taken] == [2, 2, 2, 1]
    assert len({each.image_id for one in taken for each in one}) == 7


def test_what_is_more_urgent_is_seen_within_a_minute_and_at_once_on_a_new_lease(db: Engine) -> None:
    _vehicles(db, [photo(number) for number in range(6)])
    mine = _mine(db)
    _claim(db, mine, most=2, now=NOW)
    _vehicles(db, [photo(10, expires_at=NOW + HOUR)])

    assert [_name(each) for each in _claim(db, mine, most=1, now=NOW + 59 * SECOND)] == ["2"]
    assert [_name(each) for each in _claim(db, mine, most=1, now=NOW + 60 * SECOND)] == ["10"]

    _vehicles(db, [photo(11, expires_at=NOW + HOUR)])
    assert [_name(each) for each in _claim(db, mine, most=1, now=NOW + 61 * SECOND, is_new=True)] == ["11"]


def test_a_host_that_had_no_more_is_looked_at_again(db: Engine) -> None:
    _vehicles(db, [photo(0)])
    mine = _mine(db)
    assert len(_claim(db, mine, most=4, now=NOW)) == 1
    _vehicles(db, [photo(1)])

    assert _claim(db, mine, most=4, now=NOW + SECOND) == []
    assert len(_claim(db, mine, most=4, now=NOW + 60 * SECOND)) == 1


def test_those_that_have_died_come_along_and_take_no_room(db: Engine) -> None:
    photos = [photo(0), photo(1, expires_at=NOW + HOUR), photo(2, expires_at=NOW + 3 * HOUR), photo(3)]
    _vehicles(db, photos)

    taken = _claim(db, _mine(db), most=1, now=NOW + 2 * HOUR)

    assert sorted(map(_name, taken)) == ["1", "2"]


def test_only_expiring_ones_are_claimed_before_a_hosts_listings(db: Engine) -> None:
    _vehicles(db, [photo(0), photo(1, expires_at=NOW + HOUR)])
    mine = _mine(db)

    assert [_name(each) for each in _claim(db, mine, most=4, now=NOW, only_expiring=True)] == ["1"]
    assert _claim(db, mine, most=4, now=NOW + SECOND, only_expiring=True) == []
    assert [_name(each) for each in _claim(db, mine, most=4, now=NOW + SECOND)] == ["0"]


def test_photos_of_an_auction_that_has_ended_fall_back(db: Engine) -> None:
    """They are noticed when they would be first, and are not first then."""
    _vehicles(db, [photo(0), photo(1)])
    auction = {"sale_status": "auction", "auction_ends_at": NOW + HOUR}
    _vehicles(db, [photo(2), photo(3)], **auction)
    _vehicles(db, [photo(4), photo(5)], **(auction | {"auction_ends_at": NOW + 3 * HOUR}))
    before = [row["attempts"] for row in snapshot(db)]

    taken = _claim(db, _mine(db), most=3, now=NOW + 2 * HOUR)

    assert before == [0] * 6
    assert [_name(each) for each in taken] == ["4", "5", "0"]
    assert [row["priority"] for row in snapshot(db)][2] == PRIMARY
    assert sum(row["lease_owner"] is not None for row in snapshot(db)) == 3


def test_a_look_for_hosts_does_not_read_again_what_was_claimed_beside_an_old_snapshot(db: Engine) -> None:
    """Two thousand of one host are done, and none of their dead row versions may go; the host is free again."""
    fill(db, Many(4_000, hosts=1, organizations=1), now=NOW)
    mine = _mine(db)
    with db.connect().execution_options(isolation_level="SERIALIZABLE") as old:
        old.execute(select(func.count()).select_from(hosts_table))
        before = cost_of(db, lambda connection: _look(connection, mine, now=NOW))
        done = _claim(db, mine, most=2_000, now=NOW, host="img1.example")
        settle(db, *map(fetched, done))
        after = cost_of(db, lambda connection: _look(connection, mine, now=NOW + SECOND))
        found = _looked(db, mine, now=NOW + SECOND)

    assert (len(done), [each.priority for each in found]) == (2_000, [done[-1].place[0]])
    assert after.blocks <= before.blocks + 20
    assert after.steps <= before.steps + 200


def test_a_host_that_gave_many_photos_and_has_no_more_is_seen_again_within_a_minute(db: Engine) -> None:
    """Its first new photo is more urgent than any that it had."""
    fill(db, Many(2_000, hosts=1), now=NOW)
    mine = _mine(db)
    settle(db, *map(fetched, _claim(db, mine, most=3_000, now=NOW, host="img1.example")))
    assert _looked(db, mine, now=NOW + SECOND) == []
    _vehicles(db, [photo(0, host="img1.example")])

    assert _looked(db, mine, now=NOW + 59 * SECOND) == []
    assert [each.priority for each in _looked(db, mine, now=NOW + 60 * SECOND)] == [PRIMARY]
    assert [each.priority for each in _looked(db, mine, now=NOW + 61 * SECOND)] == [PRIMARY]


def _look(connection: Connection, mine: PhotoClaims, *, now: datetime) -> list[ReadyHost]:
    return mine.hosts_with_ready(connection, random=Random(1), now=now)


def _looked(db: Engine, mine: PhotoClaims, *, now: datetime) -> list[ReadyHost]:
    with reading(db) as connection:
        return _look(connection, mine, now=now)


def _vehicles(db: Engine, photos: Sequence[object], **fields: object) -> None:
    url = f"https://dealer.example/{next(_numbers)}"
    read_listing(db, organization_id=organization(db), url=url, photos=photos, **fields)  # type: ignore[arg-type]


def _mine(db: Engine) -> PhotoClaims:
    worker(db)
    return PhotoClaims(CAP)


def _claim(
    db: Engine,
    mine: PhotoClaims,
    *,
    most: int,
    now: datetime,
    is_new: bool = False,
    only_expiring: bool = False,
    host: str = "photos.example",
) -> list[ImageClaim]:
    with writing(db) as connection:
        [host_id] = hosts.ids_of(connection, [host]).values()
        rooms = [Room(host_id, most, is_new)]
        return mine.claim(connection, rooms, worker_id="w1", now=now, only_expiring=only_expiring)


def _name(claimed: ImageClaim) -> str:
    return claimed.source_url.removeprefix("https://photos.example/").removesuffix(".jpg")
