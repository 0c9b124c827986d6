"""C11, C02: whoever is stopped leaves in order; whoever wakes up late changes nothing."""

import asyncio
import signal
from datetime import UTC, datetime

import pytest
from frozen import freeze, the_lease_runs_out
from running_program import Program, ended, everything, held, images, nothing_is_held, shown
from servers.dealer_site import dealer_site, wait_until
from sqlalchemy import Engine, select

from forecourt.db import tables, workers
from forecourt.db.database import Database
from forecourt.db.engine import writing
from forecourt.worker.lifeline import bury_dead


def test_a_stop_finishes_what_is_in_flight_and_says_how_to_go_on(program: Program) -> None:
    """What has not begun goes back; nothing is asked twice."""
    with dealer_site(vehicles=2, photos=12, delay_seconds=0.3) as site:
        shown(program.engine, site)
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(3)
            process.send_signal(signal.SIGTERM)
            stopped = ended(process, seconds=10)
        assert (stopped.code, nothing_is_held(program.engine)) == (75, True)
        assert "run the same command again" in stopped.out
        assert 0 < sum(row["status"] == "stored" for row in images(program.engine)) < 24
        site.photo_delay_seconds = 0
        rest = program.run("trickle-backfill-images")

    assert rest.code == 0
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert {row["status"] for row in images(program.engine)} == {"stored"}


def test_a_stop_does_not_wait_for_a_slow_server(program: Program) -> None:
    with dealer_site(vehicles=1, photos=4) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(2)
            process.send_signal(signal.SIGINT)
            stopped = ended(process, seconds=10)

    assert (stopped.code, nothing_is_held(program.engine)) == (75, True)
    assert {(row["status"], row["failures"]) for row in images(program.engine)} == {("pending", 0)}
    assert program.strays() == []


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_a_body_that_does_not_end(program: Program, wish: signal.Signals) -> None:
    """Half of it is here: it goes, the row is free and has not failed, and the next run asks for the whole."""
    with dealer_site(vehicles=1, photos=4) as site:
        shown(program.engine, site)
        site.holds_bodies = True
        with program.started("trickle-backfill-images") as process:
            wait_until(lambda: site.half_sent >= 2)
            process.send_signal(wish)
            stopped = ended(process, seconds=14)  # less than the silence that ends it anyway
        rows = images(program.engine)
        assert (stopped.code, nothing_is_held(program.engine), program.strays()) == (75, True, [])
        assert "run the same command again" in stopped.out
        assert {(row["status"], row["failures"]) for row in rows} == {("pending", 0)}
        site.holds_bodies = False
        assert program.run("trickle-backfill-images").code == 0

    after = images(program.engine)
    assert {row["status"] for row in after} == {"stored"}
    assert all(new["attempts"] >= old["attempts"] for old, new in zip(rows, after, strict=True))


def test_a_second_stop_leaves_half_a_body_at_once(program: Program) -> None:
    """Whoever comes next sweeps it away, and finishes."""
    with dealer_site(vehicles=1, photos=4) as site:
        shown(program.engine, site)
        site.holds_bodies = True
        with program.started("trickle-backfill-images") as process:
            wait_until(lambda: site.half_sent >= 2)
            process.send_signal(signal.SIGINT)
            assert process.stderr
            assert "once more" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(6) == 130  # less than the 8 s that what is in flight may take
        site.holds_bodies = False
        assert program.run("trickle-backfill-images").code == 0

    assert {row["status"] for row in images(program.engine)} == {"stored"}
    assert program.strays() == []


