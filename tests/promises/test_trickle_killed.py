"""P1, P5: nothing is lost, whenever the program is killed."""

import time
from contextlib import suppress
from random import Random

import pytest
from photo_watch import Watch
from running_program import Program, ended, held, identity, images, is_whole, kill, nothing_is_held, shown
from servers.dealer_site import dealer_site

KILLS = 10


@pytest.mark.timeout(180)
def test_ten_kills_cost_nothing_but_what_was_in_flight(program: Program) -> None:
    """No run waits for the lease of the dead, no photo ever vanishes, and all are stored at the end, once each."""
    random, unsettled = Random(1973), 0
    with dealer_site(vehicles=4, photos=20, photo_hosts=2, delay_seconds=0.03) as site, Watch(program) as watch:
        shown(program.engine, site)
        before = images(program.engine)
        watch.begin()
        for _ in range(KILLS):
            asked = site.photo_requests.total()
            with program.started("trickle-backfill-images") as process:
                site.wait_for_photo_requests(asked + 1, seconds=20)  # no lease of 30 s is waited for
                with suppress(AssertionError):  # there may be fewer left
                    site.wait_for_photo_requests(asked + random.randint(1, 6), seconds=1)
                time.sleep(random.uniform(0, 0.1))
                kill(process)
            unsettled += held(program.engine)
        last = program.run("trickle-backfill-images")

    after = images(program.engine)
    assert last.code == 0
    assert watch.losses == []
    assert identity(after) == identity(before)
    assert all(row["status"] == "stored" and is_whole(program, row) for row in after)
    assert 80 <= site.photo_requests.total() <= 80 + unsettled
    assert nothing_is_held(program.engine)
    assert program.strays() == []
    assert len([path for path in program.files() if path.suffix == ".jpg"]) == 80


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
    assert site.photo_requests.total() <= 12 + 4
