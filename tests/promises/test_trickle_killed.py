"""P1, P5: nothing is lost, whenever the program is killed."""

from random import Random

import pytest
from deaths import DELAY_SECONDS, Campaign
from photo_watch import Watch
from running_program import Program, ended, held, images, kill, nothing_is_held, shown
from servers.dealer_site import dealer_site

from forecourt.worker.turns import ROWS_A_REQUEST


@pytest.mark.timeout(240)
def test_kills_and_freezes_cost_nothing_but_what_was_in_flight(program: Program) -> None:
    """`make campaign-kills` in short: no photo ever vanishes, and each is stored once."""
    with (
        dealer_site(vehicles=20, photos=20, photo_hosts=3, delay_seconds=DELAY_SECONDS) as site,
        Watch(program, every_seconds=0.02) as watch,
    ):
        figures = Campaign(program, site, watch, kills=6, random=Random(1973), freezes=0.3).run()

    assert figures.faults == []
    assert (figures.kills >= 6, figures.stored, figures.files) == (True, 400, 400)
    assert figures.freezes > 0
    assert figures.looks > 6


def test_the_last_photos_are_found_again_when_a_dead_worker_held_them_all(program: Program) -> None:
    """Nothing else was ready, and still the next run knows that there is something to do."""
    with dealer_site(vehicles=1, photos=2) as site:
        shown(program.engine, site)
        site.holds_photos = True
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(2)
            kill(process)
        assert held(program.engine) == 2
        site.holds_photos = False
        done = program.run("trickle-backfill-images")

    assert done.code == 0
    assert {row["status"] for row in images(program.engine)} == {"stored"}


def test_a_killed_import_is_taken_up_where_it_was(program: Program) -> None:
    """During discovery, and while listings are read."""
    with dealer_site(vehicles=6, photos=1) as site:
        site.page_delay_seconds = 0.2
        program.run("organizations", "add", "Dealer", site.website)
        for more in (1, 2, 4, 1):
            before = site.asked.total()
            with program.started("extract-all-orgs") as process:
                site.wait_for_requests(before + more, seconds=20)
                kill(process)
        site.page_delay_seconds = 0
        extracted = program.run("extract-all-orgs")
        read = program.run("process-import-queue", "--skip-image-upload")

    assert (extracted.code, read.code) == (0, 0)
    assert len({row["vehicle_id"] for row in images(program.engine)}) == len(images(program.engine)) == 6
    assert nothing_is_held(program.engine)


def test_a_killed_worker_process_leaves_its_work_to_the_other(program: Program) -> None:
    """Two trickles; one is killed, and the other, which waits for its host, goes on with it."""
    with dealer_site(vehicles=1, photos=12, delay_seconds=0.2) as site:
        shown(program.engine, site)
        with program.started("trickle-backfill-images") as first:
            site.wait_for_photo_requests(2)
            with program.started("trickle-backfill-images") as second:
                site.wait_for_photo_requests(6)
                kill(first)
                assert ended(second).code == 0

    assert {row["status"] for row in images(program.engine)} == {"stored"}
    assert site.photo_requests.total() <= 12 + 2 * ROWS_A_REQUEST  # what the first had claimed
