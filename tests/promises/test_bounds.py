"""The bounds that an operator sets a run: nothing new begins beyond them, and what is in flight ends."""

import time
from contextlib import ExitStack

import pytest
from running_program import Program, ended, images, nothing_is_held, shown
from servers.dealer_site import DealerSite, Given, dealer_site

KILOBYTE = 1000
RATE = 400 * KILOBYTE


def stored(program: Program) -> int:
    return sum(row["status"] == "stored" for row in images(program.engine))


def heavier(site: DealerSite, size: int) -> None:
    """Each photo with so many bytes behind its end, which every browser skips."""
    for url in site.photo_urls:
        site.answers[url] = Given(body=site.photo(url) + bytes(size))


def test_a_run_ends_when_its_bytes_are_used_up(program: Program) -> None:
    """The reason, the way on, one object for --json; the next run does the rest."""
    with dealer_site(vehicles=2, photos=10) as site:
        shown(program.engine, site)
        heavier(site, 100 * KILOBYTE)
        first = program.run("trickle-backfill-images", "--max-bytes", "500kB", "--json")
        asked, after_first = site.photo_requests.total(), stored(program)
        told = program.run("trickle-backfill-images", "--max-bytes", "0.5MB")
        rest = program.run("trickle-backfill-images", "--max-bytes", "1GiB")

    assert (first.code, told.code, rest.code) == (75, 75, 0)
    assert "--max-bytes" in first.json()["stopped_because"]
    assert "--max-bytes allows 500,000. Run the same command again to go on." in told.out
    assert first.json()["total_images_inserted"] == after_first == asked
    assert 5 <= asked <= 5 + 2  # what was in flight when the fifth had come
    assert stored(program) == 20
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert nothing_is_held(program.engine)


@pytest.mark.parametrize(
    "command", [["trickle-backfill-images"], ["trickle-backfill-images", "--follow"]], ids=" ".join
)
def test_a_run_ends_when_its_minutes_are_over(program: Program, command: list[str]) -> None:
    with dealer_site(vehicles=2, photos=10, delay_seconds=0.5) as site:
        shown(program.engine, site)
        first = program.run(*command, "--max-minutes", "0.02")
        assert (first.code, nothing_is_held(program.engine)) == (75, True)
        assert "the 0.02 minutes of --max-minutes are over. Run the same command again" in first.out
        assert stored(program) == site.photo_requests.total() < 20
        site.photo_delay_seconds = 0
        assert program.run("trickle-backfill-images").code == 0

    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)


def test_the_bytes_of_an_import_are_those_of_pages_and_photos(program: Program) -> None:
    """Listings first: they show their photos. What is left of the bytes is for the photos, here nothing."""
    with dealer_site(vehicles=3, photos=2) as site:
        program.run("import-queue", "add", *site.listing_urls)
        first = program.run("process-import-queue", "--max-bytes", "1", "--json")
        assert (first.code, site.photo_requests.total()) == (75, 0)
        assert "--max-bytes" in first.json()["stopped_because"]
        assert nothing_is_held(program.engine)
        assert program.run("process-import-queue").code == 0

    assert stored(program) == 6


def test_two_processes_have_one_bandwidth_together(program: Program) -> None:
    """Bytes over seconds, as the server counts them: never more, whatever each of them does. Slower it may be."""
    with dealer_site(vehicles=4, photos=5, photo_hosts=4) as site, ExitStack() as running:
        shown(program.engine, site)
        heavier(site, 100 * KILOBYTE)
        site.holds_photos = True
        command = ["trickle-backfill-images", "--bandwidth", f"{RATE}/s"]
        started = [running.enter_context(program.started(*command, concurrency=1)) for _ in range(2)]
        site.wait_for_photo_requests(2)  # one of each: neither asks for two at once
        began = time.monotonic()
        site.holds_photos = False
        codes = [ended(process).code for process in started]
        seconds = time.monotonic() - began

    received = sum(row["file_size"] for row in images(program.engine))
    assert codes == [0, 0]
    assert received > 2000 * KILOBYTE
    assert received / (seconds + 0.1) <= RATE  # a tenth of a second may be saved up


@pytest.mark.parametrize(
    "wrong",
    [
        ["--bandwidth", "fast"],
        ["--bandwidth", "20Mbit/s"],
        ["--bandwidth", "0"],
        ["--max-bytes", "20MB/s"],
        ["--max-bytes", "-5"],
        ["--max-bytes", "1e9"],
        ["--max-bytes", "999999999TB"],
        ["--max-minutes", "soon"],
        ["--max-minutes", "0"],
        ["--max-minutes", "nan"],
    ],
    ids=" ".join,
)
def test_an_amount_that_is_none_is_one_line(fresh_program: Program, wrong: list[str]) -> None:
    told = fresh_program.run("trickle-backfill-images", *wrong)

    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1), told.err
    assert wrong[0] in told.err
