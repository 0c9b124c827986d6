"""P6: what an operator says of a host holds for workers that run, at once."""

from running_program import Program, ended, images, nothing_is_held, shown
from servers.dealer_site import DealerSite, dealer_site, wait_until
from sqlalchemy import Engine, select

from forecourt.db.engine import reading
from forecourt.db.tables import hosts
from forecourt.fetch.address import host_of


def test_a_host_is_paused_and_resumed_under_a_running_worker(program: Program) -> None:
    """Paused, it sees no request, and what was claimed of it is free; the other host is not touched by that."""
    with dealer_site(vehicles=2, photos=20, photo_hosts=2, delay_seconds=0.1) as site:
        shown(program.engine, site)
        site.holds_photos = True
        host = host_of(site.photo_urls_of(0)[0])
        with program.started("worker", host_concurrency=1) as process:
            site.wait_for_photo_requests(2)
            paused = program.run("hosts", "pause", host, "--reason", "their server moves")
            site.holds_photos = False
            wait_until(lambda: host not in _held(program.engine))
            asked, _ = _asked(site)
            listed = program.run("hosts", "list", "--paused").out
            status = program.run("status", "--json").json()
            wait_until(lambda: _asked(site)[1] == 20)
            assert _asked(site)[0] == asked < 20
            program.run("hosts", "resume", host)
            wait_until(lambda: _asked(site)[0] > asked)
            process.terminate()
            stopped = ended(process)

    assert (paused.code, stopped.code) == (0, 0)
    assert f"{host}  0 s, 2 at once" in listed
    assert "paused: their server moves" in listed
    assert status["paused_hosts"] == [{"host": host, "reason": "their server moves"}]
    assert all(row["failures"] == 0 for row in images(program.engine))
    assert nothing_is_held(program.engine)


def test_a_pace_that_is_set_holds_for_a_running_worker(program: Program) -> None:
    """From slow to fast: at the old pace the photos would take a minute each."""
    with dealer_site(vehicles=1, photos=6, delay_seconds=0.1) as site:
        shown(program.engine, site)
        host = host_of(site.photo_urls[0])
        with program.started("trickle-backfill-images", host_interval_seconds=60) as process:
            site.wait_for_photo_requests(1)
            program.run("hosts", "set", host, "--interval", "0", "--concurrency", "1")
            done = ended(process, seconds=40)

    assert done.code == 0
    assert {row["status"] for row in images(program.engine)} == {"stored"}
    assert site.hosts[site.ports[0]].most == 1


def test_joined_hosts_see_one_crawler(program: Program) -> None:
    """They were asked by two workers, side by side; from the moment on that they are one, never two at once."""
    with dealer_site(vehicles=2, photos=20, photo_hosts=2, delay_seconds=0.1) as site:
        shown(program.engine, site)
        names = [host_of(site.photo_urls_of(number)[0]) for number in range(2)]
        joined = program.run("hosts", "join", *names)
        with (
            program.started("trickle-backfill-images", host_concurrency=1) as one,
            program.started("trickle-backfill-images", host_concurrency=1) as other,
        ):
            codes = (ended(one).code, ended(other).code)

    assert (joined.code, *codes) == (0, 0, 0)
    assert "20 photos and listings follow" in joined.out
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert site.most_at_once == 1
    assert {row["status"] for row in images(program.engine)} == {"stored"}


def test_an_unknown_host_is_one_line_that_names_those_there_are(program: Program) -> None:
    with dealer_site(vehicles=1, photos=1) as site:
        shown(program.engine, site)
        known = host_of(site.photo_urls[0])
        for command in (["pause"], ["resume"], ["set", "--usual"], ["join", known]):
            wrong = program.run("hosts", command[0], "img.exmaple", *command[1:])
            assert (wrong.code, wrong.err.count("\n")) == (2, 1)
            assert f"there is no host img.exmaple; there is {known}" in wrong.err
        nothing = program.run("hosts", "set", known)
        url = program.run("hosts", "pause", site.photo_urls[0])

    assert (nothing.code, "give --interval" in nothing.err) == (2, True)
    assert (url.code, url.out) == (0, f"{known} is paused: by an operator.\n")


def _asked(site: DealerSite) -> tuple[int, int]:
    """How often the two photo hosts were asked."""
    first, second = (len(site.hosts[port].starts) for port in site.ports[1:])
    return first, second


def _held(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(hosts.c.host).where(hosts.c.lease_owner.is_not(None))))
