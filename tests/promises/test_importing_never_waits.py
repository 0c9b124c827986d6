"""P2: importing never waits for photos."""

from running_program import Program, images
from servers.dealer_site import dealer_site


def test_reading_all_organizations_asks_for_no_photo(program: Program) -> None:
    """Nor does reading the listings of the queue with --skip-image-upload; both show every photo at once."""
    with dealer_site(vehicles=3, photos=4) as site:
        program.run("organizations", "add", "Dealer", site.website)
        extracted = program.run("extract-all-orgs", "--json")
        again = program.run("import-queue", "add", *site.listing_urls, "--json")
        processed = program.run("process-import-queue", "--skip-image-upload", "--json")

    assert (extracted.code, extracted.json()["total_vehicles_created"]) == (0, 3)
    assert (again.json()["again"], processed.code, processed.json()["succeeded"]) == (3, 0, 3)
    assert processed.json()["vehicles_created"] == []
    assert site.photo_requests.total() == 0
    assert sorted(row["image_url"] for row in images(program.engine)) == site.photo_urls
    assert all(row["is_external"] for row in images(program.engine))


def test_without_the_flag_the_photos_are_fetched_right_after(program: Program) -> None:
    with dealer_site(vehicles=2, photos=3) as site:
        program.run("import-queue", "add", *site.listing_urls)
        done = program.run("process-import-queue", "--json")

    assert (done.code, done.json()["succeeded"], len(done.json()["vehicles_created"])) == (0, 2, 2)
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert {row["status"] for row in images(program.engine)} == {"stored"}


def test_a_site_is_asked_for_its_rules_once_a_day(program: Program) -> None:
    """However many of its listings are read at once, and by however many runs."""
    with dealer_site(vehicles=6, photos=1) as site:
        program.run("import-queue", "add", *site.listing_urls)
        program.run("process-import-queue", "--skip-image-upload")
        program.run("organizations", "add", "Dealer", site.website)
        program.run("extract-all-orgs")

    assert site.asked[f"{site.website}/robots.txt"] == 1


def test_a_limit_leaves_the_rest_for_the_next_run(program: Program) -> None:
    with dealer_site(vehicles=5, photos=1) as site:
        program.run("import-queue", "add", *site.listing_urls)
        first = program.run("process-import-queue", "--limit", "2", "--skip-image-upload", "--json")
        rest = program.run("process-import-queue", "--batch-size", "1", "--skip-image-upload", "--json")

    assert (first.json()["processed"], rest.json()["processed"]) == (2, 3)
    assert all(site.asked[url] == 1 for url in site.listing_urls)
