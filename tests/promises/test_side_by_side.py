"""P5, P6: however many work at once, no photo is asked for twice, and one host sees one crawler."""

from contextlib import ExitStack

from running_program import Program, ended, images, nothing_is_held, shown
from servers.dealer_site import DealerSite, dealer_site

from forecourt.fetch.address import host_of

INTERVAL_SECONDS = 0.1
LATE_SECONDS = 0.08  # how much longer than the next one a request may be on its way, as the server sees it


def test_two_trickles_at_once_ask_for_each_photo_once(program: Program) -> None:
    with dealer_site(vehicles=4, photos=6, photo_hosts=2, delay_seconds=0.15) as site:
        shown(program.engine, site)
        settings = {"host_interval_seconds": INTERVAL_SECONDS, "host_concurrency": 2}
        with (
            program.started("trickle-backfill-images", **settings) as one,
            program.started("trickle-backfill-images", **settings) as other,
        ):
            codes = (ended(one).code, ended(other).code)

    assert codes == (0, 0)
    _was_polite(site, most=2)
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert {row["status"] for row in images(program.engine)} == {"stored"}
    assert nothing_is_held(program.engine)


def test_h22_four_processes_are_one_crawler_to_a_host(program: Program) -> None:
    """50 photos, at the pace that an operator has set for this host, which is slower than the setting's."""
    with dealer_site(vehicles=5, photos=10, delay_seconds=0.15) as site, ExitStack() as running:
        shown(program.engine, site)
        program.run("hosts", "set", host_of(site.website), "--interval", str(INTERVAL_SECONDS), "--concurrency", "2")
        started = [running.enter_context(program.started("trickle-backfill-images")) for _ in range(4)]
        codes = {ended(process).code for process in started}

    assert codes == {0}
    _was_polite(site, most=2)
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert {row["status"] for row in images(program.engine)} == {"stored"}
    assert nothing_is_held(program.engine)


def test_a_trickle_and_an_import_that_fetches_photos_share_the_hosts(program: Program) -> None:
    """Pages and photos lie on the same server, which sees one visitor."""
    with dealer_site(vehicles=4, photos=4, delay_seconds=0.1) as site:
        shown(program.engine, site)
        program.run("import-queue", "add", *site.listing_urls)
        settings = {"host_interval_seconds": INTERVAL_SECONDS, "host_concurrency": 1}
        with (
            program.started("trickle-backfill-images", **settings) as trickle,
            program.started("process-import-queue", **settings) as importing,
        ):
            codes = (ended(trickle).code, ended(importing).code)

    assert codes == (0, 0)
    _was_polite(site, most=1)
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert all(site.asked[url] == 1 for url in site.listing_urls)
    assert {row["status"] for row in images(program.engine)} == {"stored"}


def test_manners_are_kept_from_one_run_to_the_next(program: Program) -> None:
    """Runs of one photo each, started as fast as they end. That a host has its usual pause is no reason to say 75."""
    with dealer_site(vehicles=3, photos=1) as site:
        shown(program.engine, site)
        for _ in range(3):
            assert program.run("trickle-backfill-images", "--limit", "1", host_interval_seconds=2).code == 0

    assert min(site.hosts[port].smallest_gap_seconds for port in site.ports) >= 1.9


def _was_polite(site: DealerSite, *, most: int) -> None:
    for seen in site.hosts.values():
        assert seen.most <= most
        for apart in (1, 2, 5):
            gaps = [after - before for before, after in zip(seen.starts, seen.starts[apart:], strict=False)]
            assert min(gaps, default=apart) >= apart * INTERVAL_SECONDS - LATE_SECONDS
