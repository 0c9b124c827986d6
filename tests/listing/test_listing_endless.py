"""Texts that make a careless pattern take the square of their length. Where one does, the test takes for ever.

Each was found by tools/fuzz_listing.py or beside what it found.
"""

import pytest
from page_made import car, html, jsonld, listing

from forecourt.listing import lenient_json, read_feed, read_page, read_sitemap
from forecourt.listing.claims import clean_text

FEED = "https://dealer.example/feed"


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 2_000_000,
        '\\"' * 2_000_000,
        '\\"' * 2_000_000 + "\\",
        "/*" * 2_000_000,
        '{"a": "' + "x" * 4_000_000,
        ", " * 2_000_000,
    ],
    ids=["values", "escaped-quotes", "open-escape", "comments", "open-string", "commas"],
)
def test_a_script_of_megabytes_costs_its_length(text: str) -> None:
    """X03, X06."""
    assert len(lenient_json.loads(text)) in (0, 2_000_000)


def test_a_long_text_in_a_script_that_needs_mending_is_read() -> None:
    assert lenient_json.loads('{"a": "' + "x" * 3_000_000 + '",}') == [{"a": "x" * 3_000_000}]


@pytest.mark.parametrize("tag", ["<a", "<br", "</p"])
def test_tags_that_never_end_cost_their_length(tag: str) -> None:
    """X05."""
    assert clean_text(tag * 1_000_000, longest=250_000, lines=True)


@pytest.mark.parametrize("unit", [b"<a", b"<!DOCTYPE ", b"<!DOCTYPE [", b"<!--", b"&#1"])
def test_a_sitemap_that_never_closes_costs_its_length(unit: bytes) -> None:
    """X07."""
    body = b"<urlset><url>" + unit * 500_000 + b"></url></urlset>"

    assert read_sitemap(body).listing_urls == ()


@pytest.mark.parametrize("unit", [b"<a", b"<!DOCTYPE ", b"<!DOCTYPE ["])
def test_a_feed_that_never_closes_costs_its_length(unit: bytes) -> None:
    body = b"<listings><listing>" + unit * 500_000 + b"></listing></listings>"

    assert list(read_feed(body, url=FEED, content_type="text/xml")) == []


def test_a_namespace_of_megabytes_costs_its_length() -> None:
    """X07: lxml says it with each element."""
    pages = "".join(
        f"<url><loc>https://dealer.example/inventory/2019-ford-{number:05}</loc></url>" for number in range(300)
    )

    assert len(read_sitemap(f'<urlset xmlns="{"}" * 200_000}">{pages}</urlset>'.encode()).listing_urls) == 300


@pytest.mark.parametrize("between", [",", " ", ";"])
def test_a_cell_of_blanks_costs_its_length(between: str) -> None:
    cell = "https://p.example/1.jpg" + between * 900_000 + "x"
    body = f'vin,make,model,url,photos\n1FTEW1E4XKFA00142,Ford,F-150,https://dealer.example/1,"{cell}"\n'.encode()

    [listing] = read_feed(body, url=FEED, content_type="text/csv")

    assert listing.make == "Ford"


@pytest.mark.parametrize(
    "body", [b"<x:urlset><x:url><y:loc>{}</y:loc></x:url></x:urlset>", b"<urlset><url><loc>{}</loc></url>"]
)
def test_a_prefix_that_nobody_declared_is_no_trouble(body: bytes) -> None:
    """X08."""
    car = b"https://dealer.example/inventory/2019-ford-f-150-lariat-12345"

    assert read_sitemap(body.replace(b"{}", car)).listing_urls == (car.decode(),)


@pytest.mark.parametrize("unit", ["url(", "background:", "background:url(", "background:url('"])
def test_a_style_of_megabytes_costs_its_length(unit: str) -> None:
    """X06, X11."""
    styled = f'<div style="background:{unit * 300_000}"></div>'

    assert listing(html(styled * 3 + jsonld(car()))).photos == tuple(
        f"https://dealer.example/photos/{number}.jpg" for number in (1, 2)
    )


@pytest.mark.parametrize(
    "srcset", ["x" * 19_000 + " y", "/1.jpg " * 2_800, "/1.jpg 1w," * 2_000, "," * 19_000, " " * 19_000]
)
def test_a_srcset_of_twenty_thousand_letters_costs_its_length(srcset: str) -> None:
    """X11."""
    shown = f'<img src="/photos/1.jpg" srcset="{srcset}">'

    assert listing(html(jsonld(car()) + f"<div>{shown * 300}</div>")).make == "Ford"


def test_parts_of_an_address_that_might_be_sizes_are_tried_once() -> None:
    """X11: what CDNs write as "w_400,h_300"."""
    url = f"https://dealer.example/{'a_' * 80}!/1.jpg"

    assert listing(html(jsonld(car(image=[url])))).photos == (url,)


def test_a_prefix_in_a_feed_that_nobody_declared_is_no_trouble() -> None:
    item = b"<a:vin>1FTEW1E4XKFA00142</a:vin><a:make>Ford</a:make><g:model>F-150</g:model>"
    body = b"<rss><item>" + item + b"<b:link>https://dealer.example/1</b:link></item></rss>"

    [listing] = read_feed(body, url=FEED, content_type="text/xml")

    assert (listing.make, listing.model, listing.vin) == ("Ford", "F-150", "1FTEW1E4XKFA00142")


@pytest.mark.parametrize("reference", ["&#" + "9" * 5_000, "&#x" + "f" * 5_000 + ";"], ids=["decimal", "hexadecimal"])
def test_a_character_of_five_thousand_digits_is_none(reference: str) -> None:
    """X01, X03: Python refuses to read such a number. In a script that needs mending, in a title, in a feed's cell."""
    body = f"vin,make,model,url\n1FTEW1E4XKFA00142,Ford,F-150 {reference},https://dealer.example/1\n".encode()

    [from_feed] = read_feed(body, url=FEED, content_type="text/csv")
    from_page = listing(
        html(f'<script type="application/ld+json">{{"a" {reference}</script>' + jsonld(car(model=reference)))
    )

    assert (from_feed.vin, from_page.vin) == ("1FTEW1E4XKFA00142", "1FTEW1E4XKFA00142")


@pytest.mark.parametrize("charset", ["utf-16", "UTF16", "utf-16be"])
def test_a_feed_that_claims_a_charset_which_it_is_not_in_raises_nothing(charset: str) -> None:
    """X01."""
    body = "vin,make,model,url\n1FTEW1E4XKFA00142,Citroën,C4,https://dealer.example/1\n".encode("cp1252")

    assert isinstance(list(read_feed(body, url=FEED, content_type=f"text/csv; charset={charset}")), list)
    assert read_page(body, url=FEED, content_type=f"text/csv; charset={charset}").kind in ("nothing", "feed")
