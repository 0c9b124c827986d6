"""P6: a host that fails again and again is left alone, and then tried with one request (H19)."""

from datetime import UTC, datetime, timedelta

from running_program import Program, ended, images, nothing_is_held, shown
from servers.dealer_site import DealerSite, Given, dealer_site
from sqlalchemy import Engine, select, update

from forecourt.db.engine import reading, writing
from forecourt.db.tables import hosts, vehicle_images

DOWN = Given(503, b"down for maintenance", ("Content-Type: text/plain",))


def test_h19_the_fifth_trouble_opens_the_breaker_and_each_probe_is_one_request(program: Program) -> None:
    """Two at once send one probe between them, and for another photo than the last; then all is well again."""
    with dealer_site(vehicles=2, photos=3) as site:
        shown(program.engine, site)
        site.answers |= dict.fromkeys(site.photo_urls, DOWN)
        _four_troubles(program.engine)

        fifth = program.run("trickle-backfill-images", host_concurrency=2)
        first = _asked(site)
        waits = [_minutes_left(program.engine)]
        _time_passes(program.engine)
        with program.started("trickle-backfill-images") as one, program.started("trickle-backfill-images") as other:
            codes = {ended(one).code, ended(other).code}
        probe = _asked(site) - first
        waits.append(_minutes_left(program.engine))
        _time_passes(program.engine)
        site.answers.clear()
        well = program.run("trickle-backfill-images")

    rows = images(program.engine)
    assert (fifth.code, codes, well.code) == (75, {75}, 0)
    assert "UTC" in fifth.out
    assert len(first) in {1, 2}
    assert len(probe) == 1
    assert site.photo_requests.total() == len(first) + 1 + 6
    assert 5 <= waits[0] <= 6.5
    assert 60 <= waits[1] <= 72.5
    assert {(row["status"], row["failures"]) for row in rows} == {("stored", 0)}
    assert nothing_is_held(program.engine)


def test_a_photo_that_alone_makes_its_host_fail_does_not_hold_up_the_others(program: Program) -> None:
    """It comes first in every order. The probe is another one; then the trouble is its own, and it waits for longer."""
    with dealer_site(vehicles=1, photos=3) as site:
        shown(program.engine, site)
        site.answers[site.photo_urls[0]] = DOWN
        _four_troubles(program.engine)
        program.run("trickle-backfill-images", host_concurrency=1)
        assert _asked(site) == {site.photo_urls[0]}
        _time_passes(program.engine)
        program.run("trickle-backfill-images", host_concurrency=1)
        assert "stored" in {row["status"] for row in images(program.engine)[1:]}
        _host_time_passes(program.engine)
        program.run("trickle-backfill-images", host_concurrency=1)

    rows = images(program.engine)
    assert [(row["status"], row["failures"]) for row in rows] == [("pending", 1), ("stored", 0), ("stored", 0)]
    assert site.photo_requests == {site.photo_urls[0]: 2, site.photo_urls[1]: 1, site.photo_urls[2]: 1}


def _asked(site: DealerSite) -> set[str]:
    return set(site.photo_requests)


def _four_troubles(engine: Engine) -> None:
    """In a row."""
    with writing(engine) as connection:
        connection.execute(update(hosts).values(consecutive_failures=4))


def _minutes_left(engine: Engine) -> float:
    """Until the host may be asked again; a moment of it has passed."""
    with reading(engine) as connection:
        until: datetime = connection.scalars(select(hosts.c.next_allowed_at)).one()
    left: timedelta = until - datetime.now(UTC) + timedelta(minutes=0.5)
    return left.total_seconds() / 60


def _time_passes(engine: Engine) -> None:
    _host_time_passes(engine)
    with writing(engine) as connection:
        connection.execute(update(vehicle_images).values(next_attempt_at=None))


def _host_time_passes(engine: Engine) -> None:
    """And a photo that waits for longer than its host goes on waiting."""
    with writing(engine) as connection:
        connection.execute(update(hosts).values(next_allowed_at=None, slowed_interval_seconds=None))
