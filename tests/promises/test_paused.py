"""An operator's pause: nothing new begins, what is in flight ends, and everybody goes on afterwards."""

import signal
from datetime import UTC, datetime

import pytest
from running_program import Program, ended, images, nothing_is_held, shown
from servers.dealer_site import dealer_site, wait_until

from forecourt.db import pauses
from forecourt.db.engine import writing

FOREVER = [["worker"], ["trickle-backfill-images", "--follow"]]


def pause(program: Program, reason: str) -> None:
    with writing(program.engine) as connection:
        pauses.pause(connection, reason=reason, now=datetime.now(UTC))


def resume(program: Program) -> None:
    with writing(program.engine) as connection:
        assert pauses.resume(connection)


def stored(program: Program) -> int:
    return sum(row["status"] == "stored" for row in images(program.engine))


def test_a_run_that_is_paused_ends_with_what_was_in_flight(program: Program) -> None:
    """Nothing is asked twice; the next run does the rest."""
    with dealer_site(vehicles=2, photos=10) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started("trickle-backfill-images", "--json") as process:
            site.wait_for_photo_requests(2)
            pause(program, "a new disk")
            site.photo_delay_seconds = 2.0  # whatever begins from now on ends after the pause was seen
            site.holds_photos = False
            paused = ended(process)
        assert (paused.code, nothing_is_held(program.engine)) == (75, True)
        assert "a new disk" in paused.json()["stopped_because"]
        assert stored(program) == paused.json()["total_images_inserted"] >= 2
        assert site.photo_requests.total() == stored(program) < 20
        assert all(row["failures"] == 0 for row in images(program.engine))

        site.photo_delay_seconds = 0
        resume(program)
        assert program.run("trickle-backfill-images").code == 0

    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)


@pytest.mark.parametrize(
    "command",
    [["trickle-backfill-images"], ["process-import-queue", "--json"], ["extract-all-orgs"], ["backfill-images", "1"]],
    ids=" ".join,
)
def test_nothing_is_asked_for_while_all_is_paused(program: Program, command: list[str]) -> None:
    """One line that says why and how to go on, one object for --json."""
    with dealer_site(vehicles=1, photos=2) as site:
        shown(program.engine, site)
        program.run("import-queue", "add", *site.listing_urls)
        pause(program, "the move")
        told = program.run(*command)

    assert (told.code, told.err, site.asked.total()) == (75, "", 0)
    assert "the move" in told.out
    assert "`forecourt resume` ends that" in told.out
    assert "--json" not in command or "the move" in told.json()["stopped_because"]
    assert nothing_is_held(program.engine)


@pytest.mark.parametrize("command", FOREVER, ids=" ".join)
def test_who_works_for_ever_waits_and_goes_on(program: Program, command: list[str]) -> None:
    """While it is paused it holds no row and no host: another machine could be stopped for the night."""
    with dealer_site(vehicles=2, photos=8) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started(*command) as process:
            site.wait_for_photo_requests(2)
            pause(program, "lunch")
            site.photo_delay_seconds = 2.0  # as above
            site.holds_photos = False
            wait_until(lambda: nothing_is_held(program.engine))
            assert site.photo_requests.total() == stored(program) < 16
            site.photo_delay_seconds = 0
            resume(program)
            wait_until(lambda: stored(program) == 16)
            process.send_signal(signal.SIGTERM)
            done = ended(process)

    assert done.code == 0
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert nothing_is_held(program.engine)


def test_a_worker_that_starts_while_all_is_paused_can_be_stopped(program: Program) -> None:
    with dealer_site(vehicles=1, photos=2) as site:
        shown(program.engine, site)
        pause(program, "lunch")
        with program.started("worker") as process:
            assert process.stderr
            assert "lunch" in process.stderr.readline()
            process.send_signal(signal.SIGTERM)
            assert ended(process, seconds=10).code == 0

    assert site.asked.total() == 0


def test_a_pause_keeps_its_first_moment_and_takes_the_last_reason(fresh_program: Program) -> None:
    fresh_program.run("pause", "--reason", "one")
    first = fresh_program.run("status", "--json").json()["paused"]
    fresh_program.run("pause", "--reason", "two")
    told = fresh_program.run("status").out
    ends = [fresh_program.run("resume", "--json").json()["was_paused"] for _ in range(2)]

    assert first["reason"] == "one"
    assert f"paused since {first['since'][:19].replace('T', ' ')} UTC (two)" in told
    assert ends == [True, False]
    assert fresh_program.run("status", "--json").json()["paused"] is None
