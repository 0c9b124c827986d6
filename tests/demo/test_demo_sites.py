import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from PIL import Image, UnidentifiedImageError

from forecourt.demo.cars import Fate
from forecourt.demo.sites import DemoSites


@pytest.fixture
def sites() -> Iterator[DemoSites]:
    with DemoSites() as opened:
        yield opened


def ask(url: str) -> tuple[HTTPResponse, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def broken_as(sites: DemoSites, fate: Fate) -> str:
    return next(url for url, what in sites.broken.items() if what == fate)


def test_everything_is_on_loopback_and_every_host_has_a_port_of_its_own(sites: DemoSites) -> None:
    places = [urlsplit(address) for address in sites.addresses.values()]

    assert {place.hostname for place in places} == {"127.0.0.1"}
    assert len({place.port for place in places}) == len(places) == 6


def test_the_figures_are_what_the_sites_hold(sites: DemoSites) -> None:
    assert [figures.vehicles for figures in sites.figures] == [9, 8, 7]
    assert [figures.photos for figures in sites.figures] == [102, 89, 59]
    assert sum(figures.photos for figures in sites.figures) == len(sites.photo_urls)
    assert sum(figures.broken for figures in sites.figures) == len(sites.broken) == 6
    assert [figures.beyond_cap for figures in sites.figures] == [4, 2, 0]


def test_a_website_opens_with_its_cars(sites: DemoSites) -> None:
    for organization in sites.organizations:
        response, body = ask(organization.website)

        assert response.status == 200
        assert organization.name in body.decode()
        assert body.count(b"<li>") >= 3


def test_a_sitemap_index_leads_to_every_car(sites: DemoSites) -> None:
    site = sites.addresses["sunrise-motors"]

    assert f"Sitemap: {site}/sitemap.xml" in ask(f"{site}/robots.txt")[1].decode()
    assert f"{site}/sitemaps/inventory.xml" in ask(f"{site}/sitemap.xml")[1].decode()
    assert ask(f"{site}/sitemaps/inventory.xml")[1].count(b"<loc>") == 9


def test_an_inventory_without_a_sitemap_is_read_page_by_page(sites: DemoSites) -> None:
    site = sites.addresses["kontor-klassik"]
    pages = [ask(f"{site}/cars?page={number}")[1].decode() for number in (1, 2, 3)]

    assert "Sitemap:" not in ask(f"{site}/robots.txt")[1].decode()
    assert [page.count("<li>") for page in pages] == [3, 3, 2]
    assert [f'<link rel="next" href="{site}/cars?page=' in page for page in pages] == [True, True, False]


def test_requests_are_counted_by_kind_and_photos_by_address(sites: DemoSites) -> None:
    photo = sites.photo_urls[0]
    for url in (sites.organizations[0].website, photo, photo, f"{sites.addresses['sunrise-photos']}/robots.txt"):
        ask(url)
    ask(f"{sites.addresses['harbour-lane']}/favicon.ico")

    assert sites.counts() == Counter(page=1, photo=2, robots=1, unknown=1)
    assert sites.photo_requests() == Counter({photo: 2})


def test_a_photo_is_a_photo_and_its_small_form_another(sites: DemoSites) -> None:
    response, body = ask(sites.photo_urls[0])
    _, small = ask(f"{sites.photo_urls[1]}?w=600")

    assert response.headers["Content-Type"] == "image/jpeg"
    assert Image.open(BytesIO(body)).size == (1600, 1200)
    assert Image.open(BytesIO(small)).size == (600, 450)


def test_broken_photos_are_broken_in_five_ways(sites: DemoSites) -> None:
    gone, _ = ask(broken_as(sites, "gone"))
    busy, _ = ask(broken_as(sites, "busy"))
    web_page, body = ask(broken_as(sites, "web_page"))

    assert gone.status == 404
    assert (busy.status, busy.headers["Retry-After"]) == (429, "3600")
    assert (web_page.status, web_page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    with pytest.raises(UnidentifiedImageError):
        Image.open(BytesIO(body))
    with pytest.raises(IncompleteRead):
        ask(broken_as(sites, "cut_short"))
    damaged, body = ask(broken_as(sites, "damaged"))
    assert damaged.status == 200
    with pytest.raises(OSError, match="truncated"):
        Image.open(BytesIO(body)).load()


def test_photos_can_be_slow() -> None:
    with DemoSites(photo_delay_seconds=0.3) as sites:
        started = time.monotonic()
        ask(broken_as(sites, "gone"))

        assert time.monotonic() - started >= 0.3


def test_nothing_listens_any_more_when_it_is_over() -> None:
    with DemoSites() as sites:
        website = sites.organizations[0].website

    with pytest.raises(ConnectionRefusedError):
        ask(website)
