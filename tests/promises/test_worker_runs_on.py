"""A worker reads and fetches whatever comes due, until it is told to stop; then it leaves nothing behind."""

import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest
from running_program import Ended, Program, children, ended, images, lives, nothing_is_held, shown
from servers.dealer_site import DealerSite, dealer_site, wait_until
from sqlalchemy import Engine, select, update

from forecourt.db.engine import reading, writing
from forecourt.db.tables import hosts, workers


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_worker_reads_inventories_and_listings_and_fetches_photos(program: Program, processes: str) -> None:
    with dealer_site(vehicles=3, photos=3, photo_hosts=1) as site, dealer_site(vehicles=1, photos=2) as later:
        program.run("organizations", "add", "Dealer", site.website)
        with program.started("worker", "--processes", processes) as process:
            wait_until(lambda: _stored(program) == 9)
            program.run("import-queue", "add", *later.listing_urls)
            wait_until(lambda: _stored(program) == 11)
            started = children(process.pid)
            stopped = _stop(process)
        assert started
        assert not any(lives(child) for child in started)

    assert (stopped.code, nothing_is_held(program.engine)) == (0, True)
    _once_each(site)
    _once_each(later)


def test_ctrl_c_at_a_terminal_stops_all_processes_in_order(program: Program) -> None:
    """The terminal tells each of them, and the first one tells the others again: that counts once."""
    with dealer_site(vehicles=1, photos=12, delay_seconds=0.4) as site:
        shown(program.engine, site)
        with program.started("worker", "--processes", "2") as process:
            site.wait_for_photo_requests(2)
            os.killpg(process.pid, signal.SIGINT)
            stopped = ended(process, seconds=10)

    assert (stopped.code, nothing_is_held(program.engine)) == (0, True)


def test_a_trickle_that_follows_takes_what_comes_later(program: Program) -> None:
    with dealer_site(vehicles=2, photos=3) as site, dealer_site(vehicles=1, photos=2) as later:
        shown(program.engine, site)
        with program.started("trickle-backfill-images", "--follow", "--json") as process:
            wait_until(lambda: _stored(program) == 6)
            shown(program.engine, later)
            wait_until(lambda: _stored(program) == 8)
            stopped = _stop(process)

    assert (stopped.code, stopped.json()["total_images_inserted"]) == (0, 8)
    assert nothing_is_held(program.engine)
    _once_each(site)
    _once_each(later)


def test_a_trickle_that_follows_keeps_its_bounds(program: Program) -> None:
    """Vehicle after vehicle, and of each no more than it was told."""
    with dealer_site(vehicles=3, photos=4) as site:
        shown(program.engine, site)
        with program.started("trickle-backfill-images", "--follow", "--limit", "1", "--max-images", "2") as process:
            wait_until(lambda: _stored(program) == 6)
            stopped = _stop(process)

    assert (stopped.code, _stored(program), site.photo_requests.total()) == (0, 6, 6)


def test_a_trickle_that_follows_rests_while_a_host_is_left_alone(program: Program) -> None:
    """It does not begin again and again for photos that it may not ask for yet."""
    with dealer_site(vehicles=1, photos=3) as site:
        shown(program.engine, site)
        _leave_alone(program.engine)
        with program.started("trickle-backfill-images", "--follow") as process:
            wait_until(lambda: _workers(program.engine))
            seen: set[str] = set()
            watched_until = time.monotonic() + 3
            while time.monotonic() < watched_until:
                seen |= _workers(program.engine)
            stopped = _stop(process)

    assert len(seen) == 1
    assert (stopped.code, site.asked.total()) == (0, 0)


def _stop(process: subprocess.Popen[str]) -> Ended:
    process.send_signal(signal.SIGTERM)
    return ended(process, seconds=10)


def _stored(program: Program) -> int:
    return sum(row["status"] == "stored" for row in images(program.engine))


def _once_each(site: DealerSite) -> None:
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)


def _leave_alone(engine: Engine) -> None:
    """For an hour."""
    with writing(engine) as connection:
        connection.execute(update(hosts).values(next_allowed_at=datetime.now(UTC) + timedelta(hours=1)))


def _workers(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(workers.c.id)))
