"""C06: file systems that are really full or read-only: one line, exit code 75, nobody blamed, and on with more room."""

import shutil
from pathlib import Path

import pytest
from running_program import Program, ended, images, is_whole, nothing_is_held, shown
from servers.dealer_site import DealerSite, Given, dealer_site, wait_until
from small_disk import PROGRAM

KILOBYTE = 1024


def heavier(site: DealerSite, size: int) -> None:
    """Each photo with so many bytes behind its end, which every browser skips."""
    for url in site.photo_urls:
        site.answers[url] = Given(body=site.photo(url) + bytes(size))


@pytest.mark.parametrize("size", ["600k", "4m,nr_inodes=24"], ids=["no-bytes-left", "no-names-left"])
def test_a_store_that_is_full_pauses_the_run(program: Program, size: str) -> None:
    """At the temporary file or at a folder that is made: what is stored is whole, the next run does the rest."""
    program.store.mkdir()
    usual = program.command
    with dealer_site(vehicles=1, photos=10) as site:
        shown(program.engine, site)
        heavier(site, 100 * KILOBYTE)
        program.command = (str(PROGRAM), size, str(program.store))
        full = program.run("trickle-backfill-images")
        rows, strays = images(program.engine), program.strays()
        assert (full.code, full.out, nothing_is_held(program.engine), strays) == (75, "", True, [])
        assert full.err.count("\n") == 1
        assert "No space left on device" in full.err
        stored = [row for row in rows if row["status"] == "stored"]
        assert 0 < len(stored) < 10
        assert all(is_whole(program, row) for row in stored)
        assert {row["failures"] for row in rows} == {0}

        program.command = usual
        assert program.run("trickle-backfill-images").code == 0

    assert all(is_whole(program, row) for row in images(program.engine))


@pytest.mark.parametrize("half_sent", [False, True], ids=["before-the-body", "in-the-body"])
def test_a_store_that_becomes_read_only_under_a_run_pauses_it(program: Program, *, half_sent: bool) -> None:
    """Not by permissions, which root does not feel. What lies there stays whole; the next run does the rest."""
    usual = program.command
    with dealer_site(vehicles=2, photos=5) as site:
        shown(program.engine, site)
        program.run("trickle-backfill-images", "--limit", "1")
        site.holds_photos, site.holds_bodies = not half_sent, half_sent
        program.command = (str(PROGRAM), "4m", str(program.store))
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(5 + 2)
            wait_until(lambda: site.half_sent == 2 * half_sent)
            _make_read_only(program.store)
            site.holds_photos = site.holds_bodies = False
            done = ended(process)
        rows = images(program.engine)
        assert (done.code, done.out, done.err.count("\n")) == (75, "", 1), done.err
        assert str(program.store) in done.err
        assert "Read-only file system" in done.err
        assert {row["failures"] for row in rows} == {0}
        assert nothing_is_held(program.engine)
        stored = [row for row in rows if row["status"] == "stored"]
        assert len(stored) == 5
        assert all(is_whole(program, row) for row in stored)

        program.command = usual
        assert program.run("trickle-backfill-images").code == 0

    assert all(row["status"] == "stored" and is_whole(program, row) for row in images(program.engine))
    assert program.strays() == []


def test_the_floor_is_kept_in_the_middle_of_a_run(program: Program) -> None:
    program.store.mkdir()
    with dealer_site(vehicles=3, photos=10, delay_seconds=0.5) as site:
        shown(program.engine, site)
        heavier(site, 100 * KILOBYTE)
        program.command = (str(PROGRAM), "2000k", str(program.store))
        floor = program.run("trickle-backfill-images", min_free_bytes=1600 * KILOBYTE)

    stored = [row for row in images(program.engine) if row["status"] == "stored"]
    assert (floor.code, floor.err.count("\n"), nothing_is_held(program.engine)) == (75, 1, True)
    assert "FORECOURT_MIN_FREE_BYTES" in floor.err
    assert 0 < len(stored) < 30
    assert {row["failures"] for row in images(program.engine)} == {0}


def test_a_database_whose_disk_is_full_pauses_the_run(fresh_program: Program) -> None:
    """SQLite's write-ahead log finds no room: rows are as they were or as they must be, none in between."""
    program = fresh_program
    program.run("db", "upgrade")
    small = program.home / "small"
    with dealer_site(vehicles=1, photos=10) as site:
        shown(program.engine, site)
        program.engine.dispose()
        small.mkdir()
        file = program.home / "forecourt.db"
        shutil.move(file, small / file.name)
        size = -(-(small / file.name).stat().st_size // KILOBYTE)
        program.command = (str(PROGRAM), f"{size + 60}k", str(small))
        full = program.run("trickle-backfill-images", database_url=f"sqlite:///{small / file.name}")
        assert (full.code, full.out) == (75, ""), full.err
        assert full.err.rstrip().endswith("run the same command again to go on")
        shutil.move(small / file.name, file)
        for rest in small.glob("forecourt.db-wal"):
            shutil.move(rest, program.home / rest.name)
        program.command = ("-m", "forecourt")
        assert program.run("trickle-backfill-images").code == 0

    rows = images(program.engine)
    assert all(row["status"] == "stored" and is_whole(program, row) for row in rows)
    assert nothing_is_held(program.engine)


def _make_read_only(folder: Path) -> None:
    word = folder.with_name(f"{folder.name}.read-only")
    word.touch()
    wait_until(lambda: not word.exists())
