"""C10: the machine's clock is set under running workers. SQLite, whose clock it is; PostgreSQL has its own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clock_program import PROGRAM
from running_program import Program, ended, identity, images, is_whole, nothing_is_held, shown
from servers.dealer_site import Given, dealer_site, wait_until
from sqlalchemy import Engine, select

from forecourt.db.engine import reading
from forecourt.db.tables import workers

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AHEAD = [timedelta(hours=1), timedelta(days=1), timedelta(days=400)]


@pytest.mark.parametrize("ahead", AHEAD, ids=lambda ahead: f"C10-{ahead.days}-days-{ahead.seconds // 3600}-hours")
def test_a_clock_that_is_set_ahead_loses_and_doubles_nothing(
    program: Program, tmp_path: Path, ahead: timedelta
) -> None:
    """Whoever comes then takes those who live for dead, at once: they meet the fence, and nothing else."""
    clock = _on_a_clock_of_its_own(program, tmp_path)
    with dealer_site(vehicles=2, photos=4) as site:
        shown(program.engine, site)
        before = identity(images(program.engine))
        site.holds_photos = True
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(2)
            robbed = _workers(program.engine)
            its_own = {row["source_url"] for row in images(program.engine) if row["lease_owner"]}
            _set(clock, ahead)
            with program.started("trickle-backfill-images") as heir:
                wait_until(lambda: not _workers(program.engine) & robbed)
                site.wait_for_photo_requests(4)
                site.holds_photos = False
                ends = ended(process), ended(heir)

    rows = images(program.engine)
    assert [each.code for each in ends] == [0, 0]
    assert len(robbed) == 1
    assert identity(rows) == before
    assert all(row["status"] == "stored" and is_whole(program, row) for row in rows)
    assert {row["failures"] for row in rows} == {0}
    assert {url for url, requests in site.photo_requests.items() if requests > 1} <= its_own  # before it noticed
    assert set(site.photo_requests.values()) == {1, 2}
    assert program.strays() == []
    assert nothing_is_held(program.engine)


def test_c10_what_was_put_off_by_a_clock_that_went_ahead_is_not_stuck(program: Program, tmp_path: Path) -> None:
    """Set right again, the clock says that it is far too early: by more than two days nobody believes it."""
    ahead = timedelta(days=400)
    clock = _on_a_clock_of_its_own(program, tmp_path)
    with dealer_site(vehicles=1, photos=2) as site:
        shown(program.engine, site)
        broken, _ = site.photo_urls
        site.answers[broken] = Given(500, b"oh")
        _set(clock, ahead)
        program.run("trickle-backfill-images")
        [waiting, _] = images(program.engine)
        del site.answers[broken]
        _set(clock, timedelta(0))
        done = program.run("trickle-backfill-images")

    assert (waiting["status"], waiting["failures"]) == ("pending", 1)
    assert waiting["next_attempt_at"] > datetime.now(UTC) + ahead
    assert done.code == 0
    assert {row["status"] for row in images(program.engine)} == {"stored"}
    assert nothing_is_held(program.engine)


@pytest.mark.parametrize("days", [1, 400], ids=lambda days: f"C10-{days}-days-back")
def test_a_clock_that_is_set_back_under_a_run_holds_it_up_in_nothing(
    program: Program, tmp_path: Path, days: int
) -> None:
    """It was ahead, and is set right: a run that goes on, and one that comes after it."""
    clock = _on_a_clock_of_its_own(program, tmp_path)
    _set(clock, timedelta(days=days))
    with dealer_site(vehicles=2, photos=4, photo_hosts=2) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started("trickle-backfill-images", "--limit", "1") as process:
            site.wait_for_photo_requests(2)
            _set(clock, timedelta(0))
            site.holds_photos = False
            ends = [ended(process), program.run("trickle-backfill-images")]

    assert [each.code for each in ends] == [0, 0]
    assert {row["status"] for row in images(program.engine)} == {"stored"}
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert nothing_is_held(program.engine)


def _on_a_clock_of_its_own(program: Program, folder: Path) -> Path:
    clock = folder / "clock"
    _set(clock, timedelta(0))
    program.command = (str(PROGRAM), str(clock))
    return clock


def _set(clock: Path, ahead: timedelta) -> None:
    whole = clock.with_suffix(".new")
    whole.write_text(str(ahead.total_seconds()))
    whole.rename(clock)


def _workers(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(workers.c.id)))
