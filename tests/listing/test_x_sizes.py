"""X06, X07, X08: pages and sitemaps that are too much, and sitemaps that are not as they should be."""

import asyncio
import gzip
from typing import Any

import pytest
from page_made import URL, car, html, jsonld, read

from forecourt.confined.pool import ConfinedPool
from forecourt.confined.turn import ConfinedDied
from forecourt.listing import read_sitemap
from forecourt.listing.claims import MOST_PHOTOS
from forecourt.listing.in_child import TASK
from forecourt.listing.sitemap import MOST_LEFT_OUT, MOST_URLS

SITE = "https://dealer.example"
CAR = f"{SITE}/inventory/2019-ford-f-150-lariat-12345"
LARGE = {
    "X06-50-mb": "<p>" + "x" * 50_000_000 + "</p>",
    "X06-million-divs": "<div>" * 1_000_000,
    "X06-million-closed-divs": "<div></div>" * 1_000_000,
    "X06-attribute-10-mb": f'<p title="{"x" * 10_000_000}">x</p>',
    "X06-srcset-10-mb": f'<img srcset="{"/1.jpg 1w, " * 900_000}">',
    "X06-pictures": "".join(f'<img src="/photos/{number}.jpg">' for number in range(10_000)),
}


@pytest.mark.parametrize("body", LARGE.values(), ids=LARGE)
def test_a_page_that_is_too_much_ends_with_what_it_said_first(body: str) -> None:
    reading = read(html(jsonld(car()) + body))

    assert reading.listing
    assert reading.listing.vin == "1FTEW1E4XKFA00142"
    assert len(reading.listing.photos) <= MOST_PHOTOS


def test_of_ten_thousand_pictures_the_first_are_kept_in_their_order() -> None:
    """X06."""
    reading = read(html(jsonld(car(image=[f"/photos/{number}.jpg" for number in range(10_000)]))))

    assert reading.listing
    assert reading.listing.photos == tuple(f"{SITE}/photos/{number}.jpg" for number in range(MOST_PHOTOS))


def test_of_a_quarter_of_a_million_links_the_first_are_looked_at() -> None:
    """X06."""
    card = '<div><a href="/cars/2019-ford-focus-{0}"><img src="/p/{0}.jpg">2019 Ford Focus</a> <b>$9,500</b></div>'
    cards = "".join(card.format(number) for number in range(100_000, 100_006))
    links = "".join(f'<a href="/x{number % 977}">2019</a>' for number in range(250_000))

    reading = read(html(cards + links), url=f"{SITE}/cars")

    assert reading.listing_urls == tuple(f"{SITE}/cars/2019-ford-focus-{number}" for number in range(100_000, 100_006))


def in_child(
    kind: str, bodies: list[bytes], *, memory_bytes: int = 300 * 1024 * 1024, cpu_seconds: int = 20
) -> list[Any]:
    """What a confined child answers to each, one after another; of one that killed it the error."""

    async def tell() -> list[Any]:
        arguments = {"kind": kind, "url": URL, "content_type": "text/html"}
        async with ConfinedPool(
            TASK, processes=1, memory_bytes=memory_bytes, cpu_seconds=cpu_seconds, wall_seconds=60
        ) as pool:
            answers = [pool.run(dict(arguments), data=body) for body in bodies]
            return [await asyncio.gather(answer, return_exceptions=True) for answer in answers]

    return [answer for [answer] in asyncio.run(tell())]


def test_a_page_that_needs_too_much_memory_costs_its_own_reading_only() -> None:
    """X06: the child dies of its limit, and the next page is read by another."""
    greedy = html(jsonld(car()) + "<i></i>" * 2_000_000)

    first, second = in_child("page", [greedy, html(jsonld(car()))], memory_bytes=24 * 1024 * 1024)

    assert isinstance(first, ConfinedDied)
    assert second["listing"]["vin"] == "1FTEW1E4XKFA00142"


@pytest.mark.parametrize("body", LARGE.values(), ids=LARGE)
def test_a_page_that_is_too_much_is_read_within_the_limits_of_the_program(body: str) -> None:
    """X06: what PageReader asks a child is no more than its limits allow."""
    [answer] = in_child("page", [html(jsonld(car()) + body)], memory_bytes=1024**3, cpu_seconds=30)

    assert answer["listing"]["vin"] == "1FTEW1E4XKFA00142"


def loc(*urls: str) -> bytes:
    return "".join(f"<url><loc>{url}</loc></url>" for url in urls).encode()


