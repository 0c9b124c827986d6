"""Where listings are looked for, over a real small site."""

import asyncio
from collections.abc import Iterator

import pytest
from servers.errands import NotedTurns
from servers.misbehaving import MisbehavingServer, answer, misbehaving
from sqlalchemy import Engine

from forecourt.db.database import Database
from forecourt.db.organizations import Organization
from forecourt.discovery import Found, discover
from forecourt.fetch.client import Fetcher
from forecourt.pages import PageReader, reading_pool
from forecourt.settings import Settings

CARS = ("/cars/2019-volvo-v60-10001", "/cars/2021-skoda-octavia-10002", "/cars/2016-audi-a4-10003")
OTHERS = ("/cars/2018-ford-focus-20001", "/cars/2020-kia-ceed-20002", "/cars/2015-opel-astra-20003")


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with misbehaving() as server:
        yield server


def look(server: MisbehavingServer, db: Engine, path: str) -> Found:
    """Discover the organization whose website lies at a path of the server."""

    async def go() -> Found:
        settings = Settings(allowed_networks="127.0.0.1/32")  # type: ignore[arg-type]  # as the environment gives it
        database = Database(db)
        async with reading_pool(processes=1) as pool, Fetcher(settings, NotedTurns()) as fetcher:
            reader = PageReader(fetcher=fetcher, pool=pool, database=database, user_agent=settings.user_agent)
            return await discover(Organization(1, "Dealer", server.url(path), None, None), reader=reader)

    return asyncio.run(go())


def page_of(*paths: str, next_page: str = "") -> bytes:
    cards = "".join(
        f'<li class="car"><a href="{path}"><img src="{path}.jpg">{path[6:].replace("-", " ")}</a><p>EUR 9,900</p></li>'
        for path in paths
    )
    following = f'<a rel="next" href="{next_page}">Next</a>' if next_page else ""
    return f"<!doctype html><title>Our cars</title><ul>{cards}</ul>{following}".encode()


def sitemap_of(server: MisbehavingServer, *paths: str) -> bytes:
    entries = "".join(f"<url><loc>{server.url(path)}</loc></url>" for path in paths)
    return f"<urlset>{entries}</urlset>".encode()


def test_a_sites_sitemap_is_believed_before_its_pages(server: MisbehavingServer, db: Engine) -> None:
    server.on("/sitemap.xml", answer(sitemap_of(server, *CARS, *OTHERS)))
    server.on("/", answer(page_of(*CARS)))

    found = look(server, db, "")

    assert list(found.listing_urls) == [server.url(path) for path in (*CARS, *OTHERS)]
    assert "/" not in server.targets


def test_a_dealers_page_at_a_marketplace_is_not_given_the_whole_marketplace(
    server: MisbehavingServer, db: Engine
) -> None:
    server.on("/sitemap.xml", answer(sitemap_of(server, *CARS, *OTHERS)))
    server.on("/showrooms/sunrise", answer(page_of(*CARS)))

    assert list(look(server, db, "/showrooms/sunrise").listing_urls) == [server.url(path) for path in CARS]


def test_a_dealers_page_that_names_nothing_gives_nothing(server: MisbehavingServer, db: Engine) -> None:
    """The sitemap speaks for the marketplace; only what lies below the dealer's own path would be the dealer's."""
    server.on("/sitemap.xml", answer(sitemap_of(server, *OTHERS, f"/showrooms/sunrise{CARS[0]}")))
    server.on("/showrooms/sunrise", answer(b"<!doctype html><title>Sunrise</title><p>We are moving."))
    server.on("/showrooms/moonlight", answer(b"<!doctype html><title>Moonlight</title><p>We are moving."))

    assert list(look(server, db, "/showrooms/sunrise").listing_urls) == [server.url(f"/showrooms/sunrise{CARS[0]}")]
    assert look(server, db, "/showrooms/moonlight").outcome == "nothing"


def test_a_site_without_a_sitemap_is_in_no_trouble(server: MisbehavingServer, db: Engine) -> None:
    """What is said of it is what its home page was: here a wall, which a missing sitemap must not hide."""
    server.on("/", answer(b"<!doctype html><title>Access denied</title><h1>Access denied</h1>"))

    found = look(server, db, "")

    assert [str(trouble.kind) for _, trouble in found.troubles] == ["blocked"]
    assert found.outcome == "blocked"


def test_the_next_page_of_a_list_is_read_only_at_the_same_site(server: MisbehavingServer, db: Engine) -> None:
    with misbehaving() as stranger:
        server.on("/", answer(page_of(*CARS, next_page="/more")))
        server.on("/more", answer(page_of(*OTHERS, next_page=stranger.url("/"))))

        found = look(server, db, "")

    assert list(found.listing_urls) == [server.url(path) for path in (*CARS, *OTHERS)]
    assert stranger.connections == 0


def test_the_lists_that_a_home_page_links_are_read_page_after_page(server: MisbehavingServer, db: Engine) -> None:
    """A linked list that is not there is passed over."""
    links = (
        b'<nav><a href="/used-cars">Used cars</a><a href="/inventory/old">Old stock</a><a href="/blog">Blog</a></nav>'
    )
    server.on("/", answer(b"<!doctype html><title>Welcome</title>" + links))
    server.on("/used-cars", answer(page_of(*CARS, next_page="/used-cars/page/2")))
    server.on("/used-cars/page/2", answer(page_of(*OTHERS, next_page="/used-cars/page/2")))

    found = look(server, db, "")

    assert list(found.listing_urls) == [server.url(path) for path in (*CARS, *OTHERS)]
    assert (found.outcome, found.troubles) == ("read", [])
    assert "/blog" not in server.targets


def test_an_index_of_sitemaps_is_followed_and_ends(server: MisbehavingServer, db: Engine) -> None:
    """X07: an index that names itself."""
    index = "".join(f"<sitemap><loc>{server.url(path)}</loc></sitemap>" for path in ("/sitemap.xml", "/cars.xml"))
    server.on("/sitemap.xml", answer(f"<sitemapindex>{index}</sitemapindex>".encode()))
    server.on("/cars.xml", answer(sitemap_of(server, *CARS)))

    assert list(look(server, db, "").listing_urls) == [server.url(path) for path in CARS]
    assert server.targets.count("/sitemap.xml") == 1
