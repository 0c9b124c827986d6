"""H23: robots.txt in all forms, and whether the listing beside it is read."""

import gzip
from pathlib import Path

import pytest
from case_pages import PagesRan, Site, pages_read
from case_run import BRISK
from servers.canary import Canary
from servers.misbehaving import Behaviour, Exchange, Request, answer, endless, raw, redirect, reset, silence

TEXT = ("Content-Type", "text/plain")
KEEP_OUT = b"User-agent: *\nDisallow: /\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"


def rules(body: bytes, *headers: tuple[str, str]) -> Behaviour:
    return answer(body, headers=[TEXT, *headers])


def hops(number: int, last: Behaviour) -> Behaviour:
    """So many redirects, then the last; without a memory, as two runs ask."""

    async def behave(request: Request, exchange: Exchange) -> None:
        hop = int(request.target.partition("?")[2] or 0)
        await (redirect(f"/robots.txt?{hop + 1}") if hop < number else last)(request, exchange)

    return behave


ALLOWED = {
    "H23-404": answer(status=404),
    "H23-410": answer(status=410),
    "H23-401": answer(status=401),
    "H23-403": answer(status=403),
    "H23-empty": rules(b""),
    "H23-204": answer(status=204, length=None),
    "H23-html": answer(
        b"<html><body>User-agent: *\nDisallow: /\n</body></html>", headers=[("Content-Type", "text/html")]
    ),
    "H23-six-redirects": hops(6, rules(KEEP_OUT)),
    "H23-a-loop": redirect("/robots.txt"),
    "H23-to-a-private-address": redirect("http://10.0.0.1/robots.txt"),
    "H23-to-a-file": redirect("file:///etc/passwd"),
    "H23-for-another": rules(b"User-agent: Googlebot\nDisallow: /\n"),
    "H23-keeps-out-after-500-kib": endless(HEAD + b"User-agent: *\nAllow: /\n" + b"#" * 600_000, b"\nDisallow: /\n"),
    "H23-crawl-delay-99999": rules(b"User-agent: *\nCrawl-delay: 99999\n"),
    "H23-crawl-delay-nonsense": rules(b"User-agent: *\nCrawl-delay: NaN\nCrawl-delay: -1\n"),
    "H23-sitemap-a-file": rules(b"Sitemap: file:///etc/passwd\nSitemap: gopher://127.0.0.1:6379/\n"),
    "H23-nonsense": rules(bytes(range(256)) * 20),
}
FORBIDDEN = {
    "H23-disallow": rules(KEEP_OUT),
    "H23-disallow-for-us": rules(b"User-agent: forecourt\nDisallow: /\n\nUser-agent: *\nAllow: /\n"),
    "H23-bom": rules(b"\xef\xbb\xbf" + KEEP_OUT),
    "H23-utf-8-and-nul": rules("# für alle\0\n".encode() + KEEP_OUT),
    "H23-line-ends-of-old": rules(KEEP_OUT.replace(b"\n", b"\r")),
    "H23-packed": rules(gzip.compress(KEEP_OUT), ("Content-Encoding", "gzip")),
    "H23-five-redirects": hops(5, rules(KEEP_OUT)),
    "H23-10-mb": rules(KEEP_OUT + b"# nothing new\n" * 750_000),
    "H23-endless": endless(HEAD + KEEP_OUT, b"# nothing new\n" * 5000),
    "H23-gzip-bomb": rules(gzip.compress(KEEP_OUT + bytes(2**24)), ("Content-Encoding", "gzip")),
}
NOT_NOW = {
    "H23-500": (answer(status=500), "host_busy"),
    "H23-502": (answer(status=502), "host_busy"),
    "H23-503": (answer(status=503), "host_busy"),
    "H23-429": (answer(status=429), "host_busy"),
    "H23-silence": (silence(), "unreachable"),
    "H23-silence-in-the-body": (raw(HEAD + KEEP_OUT, then="silence"), "unreachable"),
    "H23-reset": (reset(), "unreachable"),
    "H23-half": (answer(KEEP_OUT, length=1000, then="close"), "unreachable"),
    "H23-no-http": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "unreachable"),
}
SITES = [
    *(Site(name, robots) for name, robots in {**ALLOWED, **FORBIDDEN}.items()),
    *(Site(name, robots) for name, (robots, _) in NOT_NOW.items()),
]


@pytest.fixture(scope="module")
def ran(module_database_url: str, tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> PagesRan:
    home: Path = tmp_path_factory.mktemp("home")
    return pages_read(SITES, database_url=module_database_url, home=home, canary=canary, limits=BRISK)


def site(name: str) -> Site:
    return next(each for each in SITES if each.name == name)


@pytest.mark.parametrize("name", ALLOWED)
def test_where_no_rule_keeps_us_out_the_listing_is_read(ran: PagesRan, name: str) -> None:
    row = ran.queue_row(site(name))

    assert (row["status"], row["failure_kind"], row["failures"]) == ("complete", None, 0), row["last_error"]
    assert len(ran.images(site(name))) == 1
    assert ran.asked(site(name))[-1] == f"{site(name).path}.html"


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_robots_txt_forbids_is_not_asked_for(ran: PagesRan, name: str) -> None:
    row = ran.queue_row(site(name))

    assert (row["status"], row["failure_kind"], row["failures"]) == ("pending", "robots", 1), row["last_error"]
    assert 5.9 * 3600 < (row["next_attempt_at"] - ran.ended).total_seconds() < 7.3 * 3600
    assert not [target for target in ran.asked(site(name)) if not target.startswith("/robots.txt")]


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, (_, kind) in NOT_NOW.items()])
def test_a_host_that_cannot_say_what_it_allows_is_left_alone(ran: PagesRan, name: str, kind: str) -> None:
    row, host = ran.queue_row(site(name)), ran.host_row(site(name))

    assert (row["status"], row["failure_kind"], row["failures"]) == ("pending", kind, 0), row["last_error"]
    assert abs((host["next_allowed_at"] - row["next_attempt_at"]).total_seconds()) < 1
    assert ran.asked(site(name)) == ["/robots.txt"]


def test_h23_a_crawl_delay_is_a_minute_at_most(ran: PagesRan) -> None:
    assert ran.host_row(site("H23-crawl-delay-99999"))["robots"]["crawl_delay_seconds"] == 60
    assert ran.host_row(site("H23-crawl-delay-nonsense"))["robots"]["crawl_delay_seconds"] is None


def test_h23_no_more_than_500_kib_are_kept(ran: PagesRan) -> None:
    kept = [len(row["robots"]["text"]) for row in ran.rows["hosts"] if row["robots"]]

    assert max(kept) == 500 * 1024