ENTITY = b'<!DOCTYPE urlset [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY u "https://evil.example/cars/2019-ford-f150-1">]>'
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
HOSTILE = {
    "X07-external-entity": ENTITY + b"<urlset>" + loc("&e;") + b"</urlset>",
    "X07-internal-entity": ENTITY + b"<urlset>" + loc("&u;") + b"</urlset>",
    "X07-parameter-entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]><urlset></urlset>',
    "X07-external-dtd": b'<!DOCTYPE urlset SYSTEM "http://127.0.0.1:1/x.dtd"><urlset></urlset>',
    "X07-laughs": LAUGHS + b"<urlset>" + loc("&c;" * 1_000) + b"</urlset>",
    "X07-gz-in-gz": gzip.compress(gzip.compress(b"<urlset>" + loc(CAR) + b"</urlset>")),
    "X07-gzip-broken": gzip.compress(b"<urlset>" + loc(CAR) + b"</urlset>")[:20],
    "X07-xinclude": b'<urlset xmlns:xi="http://www.w3.org/2001/XInclude"><url><loc>'
    b'<xi:include href="file:///etc/passwd" parse="text"/></loc></url></urlset>',
    "X07-deep": b"<urlset>" + b"<url>" * 100_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_sitemap_names_nothing(body: bytes) -> None:
    found = read_sitemap(body)

    assert (found.listing_urls, found.sitemaps) == ((), ())
    assert "root:" not in repr(found)


def test_a_million_addresses_are_cut_at_the_most() -> None:
    """X07."""
    many = [
        f"{SITE}/inventory/2019-ford-f-150-lariat-{number}" for number in range(100_000, 100_000 + MOST_URLS + 5_000)
    ]

    found = read_sitemap(b"<urlset>" + loc(*many) + b"</urlset>")

    assert found.listing_urls == tuple(many[:MOST_URLS])


def test_a_million_refused_addresses_are_not_all_remembered() -> None:
    """X07."""
    found = read_sitemap(b"<urlset>" + loc("ftp://x.example/1") * 200_000 + b"</urlset>")

    assert len(found.left_out) == MOST_LEFT_OUT


def test_a_gzip_bomb_is_read_no_further_than_the_most() -> None:
    """X07: 120 MB in half a megabyte. What stands behind the cut is not seen."""
    bomb = gzip.compress(b"<urlset>" + loc(CAR) + b" " * 120_000_000 + loc(f"{CAR}9") + b"</urlset>", compresslevel=1)

    [answer] = in_child("sitemap", [bomb])

    assert answer["listing_urls"] == [CAR]


def test_an_index_may_name_itself() -> None:
    """X07: the reader says what stands there; who follows it asks each address once."""
    found = read_sitemap(b"<sitemapindex><sitemap><loc>https://dealer.example/s.xml</loc></sitemap></sitemapindex>")

    assert found.sitemaps == (f"{SITE}/s.xml",)


ODD = {
    "X08-cut": b"<urlset>" + loc(CAR) + b"<url><loc>https://dealer.example/inventory/2020-ford",
    "X08-cut-in-tag": b"<urlset>" + loc(CAR) + b"<url><lo",
    "X08-no-namespace": b"<urlset>" + loc(CAR) + b"</urlset>",
    "X08-wrong-namespace": b'<urlset xmlns="urn:x">' + loc(CAR) + b"</urlset>",
    "X08-prefix": b"<s:urlset xmlns:s='urn:x'><s:url><s:loc>" + CAR.encode() + b"</s:loc></s:url></s:urlset>",
    "X08-unknown-prefix": b"<s:urlset><s:url><s:loc>" + CAR.encode() + b"</s:loc></s:url></s:urlset>",
    "X08-ftp": b"<urlset>" + loc("ftp://dealer.example/inventory/2019-ford-f-150-1", CAR) + b"</urlset>",
    "X08-userinfo": b"<urlset>" + loc("https://a:b@dealer.example/inventory/2019-ford-f-150-1", CAR) + b"</urlset>",
    "X08-relative": b"<urlset>" + loc("/inventory/2019-ford-f-150-lariat-1", CAR) + b"</urlset>",
    "X08-blank": b"<urlset>" + loc("", " ") + b"<url><loc>\n  " + CAR.encode() + b"\n</loc></url></urlset>",
    "X08-cdata": b"<urlset><url><loc><![CDATA[" + CAR.encode() + b"]]></loc></url></urlset>",
    "X08-bad-ampersand": b"<urlset><url><loc>x?a=1&b=2</loc></url>" + loc(CAR) + b"</urlset>",
    "X08-comment": b"<!-- x --><urlset><!-- <url> -->" + loc(CAR) + b"</urlset>",
    "X08-bom": b"\xef\xbb\xbf\n<urlset>" + loc(CAR) + b"</urlset>",
    "X08-latin-1": b'<?xml version="1.0" encoding="ISO-8859-1"?><urlset><!-- \xe9 -->' + loc(CAR) + b"</urlset>",
    "X08-utf-16": f"<?xml version='1.0' encoding='UTF-16'?><urlset><url><loc>{CAR}</loc></url></urlset>".encode(
        "utf-16"
    ),
    "X08-text": f"{CAR}\n{SITE}/about-us\n".encode(),
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_what_is_whole_in_a_sitemap_is_kept(body: bytes) -> None:
    assert read_sitemap(body).listing_urls == (CAR,)


def test_an_ampersand_that_is_not_escaped_is_part_of_its_address() -> None:
    """X08: also where the sitemap is cut into pieces, wherever the cut falls."""
    query = f"{CAR}?a=1&b=2&amp;c=3"
    bodies = [b"<urlset>" + b" " * (64 * 1024 - 80 - at) + loc(query) + b"</urlset>" for at in range(100)]

    found = {read_sitemap(body).listing_urls for body in bodies}

    assert found == {(f"{CAR}?a=1&b=2&c=3",)}


def test_another_hosts_address_is_told_and_judged_by_who_follows_it() -> None:
    """X08."""
    other = "https://other.example/inventory/2019-ford-f-150-lariat-12345"

    assert read_sitemap(b"<urlset>" + loc(other) + b"</urlset>").listing_urls == (other,)
