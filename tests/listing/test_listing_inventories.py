"""Where the listings of a site are: lists, sitemaps, feeds."""

import gzip

import pytest
from page_made import html, read

from forecourt.listing import read_feed, read_sitemap
from forecourt.listing.values import Listing

SITE = "https://dealer.example"


def card(number: int) -> str:
    return (
        f'<div class="card"><a href="/cars/2019-ford-focus-{number}"><img src="/p/{number}.jpg"></a>'
        f"<h3>2019 Ford Focus</h3><p>$1{number},500</p><p>40,000 mi</p></div>"
    )


def test_a_list_of_cards_is_an_inventory_with_its_next_page() -> None:
    cards = "".join(card(number) for number in range(101, 107))
    found = read(html(cards + '<a rel="next" href="/cars?page=2">Next</a>'), url=f"{SITE}/cars")

    assert found.kind == "inventory"
    assert found.listing_urls == tuple(f"{SITE}/cars/2019-ford-focus-{number}" for number in range(101, 107))
    assert found.next_page == f"{SITE}/cars?page=2"


def test_a_home_page_leads_to_its_lists_the_likeliest_first() -> None:
    links = """<nav><a href="/">Home</a><a href="/about-us">About</a><a href="/cars">Our cars</a>
      <a href="/used-inventory">Used inventory</a><a href="/sell-your-car">Sell your car</a>
      <a href="https://elsewhere.example/inventory">Partner</a></nav><h1>Welcome</h1>"""
    found = read(html(links), url=f"{SITE}/")

    assert found.inventory_urls[0] == f"{SITE}/used-inventory"
    assert set(found.inventory_urls) == {f"{SITE}/used-inventory", f"{SITE}/cars"}


def urls(*paths: str) -> bytes:
    return "".join(f"<url><loc>{SITE}{path}</loc></url>" for path in paths).encode()


CAR = "/inventory/2019-ford-f-150-lariat-12345"
NAMESPACE = b'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@pytest.mark.parametrize(
    "body",
    [
        b"<urlset " + NAMESPACE + b">" + urls(CAR) + b"</urlset>",
        b"<urlset>" + urls(CAR) + b"</urlset>",
        b"<?xml version='1.0'?>\n<urlset xmlns='urn:wrong'>" + urls(CAR) + b"</urlset>",
        b"<urlset " + NAMESPACE + b">" + urls(CAR) + b"<url><loc>https://dealer.exam",
        gzip.compress(b"<urlset>" + urls(CAR) + b"</urlset>"),
        b"<urlset>" + urls(CAR, CAR, "/about-us", "/contact") + b"</urlset>",
    ],
    ids=["plain", "X08-no-namespace", "X08-wrong-namespace", "X08-cut", "gzip", "mixed"],
)
def test_a_sitemap_gives_the_pages_about_vehicles(body: bytes) -> None:
    assert read_sitemap(body).listing_urls == (SITE + CAR,)


def test_an_index_names_sitemaps() -> None:
    body = b"<sitemapindex><sitemap><loc>https://dealer.example/s1.xml</loc></sitemap></sitemapindex>"

    assert read_sitemap(body).sitemaps == (f"{SITE}/s1.xml",)


def test_entities_reach_no_file_and_no_network() -> None:
    """X07."""
    body = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>&e;</loc></url></urlset>'

    found = read_sitemap(body)

    assert (found.listing_urls, found.sitemaps) == ((), ())


def test_a_gzip_bomb_is_cut() -> None:
    """X07: 200 MB of blanks in 200 KB."""
    bomb = gzip.compress(b"<urlset>" + urls(CAR) + b" " * 200_000_000)

    assert read_sitemap(bomb).listing_urls in ((SITE + CAR,), ())


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (b"<urlset>" + urls(CAR) + b"</urlset>\n", True),
        (b"<urlset></urlset>", True),
        (gzip.compress(b"<urlset>" + urls(CAR) + b"</urlset>"), True),
        (f"{SITE}{CAR}\n".encode(), True),
        (b"<urlset>" + urls(CAR), False),
        (gzip.compress(b"<urlset>" + urls(CAR) + b"</urlset>")[:-20], False),
        (gzip.compress(f"{SITE}{CAR}\n".encode())[:-4], False),
        (b"<!doctype html><title>Access denied</title><p>No.</p></html>", False),
        (b"Service unavailable", False),
        (gzip.compress(gzip.compress(b"<urlset>" + urls(CAR) + b"</urlset>")), False),
    ],
    ids=["xml", "empty", "gzip", "text", "cut", "gzip-cut", "text-cut", "page", "words", "gz-in-gz"],
)
def test_a_sitemap_says_whether_it_was_read_to_its_end(body: bytes, whole: bool) -> None:  # noqa: FBT001
    """X07, X08: what a broken one does not name may still be there."""
    assert read_sitemap(body).is_whole is whole


