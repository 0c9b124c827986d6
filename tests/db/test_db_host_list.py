"""Hosts as an operator steers them: paused, at a pace of their own, several as one."""

from datetime import datetime, timedelta
from random import Random

from made import DAY, NOW, claim, organization, photo, read_listing, snapshot, worker
from sqlalchemy import Engine, update

from forecourt.db import host_list, host_robots, hosts, joined_hosts
from forecourt.db.engine import reading, writing
from forecourt.db.host_list import ListedHost
from forecourt.db.hosts import HostLease, Manners
from forecourt.db.tables import hosts as table
from forecourt.db.tables import vehicle_images, workers

MANNERS = Manners(0.5, 2)
IMG = ["img1.example", "img2.example", "img3.example"]


def test_joined_hosts_have_one_lease_and_their_photos_follow(db: Engine) -> None:
    """Also photos that are read later, and what redirects lead to: a name is its leader's from then on."""
    dealer = organization(db)
    photos = [photo(number, host=name) for number, name in enumerate(IMG)]
    read_listing(db, organization_id=dealer, photos=photos)
    first, *others = ids(db, *IMG)
    store_one(db, image_id=3)

    joined(db, *IMG)
    read_listing(db, organization_id=dealer, url="https://dealer.example/2", photos=[photo(9, host=IMG[1])])

    assert set(ids(db, *IMG)) == {first}
    assert [len(lease(db, each)) for each in (*others, first)] == [0, 0, 1]
    assert [row["host_id"] for row in snapshot(db)] == [first, first, others[1], first]
    assert len(claim(db, worker_id="w1", host=IMG[2])) == 3


def test_those_that_were_joined_before_follow_their_leader(db: Engine) -> None:
    """Everything is one step from its leader."""
    last, first, second = ids(db, "a.example", *IMG[:2])
    joined(db, *IMG[:2])
    joined(db, "a.example", IMG[0])

    assert set(ids(db, *IMG[:2])) == {last}
    assert {row["id"]: row["joined_to"] for row in snapshot(db, table)} == {last: None, first: last, second: last}


def test_what_one_of_them_was_told_counts_for_all(db: Engine) -> None:
    _, second = ids(db, *IMG[:2])
    with writing(db) as connection:
        until = hosts.in_trouble(connection, second, asked_for=600, now=NOW, random=Random(1))

    joined(db, *IMG[:2])

    [first, _] = snapshot(db, table)
    assert (first["next_allowed_at"], first["slowed_interval_seconds"]) == (until, 1.0)


def test_each_joined_host_has_its_robots_and_the_slowest_delay_counts_for_all(db: Engine) -> None:
    first, _, _ = ids(db, *IMG)
    joined(db, *IMG)
    for name, delay in zip(IMG, (None, 7.0, 3.0), strict=True):
        with writing(db) as connection:
            host_robots.keep(connection, name, rules=f"# {name}", crawl_delay_seconds=delay, now=NOW)

    with reading(db) as connection:
        kept = [host_robots.kept(connection, name) for name in IMG]
    assert [rules and rules["text"] for rules in kept] == [f"# {name}" for name in IMG]
    assert [each.interval_seconds for each in lease(db, first)] == [7.0]


def test_rows_that_came_while_hosts_were_being_joined_are_gathered_at_the_next_start(db: Engine) -> None:
    read_listing(db, organization_id=organization(db), photos=[photo(0, host=IMG[1])])
    first, second = ids(db, *IMG[:2])
    joined(db, *IMG[:2])
    with writing(db) as connection:
        connection.execute(update(vehicle_images).values(host_id=second))

    joined_hosts.gather_late(db)

    assert snapshot(db)[0]["host_id"] == first


def test_a_paused_host_is_leased_by_nobody_until_it_is_resumed(db: Engine) -> None:
    [host_id] = ids(db, IMG[0])
    with writing(db) as connection:
        host_list.pause(connection, host_id, reason="moving")
    assert lease(db, host_id) == []

    with writing(db) as connection:
        assert host_list.resume(connection, host_id) == "moving"
        assert host_list.resume(connection, host_id) is None

    assert len(lease(db, host_id)) == 1


