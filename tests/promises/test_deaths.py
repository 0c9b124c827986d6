"""I14 and C09: what kills decoders or workers is only ever less in the way, and nobody else is given up for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from subprocess import Popen
from typing import Any

import pytest
from deadly_program import PROGRAM
from running_program import Program, all_comes_due, images, nothing_is_held, shown
from servers.dealer_site import DealerSite, Given, dealer_site
from sqlalchemy import Engine, func, select, update

from forecourt.db.engine import writing
from forecourt.db.tables import hosts, vehicle_images

KILLED = -9
KILLS, MANY = 8, 1000


def test_a_photo_that_kills_its_decoder_waits_and_is_rejected_at_the_sixth_death(program: Program) -> None:
    """The first two deaths cost nothing, so that it is asked for three times in the first run."""
    deadly = replace(program, command=(str(PROGRAM),))
    with dealer_site(vehicles=1, photos=5) as site:
        shown(program.engine, site)
        url = site.photo_urls[1]
        site.answers[url] = Given(200, b"deadly")
        first = deadly.run("trickle-backfill-images")
        [_, waiting, *_] = images(program.engine)
        asked = site.photo_requests[url]
        later = []
        for _ in range(3):
            all_comes_due(program.engine)
            later.append(deadly.run("trickle-backfill-images").code)

    [_, row, *_] = images(program.engine)
    assert (first.code, asked) == (75, 3)
    assert (waiting["status"], waiting["failure_kind"], waiting["failures"]) == ("pending", "decoder_died", 0)
    assert (waiting["deaths"], waiting["decoder_deaths"]) == (3, 3)
    assert waiting["last_error"] == "the child was ended by SIGSEGV"
    assert waiting["next_attempt_at"] > datetime.now(UTC) - timedelta(minutes=5)
    assert later == [75, 75, 3]
    assert (row["status"], row["deaths"], row["is_external"]) == ("rejected", 6, True)
    assert [each["status"] for each in images(program.engine)].count("stored") == 4
    assert site.photo_requests[url] == 6
    assert nothing_is_held(program.engine)


def test_a_worker_that_is_killed_eight_times_gives_nothing_up(program: Program) -> None:
    """Whoever runs next finds what the dead has held, and counts it; from the third time on that waits."""
    with dealer_site(vehicles=1, photos=4) as site:
        shown(program.engine, site)
        url = site.photo_urls[0]
        codes: list[int] = []
        while codes.count(KILLED) < KILLS and len(codes) < 3 * KILLS:
            all_comes_due(program.engine)
            codes.append(_run_that_dies_when_it_asks(program, site, url))
        site.when_asked.clear()
        done = program.run("trickle-backfill-images")
        all_comes_due(program.engine)
        program.run("trickle-backfill-images")

    assert codes.count(KILLED) == KILLS
    assert done.code in (0, 75)
    assert {(row["status"], row["deaths"], row["failures"]) for row in images(program.engine)} == {("stored", 0, 0)}


@pytest.mark.timeout(400)
def test_a_thousand_good_photos_get_past_one_that_kills_its_worker_each_time(fresh_program: Program) -> None:
    """It waits longer and longer; those that were claimed together with it come back at other moments."""
    program = fresh_program
    program.run("db", "upgrade")
    with dealer_site(vehicles=MANY // 20, photos=20, photo_hosts=4) as site:
        shown(program.engine, site)
        url = site.photo_urls[0]
        codes = [_run_that_dies_when_it_asks(program, site, url) for _ in range(4)]
        while not _all_but(url, images(program.engine)) and len(codes) < 60:
            _the_next_one_comes_due(program.engine)
            codes.append(_run_that_dies_when_it_asks(program, site, url))

    [deadly] = [row for row in images(program.engine) if row["source_url"] == url]
    assert codes[:4] == [KILLED, KILLED, KILLED, 75]
    assert _all_but(url, images(program.engine))
    assert (deadly["status"], deadly["failure_kind"], deadly["failures"]) == ("pending", "worker_died", 0)
    assert deadly["deaths"] == codes.count(KILLED)


def _run_that_dies_when_it_asks(program: Program, site: DealerSite, url: str) -> int:
    with program.started("trickle-backfill-images") as process:
        site.when_asked[url] = _killer(process)
        process.communicate(timeout=200)
    return process.returncode


def _killer(process: Popen[str]) -> Any:
    return process.kill


def _all_but(url: str, rows: list[dict[str, Any]]) -> bool:
    """Stored."""
    return {row["status"] for row in rows if row["source_url"] != url} == {"stored"}


def _the_next_one_comes_due(engine: Engine) -> None:
    """As much time passes for all rows as the first of those that wait needs."""
    image, now = vehicle_images.c, datetime.now(UTC)
    with writing(engine) as connection:
        first = connection.scalar(select(func.min(image.next_attempt_at)))
        for row in connection.execute(
            select(image.id, image.next_attempt_at).where(image.next_attempt_at.is_not(None))
        ):
            due = row.next_attempt_at - (first - now)
            connection.execute(update(vehicle_images).where(image.id == row.id).values(next_attempt_at=due))
        connection.execute(update(hosts).values(next_allowed_at=None))