def test_addresses_written_as_they_are_do_not_end_a_sitemap() -> None:
    """A parser stops at `&` where no entity begins; also where it is the last byte of a piece."""
    padding = b" " * (64 * 1024 - len(f"<urlset><url><loc>{SITE}{CAR}?a=1&"))
    cases = {
        f"{CAR}?a=1&b=2": f"{CAR}?a=1&b=2",
        f"{CAR}?a=1&amp;b=2": f"{CAR}?a=1&b=2",
        f"<![CDATA[{SITE}{CAR}?a=1&b=2]]>": f"{CAR}?a=1&b=2",
        f"{CAR}?a=1&copy;=2": f"{CAR}?a=1&copy;=2",
    }
    for written, meant in cases.items():
        loc = written if written.startswith("<") else f"{SITE}{written}"
        entry = f"<url><loc>{loc}</loc></url>".encode()
        for body in (b"<urlset>" + entry + b"</urlset>", b"<urlset>" + padding + entry + urls("/x") + b"</urlset>"):
            found = read_sitemap(body)
            assert (found.listing_urls, found.is_whole) == ((SITE + meant,), True), written


def test_a_page_whose_images_a_sitemap_names_is_the_sooner_about_a_vehicle() -> None:
    """The images are the page's to name. A post of a blog has images, too."""
    image = "<image:image><image:loc>https://photos.example/1.jpg</image:loc></image:image>"
    with_image = "".join(f"<url><loc>{SITE}{path}</loc>{image * 3}</url>" for path in ("/vehicle/a", "/blog/b"))
    body = f'<urlset xmlns:image="urn:image">{with_image}{urls("/vehicle/c").decode()}</urlset>'

    assert read_sitemap(body.encode()).listing_urls == (f"{SITE}/vehicle/a",)


def test_a_million_addresses_are_bounded_and_the_sitemap_is_not_whole() -> None:
    """X07."""
    million = "".join(f"<url><loc>{SITE}/{number}</loc></url>" for number in range(10**6))

    found = read_sitemap(f"<urlset>{million}</urlset>".encode())

    assert (len(found.listing_urls) <= 50_000, found.is_whole) == (True, False)


def feed(body: bytes, content_type: str) -> list[Listing]:
    return list(read_feed(body, url=f"{SITE}/feed", content_type=content_type))


def test_a_dealers_csv_is_a_feed_and_a_bad_line_costs_one_line() -> None:
    body = b"""VIN,Year,Make,Model,Price,Mileage,Detail URL,Photo URLs
1FTEW1E4XKFA00142,2019,Ford,F-150,36995,48210,https://dealer.example/1,https://p.example/1.jpg|https://p.example/2.jpg
,,,,,,,
TRUZZZ8J1F1000123,2015,Audi,TT,13250,60133,https://dealer.example/2,https://p.example/3.jpg
"""
    found = feed(body, "text/csv")

    assert [(each.url, each.make, each.photos) for each in found] == [
        (f"{SITE}/1", "Ford", ("https://p.example/1.jpg", "https://p.example/2.jpg")),
        (f"{SITE}/2", "Audi", ("https://p.example/3.jpg",)),
    ]
    assert found[0].vin == "1FTEW1E4XKFA00142"


@pytest.mark.parametrize("body", [b"", b"\0\0\0", b"[", b"<", b"a,b\n1", b'{"x": 1}', b'[1, null, "x"]'])
def test_what_is_no_feed_gives_nothing(body: bytes) -> None:
    assert feed(body, "text/plain") == []
