"""P6, H23: photos obey robots.txt and X-Robots-Tag where an operator says so; a host that cannot say waits."""

from running_program import Program, images, shown
from servers.dealer_site import DealerSite, Given, dealer_site

NO_PHOTOS = Given(200, b"User-agent: *\nDisallow: /photos/1/\n", ("Content-Type: text/plain",))


def test_photos_obey_robots_where_they_are_told_to(program: Program) -> None:
    """The file is asked for once, and kept for the runs after it."""
    with dealer_site(vehicles=2, photos=2) as site:
        shown(program.engine, site)
        site.answers[_robots(site)] = NO_PHOTOS
        first = program.run("trickle-backfill-images", photos_obey_robots=True)
        again = program.run("trickle-backfill-images", photos_obey_robots=True)

    rows = images(program.engine)
    assert [(row["status"], row["failure_kind"]) for row in rows] == [("stored", None)] * 2 + [
        ("blocked", "robots")
    ] * 2
    assert site.photo_requests == dict.fromkeys(site.photo_urls_of(0), 1)
    assert (first.code, again.code, site.asked[_robots(site)]) == (3, 0, 1)


def test_a_redirect_leads_to_no_place_that_is_kept_from_us(program: Program) -> None:
    """Its host's robots.txt counts where it leads, too, and not only where it begins."""
    with dealer_site(vehicles=2, photos=1, photo_hosts=2) as site:
        shown(program.engine, site)
        first, other = (site.photo_urls_of(number)[0] for number in range(2))
        host = other.partition("/photos/")[0]
        site.answers[first] = Given(302, b"", (f"Location: {host}/photos/1/elsewhere.jpg",))
        site.answers[f"{host}/robots.txt"] = NO_PHOTOS
        program.run("trickle-backfill-images", photos_obey_robots=True)

    rows = images(program.engine)
    assert {(row["status"], row["failure_kind"]) for row in rows} == {("blocked", "robots")}
    assert site.photo_requests == {first: 1}


def test_a_host_that_cannot_say_what_it_allows_waits_and_nothing_is_counted_on_its_photos(program: Program) -> None:
    with dealer_site(vehicles=1, photos=3) as site:
        shown(program.engine, site)
        site.answers[_robots(site)] = Given(500, b"oh", ())
        done = program.run("trickle-backfill-images", photos_obey_robots=True)

    assert (done.code, site.photo_requests.total(), site.asked[_robots(site)]) == (75, 0, 1)
    assert {(row["status"], row["failures"]) for row in images(program.engine)} == {("pending", 0)}


def test_a_photo_that_is_not_for_machines_is_blocked_where_we_heed_that(program: Program) -> None:
    with dealer_site(vehicles=1, photos=2) as site:
        shown(program.engine, site)
        refusing = site.photo_urls[0]
        tags = ("Content-Type: image/jpeg", "X-Robots-Tag: noindex, NoAI")
        site.answers[refusing] = Given(200, site.photo(refusing), tags)
        program.run("trickle-backfill-images", obey_noai=True)

    rows = images(program.engine)
    assert [(row["status"], row["failure_kind"]) for row in rows] == [("blocked", "robots"), ("stored", None)]


def test_nobody_asks_unless_told_to(program: Program) -> None:
    """Photos are parts of a page that we may read."""
    with dealer_site(vehicles=2, photos=1) as site:
        shown(program.engine, site)
        site.answers[_robots(site)] = NO_PHOTOS
        program.run("trickle-backfill-images")

    assert {row["status"] for row in images(program.engine)} == {"stored"}
    assert site.asked[_robots(site)] == 0


def _robots(site: DealerSite) -> str:
    return f"{site.website}/robots.txt"
