"""P8: every failure has a name, a count and a next time; and it stays its own."""

from datetime import UTC, datetime, timedelta

from running_program import Program, images, nothing_is_held, shown
from servers.dealer_site import Given, dealer_site
from sqlalchemy import Engine, select, update

from forecourt.db.engine import reading, writing
from forecourt.db.tables import hosts, vehicle_images

BUSY = Given(429, b"", ("Retry-After: 120",))
PAGE = Given(200, b"<html><body>No hotlinking, please.</body></html>", ("Content-Type: text/html",))


def test_each_bad_photo_ends_in_its_own_way_and_the_good_ones_are_stored(program: Program) -> None:
    """A failure was counted: exit 3. The next run asks for none of what waits for later, and has nothing to do."""
    with dealer_site(vehicles=1, photos=7) as site:
        shown(program.engine, site)
        for url, given in zip(
            site.photo_urls,
            (
                Given(404, b"gone"),
                Given(403, b"no"),
                PAGE,
                Given(200, site.photo(site.photo_urls[3]), cut=500),
                Given(200, b""),
                Given(500, b"oh"),
            ),
            strict=False,
        ):
            site.answers[url] = given
        done = program.run("trickle-backfill-images", "--json")
        again = program.run("trickle-backfill-images", "--json")

    rows = images(program.engine)
    assert [(row["status"], row["failure_kind"], row["failures"]) for row in rows] == [
        ("pending", "gone", 1),
        ("blocked", "blocked", 1),
        ("blocked", "not_a_photo", 1),
        ("pending", "incomplete", 1),
        ("pending", "empty", 1),
        ("pending", "server_error", 1),
        ("stored", None, 0),
    ]
    waits = [_hours_until(row["next_attempt_at"]) for row in rows if row["is_external"]]
    assert round(waits[0]) == 24
    assert all(5.9 < hours < 7.3 for hours in waits[1:3])
    assert all(0 < hours * 60 < 1.3 for hours in waits[3:])
    assert all(row["is_external"] and row["source_url"] for row in rows[:6])
    assert (done.code, done.json()["total_images_inserted"], again.code) == (3, 1, 0)
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert len([path for path in program.files() if path.suffix == ".jpg"]) == 1
    assert program.strays() == []


def test_where_one_form_is_refused_the_next_one_is_stored(program: Program) -> None:
    """One claim, one request for each form; what was wrong with the first one counts where none will do."""
    with dealer_site(vehicles=1, photos=4) as site:
        shown(program.engine, site)
        large, small, lost, lost_too = site.photo_urls
        site.answers |= {large: Given(404, b"gone"), lost: PAGE, lost_too: Given(404, b"gone")}
        with writing(program.engine) as connection:
            for url, other in ((large, small), (lost, lost_too)):
                named = update(vehicle_images).where(vehicle_images.c.source_url == url)
                connection.execute(named.values(candidates=[other]))
        program.run("trickle-backfill-images")

    rows = {row["source_url"]: row for row in images(program.engine)}
    assert (rows[large]["status"], rows[large]["attempts"]) == ("stored", 1)
    assert rows[large]["file_hash"] == rows[small]["file_hash"]
    assert (rows[lost]["status"], rows[lost]["failure_kind"]) == ("blocked", "not_a_photo")
    assert site.photo_requests == {large: 1, small: 2, lost: 1, lost_too: 2}


def test_what_is_missing_is_gone_after_a_second_look_a_day_later(program: Program) -> None:
    """It is shown from the dealer's URL all the same, and asked no more."""
    with dealer_site(vehicles=1, photos=1) as site:
        shown(program.engine, site)
        site.answers[site.photo_urls[0]] = Given(404, b"gone")
        program.run("trickle-backfill-images")
        _a_day_passes(program.engine)
        second = program.run("trickle-backfill-images")
        third = program.run("trickle-backfill-images")

    [row] = images(program.engine)
    assert (second.code, third.code, site.photo_requests.total()) == (3, 0, 2)
    assert (row["status"], row["is_external"], row["source_url"]) == ("gone", True, site.photo_urls[0])


def test_a_host_that_asks_for_patience_is_left_alone_and_the_others_go_on(program: Program) -> None:
    """Nothing is counted on its photos: exit 75. The next run does not ask it either."""
    with dealer_site(vehicles=2, photos=6, photo_hosts=2) as site:
        shown(program.engine, site)
        busy = site.photo_urls_of(0)
        site.answers |= dict.fromkeys(busy, BUSY)
        first = program.run("trickle-backfill-images", "--json")
        asked = sum(site.asked[url] for url in busy)
        second = program.run("trickle-backfill-images")
        assert sum(site.asked[url] for url in busy) == asked <= 2
        site.answers.clear()
        _two_minutes_pass(program.engine)
        third = program.run("trickle-backfill-images")

    rows = images(program.engine)
    assert (first.code, second.code, third.code) == (75, 75, 0)
    assert first.json()["total_images_inserted"] == 6
    assert "UTC" in second.out
    assert all(row["failures"] == 0 and row["status"] == "stored" for row in rows)
    assert nothing_is_held(program.engine)


def test_while_a_host_is_left_alone_its_photos_are_external_and_have_no_failure(program: Program) -> None:
    with dealer_site(vehicles=2, photos=4) as site:
        shown(program.engine, site)
        site.answers |= dict.fromkeys(site.photo_urls, BUSY)
        done = program.run("trickle-backfill-images")

    rows = images(program.engine)
    assert done.code == 75
    assert site.photo_requests.total() <= 2
    assert {(row["status"], row["failures"], row["is_external"]) for row in rows} == {("pending", 0, True)}
    with reading(program.engine) as connection:
        waits_until = connection.scalars(select(hosts.c.next_allowed_at)).one()
    assert timedelta(seconds=90) < waits_until - datetime.now(UTC) <= timedelta(seconds=121)


def test_a_short_patience_is_waited_for(program: Program) -> None:
    """A trickle that would have to wait for two seconds does not give up."""
    with dealer_site(vehicles=1, photos=3) as site:
        shown(program.engine, site)
        site.answers |= dict.fromkeys(site.photo_urls, Given(503, b"", ("Retry-After: 2",)))
        with program.started("trickle-backfill-images") as process:
            site.wait_for_photo_requests(1)
            site.answers.clear()
            assert process.wait(30) == 0

    assert {(row["status"], row["failures"]) for row in images(program.engine)} == {("stored", 0)}


def test_a_website_that_cannot_be_asked_now_is_no_failure(program: Program) -> None:
    with dealer_site(vehicles=1, photos=1) as site:
        site.answers[f"{site.website}/robots.txt"] = BUSY
        program.run("organizations", "add", "Dealer", site.website)
        done = program.run("extract-all-orgs", "--json")

    assert (done.code, done.json()["failed"], site.asked.total()) == (75, 1, 1)
    assert "host_busy" in done.json()["results"][0]["error"]


def _hours_until(moment: datetime) -> float:
    return (moment - datetime.now(UTC)).total_seconds() / 3600


def _a_day_passes(engine: Engine) -> None:
    """For the images: their times move back."""
    now = datetime.now(UTC)
    with writing(engine) as connection:
        connection.execute(
            update(vehicle_images).values(next_attempt_at=now, failing_since=now - timedelta(hours=24, minutes=1))
        )


def _two_minutes_pass(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(hosts).values(next_allowed_at=None, slowed_interval_seconds=None))
        connection.execute(update(vehicle_images).values(next_attempt_at=None))
