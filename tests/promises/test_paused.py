"""An operator's pause: nothing new begins, what is in flight ends, and everybody goes on afterwards."""

import signal

import pytest
from running_program import Program, ended, images, nothing_is_held, shown
from servers.dealer_site import dealer_site, wait_until

FOREVER = [["worker"], ["trickle-backfill-images", "--follow"]]


def stored(program: Program) -> int:
    return sum(row["status"] == "stored" for row in images(program.engine))


def test_a_run_that_is_paused_ends_with_what_was_in_flight(program: Program) -> None:
    """Nothing is asked twice; the next run does the rest."""
    with dealer_site(vehicles=2, photos=10) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started("trickle-backfill-images", "--json") as process:
            site.wait_for_photo_requests(2)
            assert program.run("pause", "--reason", "a new disk").code == 0
            status = program.run("status")
            wait_until(lambda: program.run("status", "--json").json()["paused"])
            site.photo_delay_seconds = 2.0  # whatever begins from now on ends after the pause was seen
            site.holds_photos = False
            paused = ended(process)
        assert (paused.code, nothing_is_held(program.engine)) == (75, True)
        assert "a new disk" in paused.json()["stopped_because"]
        assert "a new disk" in status.out
        assert stored(program) == paused.json()["total_images_inserted"] >= 2
        assert site.photo_requests.total() == stored(program) < 20
        assert all(row["failures"] == 0 for row in images(program.engine))

        site.photo_delay_seconds = 0
        assert program.run("resume").code == 0
        assert program.run("trickle-backfill-images").code == 0

    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)


@pytest.mark.parametrize(
    "command",
    [["trickle-backfill-images"], ["process-import-queue"], ["extract-all-orgs"], ["backfill-images", "1"]],
    ids=" ".join,
)
def test_nothing_is_asked_for_while_all_is_paused(program: Program, command: list[str]) -> None:
    """One line that says why and how to go on, one object for --json."""
    with dealer_site(vehicles=1, photos=2) as site:
        shown(program.engine, site)
        program.run("import-queue", "add", *site.listing_urls)
        program.run("pause", "--reason", "the move")
        told, answered = program.run(*command), program.run(*command, "--json")
        assert (told.code, told.err, answered.code, answered.err, site.asked.total()) == (75, "", 75, "", 0)
        assert "the move" in told.out
        assert "forecourt resume" in answered.json()["stopped_because"]
        assert nothing_is_held(program.engine)
        program.run("resume")
        assert program.run(*command).code == 0


@pytest.mark.parametrize("command", FOREVER, ids=" ".join)
def test_who_works_for_ever_waits_and_goes_on(program: Program, command: list[str]) -> None:
    with dealer_site(vehicles=2, photos=4) as site:
        shown(program.engine, site)
        program.run("pause", "--reason", "lunch")
        with program.started(*command) as process:
            assert process.stderr
            assert "lunch" in process.stderr.readline()
            assert site.asked.total() == 0
            program.run("resume")
            wait_until(lambda: stored(program) == 8)
            process.send_signal(signal.SIGTERM)
            assert ended(process).code == 0

    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert nothing_is_held(program.engine)


def test_a_worker_in_the_middle_of_its_work_is_held_and_let_go_on(program: Program) -> None:
    """While it is paused it holds no row and no host: another machine could be stopped for the night."""
    with dealer_site(vehicles=2, photos=8) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started("worker") as process:
            site.wait_for_photo_requests(2)
            program.run("pause", "--reason", "lunch")
            site.photo_delay_seconds = 2.0  # whatever begins from now on ends after the pause was seen
            site.holds_photos = False
            wait_until(lambda: nothing_is_held(program.engine))
            assert site.photo_requests.total() == stored(program) < 16
            site.photo_delay_seconds = 0
            program.run("resume")
            wait_until(lambda: stored(program) == 16)
            process.send_signal(signal.SIGTERM)
            assert ended(process).code == 0

    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)


def test_a_pause_keeps_its_first_moment_and_takes_the_last_reason(program: Program) -> None:
    program.run("pause", "--reason", "one")
    first = program.run("status", "--json").json()["paused"]
    program.run("pause", "--reason", "two")
    second = program.run("status", "--json").json()["paused"]
    ends = [program.run("resume", "--json").json()["was_paused"] for _ in range(2)]

    assert (first["reason"], second["reason"], first["since"]) == ("one", "two", second["since"])
    assert ends == [True, False]
    assert program.run("status", "--json").json()["paused"] is None
