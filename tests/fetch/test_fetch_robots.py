"""Cases H23, as far as text and outcome go; the requests are in test_fetch_pages.py."""

import pytest

from forecourt.errors import Blocked, Gone, HostTrouble, PermanentError, TransientError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.robots import Robots, refuses_ai, text_after, text_of

US = "forecourt/0.1 (+https://operator.example/contact)"


def test_the_rules_for_us_win_over_those_for_everybody() -> None:
    robots = Robots("User-agent: *\nDisallow: /\n\nUser-agent: Forecourt\nDisallow: /private\nCrawl-delay: 2\n")

    assert robots.allows("https://dealer.example/cars", US)
    assert not robots.allows("https://dealer.example/private/1", US)
    assert not robots.allows("https://dealer.example/cars", "other/1.0")
    assert robots.crawl_delay(US) == 2
    assert robots.crawl_delay("other/1.0") is None


def test_no_text_has_no_rules() -> None:
    robots = Robots("")

    assert robots.allows("https://dealer.example/", US)
    assert robots.crawl_delay(US) is None
    assert robots.sitemaps == ()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("0", 1), ("0.2", 1), ("5", 5), ("99999", 60), ("-1", None), ("nan", None), ("inf", None), ("x", None)],
)
def test_a_crawl_delay_lies_between_a_second_and_a_minute(said: str, seconds: float | None) -> None:
    assert Robots(f"User-agent: *\nCrawl-delay: {said}\n").crawl_delay(US) == seconds


def test_sitemaps_are_web_addresses_each_once() -> None:
    robots = Robots(
        "Sitemap: file:///etc/passwd\nSitemap: https://d.example/a.xml\nsitemap: https://d.example/a.xml\n"
        "Sitemap: HTTP://d.example/b.xml\nSitemap: /c.xml\n"
    )

    assert robots.sitemaps == ("https://d.example/a.xml", "HTTP://d.example/b.xml")


def test_a_byte_order_mark_and_nul_do_not_hide_the_first_rule() -> None:
    robots = Robots(text_of(b"\xef\xbb\xbfUser-agent: *\x00\r\nDisallow: /a\xff\r\n"))

    assert not robots.allows("https://dealer.example/a%EF%BF%BD", US)
    assert "\x00" not in robots.text


def test_a_web_page_in_its_place_has_no_rules() -> None:
    assert text_of(b"\n <!DOCTYPE html><title>User-agent: *\nDisallow: /</title>") == ""


def test_only_the_first_500_kib_are_read() -> None:
    text = text_of(b"User-agent: *\nDisallow: /a\n" + b"#" * 600_000 + b"\nDisallow: /b\n")

    assert len(text) == 500 * 1024
    assert not Robots(text).allows("https://dealer.example/a", US)
    assert Robots(text).allows("https://dealer.example/b", US)


@pytest.mark.parametrize(
    "trouble",
    [
        Gone("HTTP 404"),
        Blocked(FailureKind.BLOCKED, "HTTP 403"),
        TransientError(FailureKind.TOO_MANY_REDIRECTS),
        TransientError(FailureKind.EMPTY),
        PermanentError(FailureKind.FORBIDDEN_URL),
    ],
    ids=str,
)
def test_a_robots_txt_that_is_not_there_allows_everything(trouble: Trouble) -> None:
    assert text_after(trouble) == ""


@pytest.mark.parametrize(
    "trouble",
    [
        TransientError(FailureKind.SERVER_ERROR, "HTTP 500"),
        TransientError(FailureKind.TIMEOUT),
        TransientError(FailureKind.INCOMPLETE),
        HostTrouble(FailureKind.HOST_BUSY, wait_seconds=5),
        HostTrouble(FailureKind.UNREACHABLE),
    ],
    ids=str,
)
def test_a_host_that_cannot_say_what_it_allows_is_left_alone(trouble: Trouble) -> None:
    with pytest.raises(HostTrouble):
        text_after(trouble)


@pytest.mark.parametrize(
    ("tags", "refuses"),
    [
        (["noai"], True),
        (["noindex, noimageai"], True),
        (["NoAI"], True),
        (["noindex", "noai"], True),
        (["forecourt: noai"], True),
        (["otherbot: noai"], False),
        (["otherbot: noindex", "*: noimageai"], True),
        (["unavailable_after: 25 Jun 2030 15:00:00 PST"], False),
        (["noindex, unavailable_after: 25 Jun 2030 15:00:00 PST, noai"], True),
        (["max-image-preview:large, noai"], True),
        (["max-snippet: 20, noimageai"], True),
        (["noindex, forecourt: noai"], True),
        (["otherbot: noindex, forecourt: noai"], True),
        (["otherbot: noindex, noai"], False),
        (["noaid"], False),
        ([""], False),
        ([], False),
    ],
)
def test_x_robots_tag_refuses_all_or_us(tags: list[str], *, refuses: bool) -> None:
    assert refuses_ai(tags, "forecourt/0.1 (photo backfill)") is refuses
