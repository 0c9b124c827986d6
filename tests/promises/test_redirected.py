"""P6: a redirect to a host that another worker holds costs that host no request out of turn, and nobody waits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from running_program import Program, ended, everything, identity, images, nothing_is_held, shown
from servers.dealer_site import DealerSite, Given, dealer_site, wait_until
from sqlalchemy import Engine

from forecourt.db import hosts, workers
from forecourt.db.engine import writing
from forecourt.db.hosts import Manners
from forecourt.db.tables import import_queue


def test_photos_that_lead_to_a_host_of_another_worker_go_there_and_are_stored(program: Program) -> None:
    """U22: while it is held elsewhere it sees no request; then each photo is asked for there, and not led again."""
    with dealer_site(vehicles=1, photos=4, photo_hosts=2) as site:
        shown(program.engine, site)
        there = _redirect(site.photo_urls, site.ports[2], site, program.engine)
        before = identity(images(program.engine))
        with program.started("trickle-backfill-images") as process:
            wait_until(lambda: all(row["fetch_url"] for row in images(program.engine)))
            assert site.hosts[site.ports[2]].starts == []
            assert {(row["failures"], row["fetch_hops"]) for row in images(program.engine)} == {(0, 1)}
            _let_go(program.engine)
            done = ended(process)

    rows = images(program.engine)
    assert done.code == 0
    assert {(row["status"], row["fetch_url"], row["fetch_hops"], row["attempts"]) for row in rows} == {
        ("stored", None, 0, 2)
    }
    assert identity(rows) == before
    assert {row["host_id"] for row in rows}.isdisjoint({there})
    assert set(site.photo_requests.values()) == {1}
    assert nothing_is_held(program.engine)


def test_photos_that_lead_to_a_free_host_are_stored_in_the_same_claim(program: Program) -> None:
    with dealer_site(vehicles=1, photos=1, photo_hosts=2) as site:
        shown(program.engine, site)
        _redirect(site.photo_urls, site.ports[2], site, program.engine)
        _let_go(program.engine)
        done = program.run("trickle-backfill-images")

    [row] = images(program.engine)
    assert (done.code, row["status"], row["attempts"], row["fetch_url"]) == (0, "stored", 1, None)
    assert set(site.photo_requests.values()) == {1}


def test_listings_that_lead_to_a_host_of_another_worker_go_there_and_are_read(program: Program) -> None:
    """U22: as with photos. It is asked nothing while it is held elsewhere, not even for its robots.txt."""
    with dealer_site(vehicles=3, photos=1, photo_hosts=1) as site:
        program.run("import-queue", "add", *site.listing_urls)
        port = site.ports[1]
        there = _redirect(site.listing_urls, port, site, program.engine)
        with program.started("process-import-queue", "--skip-image-upload", "--limit", "3", "--json") as process:
            wait_until(lambda: all(row["fetch_url"] for row in _queue(program.engine)))
            assert site.hosts[port].starts == []
            _let_go(program.engine)
            done = ended(process)

    rows = _queue(program.engine)
    assert (done.code, done.json()["succeeded"], done.json()["failed"]) == (0, 3, 0)
    assert {(row["status"], row["fetch_url"], row["attempts"], row["failures"]) for row in rows} == {
        ("complete", None, 2, 0)
    }
    assert {row["host_id"] for row in rows}.isdisjoint({there})
    assert [site.asked[url] for url in site.listing_urls] == [1, 1, 1]
    assert [site.asked[f"http://127.0.0.1:{port}{urlsplit(url).path}"] for url in site.listing_urls] == [1, 1, 1]
    assert len(images(program.engine)) == 3
    assert nothing_is_held(program.engine)


def _queue(engine: Engine) -> list[dict[str, Any]]:
    return everything(engine)[import_queue.name]


def _redirect(urls: Sequence[str], port: int, site: DealerSite, engine: Engine) -> int:
    """To the host at this port, which a worker of another machine holds; its id."""
    for url in urls:
        path = urlsplit(url).path
        site.answers[url] = Given(302, b"moved", (f"Location: http://127.0.0.1:{port}{path}",))
    with writing(engine) as connection:
        now = datetime.now(UTC)
        workers.register(connection, worker_id="elsewhere", machine="another", now=now + timedelta(hours=1))
        [host_id] = hosts.ids_of(connection, [f"127.0.0.1:{port}"]).values()
        [lease] = hosts.lease(connection, [host_id], worker_id="elsewhere", manners=Manners(0, 2), limit=1, now=now)
    return lease.host_id


def _let_go(engine: Engine) -> None:
    with writing(engine) as connection:
        workers.bury(connection, {"elsewhere"}, now=datetime.now(UTC), interval_seconds=0)