@pytest.mark.parametrize("module", ["forecourt.cli.images", "cyclopts", "forecourt.errors"])
def test_an_early_ctrl_c_is_quiet(fresh_program: Program, module: str) -> None:
    """While the command line is imported, which takes a moment: no traceback."""
    fresh_program.command = ("-X", "importtime", "-m", "forecourt")
    with fresh_program.started("status") as process:
        assert process.stderr
        while not process.stderr.readline().endswith(f" {module}\n"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        stopped = ended(process)

    assert stopped.code == 130
    assert stopped.out == ""


def test_a_second_stop_ends_it_at_once(program: Program) -> None:
    """What it held is handed back by whoever comes next."""
    with dealer_site(vehicles=1, photos=4) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(2)
            process.send_signal(signal.SIGTERM)
            assert process.stderr
            assert "once more" in process.stderr.readline()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 130  # in good order it would be 75
        assert held(program.engine) > 0
        site.holds_photos = False
        assert program.run("trickle-backfill-images").code == 0

    assert {row["status"] for row in images(program.engine)} == {"stored"}


def test_reading_inventories_can_be_stopped(program: Program) -> None:
    with dealer_site(vehicles=2, photos=1) as site:
        site.page_delay_seconds = 60
        program.run("organizations", "add", "Dealer", site.website)
        with program.started("extract-all-orgs") as process:
            wait_until(lambda: site.asked.total() >= 1)
            process.send_signal(signal.SIGTERM)
            stopped = ended(process, seconds=10)
        assert (stopped.code, nothing_is_held(program.engine)) == (75, True)
        site.page_delay_seconds = 0
        again = program.run("extract-all-orgs", "--json")

    assert (again.code, again.json()["total_vehicles_created"]) == (0, 2)


def test_a_stop_among_the_photos_of_an_import_says_so_too(program: Program) -> None:
    with dealer_site(vehicles=1, photos=8, delay_seconds=0.3) as site:
        program.run("import-queue", "add", *site.listing_urls)
        with program.started("process-import-queue") as process:
            site.wait_for_photo_requests(2)
            process.send_signal(signal.SIGTERM)
            stopped = ended(process, seconds=10)

    assert (stopped.code, nothing_is_held(program.engine)) == (75, True)
    assert "run the same command again" in stopped.out


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("command", ["trickle-backfill-images", "worker"])
def test_a_stop_does_not_wait_for_a_database_that_somebody_else_holds(program: Program, command: str) -> None:
    """As a backup may do for minutes. What it had is free for whoever comes next, and no photo is to blame."""
    with dealer_site(vehicles=2, photos=10, delay_seconds=0.2) as site:
        shown(program.engine, site)
        with program.started(command) as process:
            site.wait_for_photo_requests(3)
            with writing(program.engine):
                process.send_signal(signal.SIGTERM)
                ended(process, seconds=10)
        assert held(program.engine) > 0
        asyncio.run(_hand_back(program))
        assert nothing_is_held(program.engine)
        assert {row["deaths"] for row in images(program.engine)} == {0}  # nobody has died
        assert list((program.home / "workers").iterdir()) == []
        assert program.run("trickle-backfill-images").code == 0

    assert {row["status"] for row in images(program.engine)} == {"stored"}


def test_a_worker_that_wakes_up_late_changes_no_row(program: Program) -> None:
    """Its lease ran out while it was frozen, and an heir did the work: what it brings back is dropped."""
    with dealer_site(vehicles=2, photos=8, delay_seconds=0.3) as site:
        shown(program.engine, site)
        with program.started("trickle-backfill-images") as late:
            site.wait_for_photo_requests(3)
            freeze(late, program.engine)
            assert held(program.engine) > 0
            the_lease_runs_out(program.engine)
            site.photo_delay_seconds = 0
            heir = program.run("trickle-backfill-images")
            rows, asked = everything(program.engine), site.asked.total()
            late.send_signal(signal.SIGCONT)
            woken = ended(late)
            assert site.asked.total() <= asked + 4  # what it was just about to send

    assert (heir.code, woken.code) == (0, 0)
    assert {row["status"] for row in rows["vehicle_images"]} == {"stored"}
    assert everything(program.engine) == rows
    assert nothing_is_held(program.engine)


def test_a_worker_that_wakes_up_before_any_heir_goes_on_under_a_new_name(program: Program) -> None:
    """As after a night with the lid closed."""
    with dealer_site(vehicles=2, photos=8, delay_seconds=0.3) as site:
        shown(program.engine, site)
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(3)
            freeze(process, program.engine)
            _bury(program.engine)
            site.photo_delay_seconds = 0
            process.send_signal(signal.SIGCONT)
            done = ended(process)

    assert done.code == 0
    assert {row["status"] for row in images(program.engine)} == {"stored"}
    assert nothing_is_held(program.engine)


async def _hand_back(program: Program) -> None:
    """As whoever comes next does first of all."""
    database = Database(program.engine)
    await bury_dead(database, program.home / "workers", interval_seconds=0)
    database.close()


def _bury(engine: Engine) -> None:
    """As somebody does who passes by, and then takes nothing on."""
    with writing(engine) as connection:
        everybody = set(connection.scalars(select(tables.workers.c.id)))
        workers.bury(connection, everybody, now=datetime.now(UTC), interval_seconds=0)
