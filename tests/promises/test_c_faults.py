"""C05, C08, C10: a database that is away, rows that change under way, clocks that disagree."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from running_program import Program, ended, images, is_whole, nothing_is_held, shown
from servers.cut_wire import cut_wire
from servers.dealer_site import Given, dealer_site, wait_until
from sqlalchemy import Engine, insert, select, text, update

from forecourt.db.engine import database_now, reading, writing
from forecourt.db.tables import hosts, vehicle_images, workers

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
LOCKS = """
import sqlite3, sys, time
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
time.sleep(5)
file.execute("ROLLBACK")
"""
SHIFTED = """
CREATE SCHEMA shifted;
CREATE FUNCTION shifted.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() + interval ''{shift}''';
"""


@ON_SQLITE
def test_c05_sqlite_locked_for_5_s_by_another_process_costs_no_photo(program: Program) -> None:
    with dealer_site(vehicles=2, photos=10, delay_seconds=0.1) as site:
        shown(program.engine, site)
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(3)
            command = [sys.executable, "-c", LOCKS, str(program.engine.url.database)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
                assert other.stdout
                assert other.stdout.readline() == "locked\n"
                done = ended(process)

    assert done.code == 0
    _each_is_ours_and_was_asked_for_once(program, site.photo_requests, site.photo_urls)


@ON_POSTGRESQL
def test_c05_a_connection_lost_between_commit_and_its_answer_loses_and_doubles_nothing(program: Program) -> None:
    """Every fourth COMMIT of the run is done, and nobody is told."""
    with (
        dealer_site(vehicles=2, photos=10, delay_seconds=0.1) as site,
        cut_wire(int(program.engine.url.port or 0)) as wire,
    ):
        shown(program.engine, site)
        url = program.engine.url.set(port=wire.port, drivername="postgresql").render_as_string(hide_password=False)
        with program.started("trickle-backfill-images", database_url=url) as process:
            site.wait_for_photo_requests(1)
            wire.every = 4
            done = ended(process)

    assert (done.code, wire.cuts > 1) == (0, True), done.err
    _each_is_ours_and_was_asked_for_once(program, site.photo_requests, site.photo_urls)


def test_c08_a_photo_that_is_taken_down_under_way_does_not_come_back(program: Program) -> None:
    with dealer_site(vehicles=1, photos=4) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(2)
            with writing(program.engine) as connection:
                connection.execute(
                    update(vehicle_images)
                    .where(vehicle_images.c.position == 0)
                    .values(status="removed", is_external=False, lease_owner=None)
                )
            site.holds_photos = False
            done = ended(process)

    first, *others = images(program.engine)
    assert done.code == 0
    assert (first["status"], first["storage_path"], first["is_external"]) == ("removed", None, False)
    assert {row["status"] for row in others} == {"stored"}
    assert nothing_is_held(program.engine)


@ON_POSTGRESQL
@pytest.mark.parametrize("shift", ["1 hour", "-1 day"], ids=["C10-an-hour-behind", "C10-a-day-ahead"])
def test_c10_all_times_are_the_databases_whatever_the_clock_of_the_worker_says(program: Program, shift: str) -> None:
    """The database's clock is another one than ours. Whoever lives by it is not robbed, whoever is dead by it is."""
    _shift_the_clock(program.engine, shift)
    with dealer_site(vehicles=3, photos=2, photo_hosts=3) as site:
        shown(program.engine, site)
        site.answers[site.photo_urls_of(0)[0]] = Given(500, b"oh")
        _held_by(program.engine, "alive", port=site.ports[2], seconds_left=600)
        _held_by(program.engine, "dead", port=site.ports[3], seconds_left=-1)
        with program.started("trickle-backfill-images", host_concurrency=1) as process:
            wait_until(lambda: [row["status"] for row in images(program.engine)].count("stored") == 3)
            process.terminate()  # it would wait for the host of the one who lives
            ended(process)
        with reading(program.engine) as connection:
            now = database_now(connection)
            owners = set(connection.scalars(select(workers.c.id)))

    rows = {row["source_url"]: row for row in images(program.engine)}
    broken = rows[site.photo_urls_of(0)[0]]
    assert timedelta(0) < broken["next_attempt_at"] - now <= timedelta(seconds=72)
    assert {rows[url]["status"] for url in site.photo_urls_of(1)} == {"pending"}
    stored = [rows[url] for url in site.photo_urls_of(2)]
    assert {row["status"] for row in stored} == {"stored"}
    assert all(timedelta(0) <= now - row["stored_at"] < timedelta(minutes=1) for row in stored)
    assert owners == {"alive"}
    assert not [url for url in site.photo_urls_of(1) if site.asked[url]]


def test_c10_a_machines_clock_that_was_set_back_leaves_no_row_stuck(program: Program) -> None:
    """What was to be asked in the far future is asked now: no rule sets a time more than two days ahead."""
    with dealer_site(vehicles=1, photos=3) as site:
        shown(program.engine, site)
        far = datetime.now(UTC) + timedelta(days=3)
        with writing(program.engine) as connection:
            connection.execute(update(vehicle_images).values(next_attempt_at=far, failing_since=far, failures=1))
            connection.execute(update(hosts).values(next_allowed_at=far))
        done = program.run("trickle-backfill-images")

    assert done.code == 0
    _each_is_ours_and_was_asked_for_once(program, site.photo_requests, site.photo_urls)


def _each_is_ours_and_was_asked_for_once(program: Program, requests: object, urls: list[str]) -> None:
    rows = images(program.engine)
    assert all(row["status"] == "stored" and is_whole(program, row) for row in rows)
    assert len(rows) == len(urls)
    assert requests == dict.fromkeys(urls, 1)
    assert program.strays() == []
    assert nothing_is_held(program.engine)


def _shift_the_clock(engine: Engine, shift: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(SHIFTED.format(shift=shift)))
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f'ALTER DATABASE "{name}" SET search_path = shifted, pg_catalog, public'))
    engine.dispose()  # the next connections see it


def _held_by(engine: Engine, worker_id: str, *, port: int, seconds_left: int) -> None:
    """Another machine's worker has this host."""
    with writing(engine) as connection:
        now = database_now(connection)
        until = now + timedelta(seconds=seconds_left)
        connection.execute(insert(workers).values(id=worker_id, machine="elsewhere", started_at=now, alive_until=until))
        connection.execute(update(hosts).where(hosts.c.host.endswith(f":{port}")).values(lease_owner=worker_id))