def test_one_that_was_thought_dead_is_asked_by_one_probe_at_once(db: Engine) -> None:
    """And a silence that goes on does not pause it again at the first."""
    [host_id] = ids(db, IMG[0])
    for moment in (NOW, NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY, NOW + 14 * DAY):
        with writing(db) as connection:
            hosts.in_trouble(connection, host_id, asked_for=None, now=moment, random=Random(1))
    with writing(db) as connection:
        host_list.resume(connection, host_id)

    [probing] = lease(db, host_id, now=NOW + 14 * DAY + timedelta(seconds=1))
    assert probing.on_probation
    with writing(db) as connection:
        hosts.in_trouble(connection, host_id, asked_for=None, now=NOW + 15 * DAY, random=Random(1))
        assert not hosts.is_dead(connection, host_id)


def test_a_pause_by_a_person_outlives_a_retry_after_and_does_not_end_one(db: Engine) -> None:
    [host_id] = ids(db, IMG[0])
    with writing(db) as connection:
        until = hosts.in_trouble(connection, host_id, asked_for=600, now=NOW, random=Random(1))
        host_list.pause(connection, host_id, reason="moving")
        host_list.resume(connection, host_id)

    assert lease(db, host_id, now=until - timedelta(seconds=1)) == []


def test_a_pace_is_set_and_taken_back(db: Engine) -> None:
    [host_id] = ids(db, IMG[0])

    paces = []
    for interval, concurrency, usual in ((0.0, None, False), (None, 5, False), (3.0, None, True), (None, None, True)):
        with writing(db) as connection:
            host_list.set_pace(connection, host_id, interval_seconds=interval, max_concurrency=concurrency, usual=usual)
        [each] = lease(db, host_id)
        paces.append((each.interval_seconds, each.max_concurrency))

    assert paces == [(0.0, 2), (0.0, 5), (3.0, 2), (0.5, 2)]


def test_the_list_tells_what_is_wrong_first(db: Engine) -> None:
    dealer = organization(db)
    read_listing(db, organization_id=dealer, photos=[photo(number, host=IMG[0]) for number in range(5)], cap=3)
    quiet, busy, held, paused = ids(db, IMG[0], "busy.example", "held.example", "paused.example")
    joined(db, IMG[0], IMG[1])
    lease(db, held)
    with writing(db) as connection:
        until = hosts.in_trouble(connection, busy, asked_for=600, now=NOW, random=Random(1))
        host_list.pause(connection, paused, reason="moving")

    assert listed(db) == [
        ListedHost("paused.example", [], None, 0.5, 2, None, 0, "moving", 0),
        ListedHost("busy.example", [], None, 1.0, 2, until, 1, None, 0),
        ListedHost("held.example", [], "w1", 0.5, 2, None, 0, None, 0),
        ListedHost(IMG[0], [IMG[1]], None, 0.5, 2, None, 0, None, 3),
    ]
    assert [each.host for each in listed(db, paused=True)] == ["paused.example"]
    assert quiet


def ids(db: Engine, *names: str) -> list[int]:
    with writing(db) as connection:
        known = hosts.ids_of(connection, names)
    return [known[name] for name in names]


def joined(db: Engine, *names: str) -> None:
    first, *others = ids(db, *names)
    with writing(db) as connection:
        host_list.join(connection, first, others)
    joined_hosts.gather(db, first)


def lease(db: Engine, host_id: int, *, now: datetime = NOW) -> list[HostLease]:
    if not snapshot(db, workers):
        worker(db, "w1")
    with writing(db) as connection:
        return hosts.lease(connection, [host_id], worker_id="w1", manners=MANNERS, limit=1, now=now)


def listed(db: Engine, *, paused: bool = False) -> list[ListedHost]:
    with reading(db) as connection:
        return list(host_list.listed(connection, paused=paused, limit=10, manners=MANNERS, now=NOW))


def store_one(db: Engine, *, image_id: int) -> None:
    path = {"is_external": False, "status": "stored", "storage_path": "ab/cd/abcd.jpg"}
    with writing(db) as connection:
        connection.execute(update(vehicle_images).where(vehicle_images.c.id == image_id).values(path))
