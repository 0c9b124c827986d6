"""P6: a redirect to a host that another worker holds costs that host no request out of turn, and nobody waits."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from running_program import Program, ended, identity, images, nothing_is_held, shown
from servers.dealer_site import DealerSite, Given, dealer_site, wait_until
from sqlalchemy import Engine

from forecourt.db import hosts, workers
from forecourt.db.engine import writing
from forecourt.db.hosts import Manners


def test_photos_that_lead_to_a_host_of_another_worker_go_there_and_are_stored(program: Program) -> None:
    """U22: while it is held elsewhere it sees no request; then each photo is asked for there, and not led again."""
    with dealer_site(vehicles=1, photos=4, photo_hosts=2) as site:
        shown(program.engine, site)
        there = _redirect(site, program.engine)
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
        _redirect(site, program.engine)
        _let_go(program.engine)
        done = program.run("trickle-backfill-images")

    [row] = images(program.engine)
    assert (done.code, row["status"], row["attempts"], row["fetch_url"]) == (0, "stored", 1, None)
    assert set(site.photo_requests.values()) == {1}


def _redirect(site: DealerSite, engine: Engine) -> int:
    """From the first photo host to the second, which a worker of another machine holds; its id."""
    port = site.ports[2]
    for url in site.photo_urls:
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
