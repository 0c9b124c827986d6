"""Where listings are looked for, over a real small site."""

import asyncio
from collections.abc import Iterator

import pytest
from servers.errands import NotedTurns
from servers.misbehaving import Behaviour, MisbehavingServer, answer, misbehaving
from sqlalchemy import Engine

from forecourt.db.database import Database
from forecourt.db.organizations import Organization
from forecourt.discovery import Found, discover
from forecourt.fetch.client import Fetcher
from forecourt.pages import PageReader, reading_pool
from forecourt.settings import Settings

CARS = ("/cars/2019-volvo-v60-10001", "/cars/2021-skoda-octavia-10002", "/cars/2016-audi-a4-10003")
TEXT = (("Content-Type", "text/plain"),)
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


def index_of(server: MisbehavingServer, *urls: str) -> bytes:
    parts = "".join(f"<sitemap><loc>{server.url(url) if url[0] == '/' else url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex>{parts}</sitemapindex>".encode()


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
    server.on("/sitemap.xml", answer(index_of(server, "/sitemap.xml", "/cars.xml")))
    server.on("/cars.xml", answer(sitemap_of(server, *CARS)))

    found = look(server, db, "")

    assert list(found.listing_urls) == [server.url(path) for path in CARS]
    assert server.targets.count("/sitemap.xml") == 1
    assert found.incomplete_because is None


def test_indexes_are_followed_12_deep_and_not_for_ever(server: MisbehavingServer, db: Engine) -> None:
    """X07."""
    server.on("/sitemap.xml", answer(index_of(server, "/cars.xml", "/0.xml")))
    server.on("/cars.xml", answer(sitemap_of(server, *CARS)))
    for depth in range(100):
        server.on(f"/{depth}.xml", answer(index_of(server, f"/{depth + 1}.xml")))
    server.on("/10.xml", answer(sitemap_of(server, *OTHERS)))
    assert list(look(server, db, "").listing_urls) == [server.url(path) for path in (*CARS, *OTHERS)]

    server.on("/10.xml", answer(index_of(server, "/11.xml")))
    endless = look(server, db, "")

    assert list(endless.listing_urls) == [server.url(path) for path in CARS]
    assert endless.incomplete_because == f"{server.url('/14.xml')} names sitemaps that are not followed"


def test_a_sitemap_of_another_host_is_read_only_where_robots_txt_names_it(
    server: MisbehavingServer, db: Engine
) -> None:
    """X08. Whoever serves it, only pages of the website itself are taken."""
    with misbehaving() as elsewhere:
        elsewhere.on("/cars.xml", answer(sitemap_of(server, *CARS)))
        server.on("/sitemap.xml", answer(index_of(server, elsewhere.url("/cars.xml"))))
        unnamed = look(server, db, "")
        assert (list(unnamed.listing_urls), elsewhere.targets) == ([], [])

    with misbehaving() as elsewhere, misbehaving() as site:
        entries = b"".join(sitemap_of(host, *CARS)[8:-9] for host in (site, elsewhere))
        elsewhere.on("/cars.xml", answer(b"<urlset>" + entries + b"</urlset>"))
        site.on("/robots.txt", answer(f"Sitemap: {elsewhere.url('/cars.xml')}\n".encode(), headers=TEXT))

        assert list(look(site, db, "").listing_urls) == [site.url(path) for path in CARS]


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (answer(b"", status=500), "server_error"),
        (answer(b"", status=404), "gone"),
        (answer(b"<!doctype html><title>Access denied</title><h1>Access denied</h1>"), "breaks off"),
        (answer(b"<urlset><url><loc>http://127.0.0.1/cars/2019"), "breaks off"),
        (answer(b"<urlset></urlset>"), None),
    ],
    ids=["500", "404", "wall", "cut off", "empty part"],
)
def test_a_sitemap_is_whole_only_with_all_its_parts(
    server: MisbehavingServer, db: Engine, part: Behaviour, why: str | None
) -> None:
    """What was found counts all the same."""
    server.on("/sitemap.xml", answer(index_of(server, "/cars.xml", "/more.xml")))
    server.on("/cars.xml", answer(sitemap_of(server, *CARS)))
    server.on("/more.xml", part)

    found = look(server, db, "")

    assert list(found.listing_urls)[:3] == [server.url(path) for path in CARS]
    assert why in found.incomplete_because if why and found.incomplete_because else found.incomplete_because is why


def test_a_list_that_shows_the_same_for_every_number_ends(server: MisbehavingServer, db: Engine) -> None:
    """The next number is tried once: the page names nothing new."""
    server.on("/", answer(b'<!doctype html><title>Hello</title><a href="/used-cars?page=1">Used cars</a>'))
    server.on("/used-cars", answer(page_of(*CARS)))

    found = look(server, db, "")

    assert list(found.listing_urls) == [server.url(path) for path in CARS]
    assert [target for target in server.targets if "/used-cars" in target] == ["/used-cars?page=1", "/used-cars?page=2"]
    assert found.incomplete_because == "its pages do not say how many vehicles there are"


def test_a_list_whose_first_page_is_on_the_home_page_too_is_read_on(server: MisbehavingServer, db: Engine) -> None:
    links = b'<nav><a href="/used-cars">Used cars</a></nav>'
    server.on("/", answer(page_of(*CARS).replace(b"<ul>", links + b"<ul>")))
    server.on("/used-cars", answer(page_of(*CARS, next_page="/used-cars/page/2")))
    server.on("/used-cars/page/2", answer(page_of(*OTHERS)))

    assert list(look(server, db, "").listing_urls) == [server.url(path) for path in (*CARS, *OTHERS)]
