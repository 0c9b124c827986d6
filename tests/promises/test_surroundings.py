"""C05, C06, C08, C13: what happens to the rows, the disk and the database while photos are on their way."""

import shutil
import sqlite3
import time

from running_program import Program, ended, identity, images, is_whole, nothing_is_held, shown
from servers.dealer_site import dealer_site
from sqlalchemy import Engine, delete, select, text, update

from forecourt.db.engine import writing
from forecourt.db.tables import vehicle_images, vehicles, workers
from forecourt.worker.turns import ROWS_A_REQUEST


def test_a_listing_that_is_read_again_replaces_addresses_under_way(program: Program) -> None:
    """Signed anew: the same images, the new addresses; what was fetched from the old ones settles nothing."""
    with dealer_site(vehicles=4, photos=6, photo_hosts=1) as site:
        site.signature, site.holds_photos = "1", True
        program.run("import-queue", "add", *site.listing_urls)
        program.run("process-import-queue", "--skip-image-upload")
        before = images(program.engine)
        with program.started("trickle-backfill-images") as trickle:
            site.wait_for_photo_requests(2)
            site.signature = "2"
            program.run("import-queue", "add", *site.listing_urls)
            read = program.run("process-import-queue", "--skip-image-upload")
            site.holds_photos = False
            done = ended(trickle)

    rows = images(program.engine)
    assert (read.code, done.code) == (0, 0)
    assert _without_address(rows) == _without_address(before)
    assert all(row["status"] == "stored" and is_whole(program, row) for row in rows)
    assert all(row["source_url"].endswith("?Signature=2") for row in rows)
    assert site.photo_requests.total() <= 4 * 6 + 2 * ROWS_A_REQUEST  # what was claimed before
    assert nothing_is_held(program.engine)


def test_a_vehicle_that_is_deleted_under_way_stays_deleted(program: Program) -> None:
    with dealer_site(vehicles=2, photos=6) as site:
        first, second = shown(program.engine, site)
        site.holds_photos = True
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(2)
            with writing(program.engine) as connection:
                connection.execute(delete(vehicles).where(vehicles.c.id == first))
            site.holds_photos = False
            done = ended(process)

    assert done.code == 0
    assert {(row["vehicle_id"], row["status"]) for row in images(program.engine)} == {(second, "stored")}
    assert nothing_is_held(program.engine)


def test_a_store_that_goes_away_ends_the_run_with_one_line(program: Program) -> None:
    """No photo is to blame; when the folder is there again, the next run goes on."""
    with dealer_site(vehicles=1, photos=8) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(2)
            shutil.rmtree(program.store)
            site.holds_photos = False
            gone = ended(process)
        assert (gone.code, gone.out, gone.err.count("\n")) == (75, "", 1)
        assert str(program.store) in gone.err
        assert {(row["failures"], row["is_external"]) for row in images(program.engine)} == {(0, True)}
        assert nothing_is_held(program.engine)
        assert program.run("trickle-backfill-images").code == 0

    assert all(is_whole(program, row) for row in images(program.engine))


def test_below_the_disk_floor_nothing_is_asked_for(program: Program) -> None:
    with dealer_site(vehicles=1, photos=4) as site:
        shown(program.engine, site)
        full = program.run("trickle-backfill-images", min_free_bytes=10**18)

    assert (full.code, full.out, full.err.count("\n"), site.asked.total()) == (75, "", 1, 0)
    assert "FORECOURT_MIN_FREE_BYTES" in full.err
    assert {(row["failures"], row["is_external"]) for row in images(program.engine)} == {(0, True)}
    assert nothing_is_held(program.engine)


def test_a_store_that_is_a_file_is_wrong_use(program: Program) -> None:
    program.store.write_bytes(b"in the way")
    with dealer_site(vehicles=1, photos=1) as site:
        shown(program.engine, site)
        wrong = program.run("trickle-backfill-images")

    assert (wrong.code, wrong.out, wrong.err.count("\n"), site.asked.total()) == (2, "", 1, 0)
    assert str(program.store) in wrong.err


def test_a_database_that_is_away_for_a_moment_costs_no_photo(program: Program) -> None:
    """SQLite: locked for three seconds. PostgreSQL: every connection is cut, three times."""
    with dealer_site(vehicles=2, photos=10, delay_seconds=0.2) as site:
        shown(program.engine, site)
        before = images(program.engine)
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(3)
            _disturb(program.engine)
            done = ended(process)

    rows = images(program.engine)
    assert done.code == 0
    assert identity(rows) == identity(before)
    assert all(row["status"] == "stored" and is_whole(program, row) for row in rows)
    assert nothing_is_held(program.engine)


def test_a_command_that_finds_the_database_locked_is_to_be_run_again(fresh_program: Program) -> None:
    """Before there are tables, in it, and where a changed setting marks rows anew: 75, in one line."""
    file = sqlite3.connect(fresh_program.home / "forecourt.db", isolation_level=None)
    file.execute("BEGIN IMMEDIATE")
    found = [fresh_program.run("status")]
    file.execute("ROLLBACK")
    fresh_program.run("db", "upgrade")
    file.execute("BEGIN IMMEDIATE")
    found.append(fresh_program.run("organizations", "add", "Dealer", "dealer.example"))
    found.append(fresh_program.run("organizations", "list", max_images_per_vehicle=7))
    file.close()

    assert [(each.code, each.out, each.err.count("\n")) for each in found] == [(75, "", 1)] * 3
    assert all("database is locked; run the same command again" in each.err for each in found)


def test_what_was_claimed_without_an_answer_is_not_forgotten(program: Program) -> None:
    """A COMMIT went through and its answer was lost: the rows are the worker's, and it does not know."""
    with dealer_site(vehicles=2, photos=6, photo_hosts=2) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started("trickle-backfill-images", host_concurrency=1) as process:
            site.wait_for_photo_requests(2)
            with writing(program.engine) as connection:
                owner = connection.scalars(select(workers.c.id)).one()
                is_ready = vehicle_images.c.lease_owner.is_(None)
                connection.execute(update(vehicle_images).where(is_ready).values(lease_owner=owner))
            site.holds_photos = False
            done = ended(process)

    assert done.code == 0
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert {row["status"] for row in images(program.engine)} == {"stored"}


def _without_address(rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in ("id", "vehicle_id", "position", "is_primary", "source_key")) for row in rows]


def _disturb(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        file = sqlite3.connect(str(engine.url.database), isolation_level=None)
        file.execute("BEGIN IMMEDIATE")
        time.sleep(3)
        file.execute("ROLLBACK")
        file.close()
        return
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    for _ in range(3):
        with writing(engine) as connection:
            connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))
        time.sleep(0.3)
