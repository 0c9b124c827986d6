"""X: what strangers' pages do. Nothing raises, nothing grows without bound, nothing comes out that a table refuses."""

import json
from io import BytesIO

import pytest
from page_made import URL, car, html, jsonld, listing, read

from forecourt.listing.in_child import PART, READING, read_in_parts
from forecourt.listing.in_child import read as read_in_child


def texts(value: object) -> list[str]:
    return (
        [value]
        if isinstance(value, str)
        else [text for each in value for text in texts(each)]
        if isinstance(value, tuple | list)
        else []
    )


@pytest.mark.parametrize(
    "value",
    ["a\0b", "\ud800", "1e999", "9" * 5000, "-1", "NaN", "<b>x</b></script>", "\u202egnp.exe", True, [], {}, 1e308],
    ids=lambda value: repr(value)[:20],
)
def test_odd_values_end_as_a_field_or_as_nothing(value: object) -> None:
    """X03, X05, X12."""
    odd = car(name=value, mileageFromOdometer=value, vehicleModelDate=value, offers={"price": value}, model=value)
    found = listing(html(jsonld(odd)))

    for text in texts([found.title, found.model, found.description]):
        text.encode()
        assert "\0" not in text
    assert found.year is None or 1885 <= found.year <= 2100
    assert found.mileage is None or 0 <= found.mileage < 2**31
    assert found.price is None or 0 <= found.price < 10**12


@pytest.mark.parametrize(
    "image",
    [
        "javascript:alert(1)",
        "data:image/png;base64," + "A" * 1000,
        "ftp://x.example/a.jpg",
        "http://user:secret@x.example/a.jpg",
        "file:///etc/passwd",
        "http://",
        "https://x.example/a\nb.jpg",
    ],
)
def test_an_image_that_gets_no_row_is_left_out_and_its_secret_is_nowhere(image: str) -> None:
    """X04, U11, U12."""
    reading = read(html(jsonld(car(image=[image, "/photos/1.jpg"]))))

    assert reading.listing
    assert reading.listing.photos in (
        ("https://dealer.example/photos/1.jpg",),
        ("https://x.example/ab.jpg", "https://dealer.example/photos/1.jpg"),
    )
    assert "secret" not in repr(reading)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 100_000,
        f'<p title="{"x" * 2_000_000}">x</p>',
        "".join(f'<img src="/photos/{number}.jpg">' for number in range(10_000)),
        "<table>" * 5_000 + "<tr><td>",
        "<a href='/x'>" * 20_000,
        "\ufffd\0" * 10_000,
        "<script type='application/ld+json'>" + "[" * 50_000,
    ],
    ids=["deep", "attribute", "pictures", "tables", "links", "noise", "brackets"],
)
def test_a_hostile_page_ends(body: str) -> None:
    """X06."""
    reading = read(html(body + jsonld(car())))

    assert len(reading.listing.photos if reading.listing else ()) <= 1_000


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<h1>Škoda Coupé</h1>".encode("cp1250"), "text/html; charset=windows-1250"),
        ("<h1>Škoda Coupé</h1>".encode(), "text/html; charset=iso-8859-1"),
        (b"\xef\xbb\xbf" + "<h1>Škoda Coupé</h1>".encode(), "text/html; charset=latin1"),
        (b'<meta charset="utf-8">' + "<h1>Škoda Coupé</h1>".encode(), None),
        ("<h1>Škoda</h1>".encode("utf-16"), "text/html"),
        (b"<h1>\xff\xfe\xfa", "text/html; charset=nonsense"),
        (b"<h1>x", "text/html; charset=unicode_escape"),
    ],
    ids=["header", "wrong-header", "bom", "meta", "utf-16", "unknown", "codec"],
)
def test_a_charset_that_lies_raises_nothing(body: bytes, content_type: str | None) -> None:
    """X10."""
    assert read(body, content_type=content_type).kind == "nothing"


@pytest.mark.parametrize(
    "wall",
    [
        "<title>Just a moment...</title><h1>Checking your browser before accessing dealer.example</h1>",
        "<title>Access Denied</title><h1>Access Denied</h1><p>You don't have permission. Reference #18.2f</p>",
        '<title>Attention Required!</title><div class="g-recaptcha"></div><p>Please verify you are a human</p>',
    ],
)
def test_a_wall_with_status_200_is_blocked(wall: str) -> None:
    """X13."""
    assert read(wall).kind == "blocked"


WHATEVER = pytest.mark.parametrize(
    "body",
    [
        html(jsonld(car())),
        b"",
        b"\0\xff" * 100,
        b"<urlset><url><loc>https://dealer.example/inventory/2019-ford-f150-1</loc></url></urlset>",
        b"vin,make,model,url\n1FTEW1E4XKFA00142,Ford,F-150,https://dealer.example/1\n",
        json.dumps([car()]).encode(),
    ],
    ids=["html", "empty", "noise", "sitemap", "csv", "json"],
)


@pytest.mark.parametrize("kind", ["page", "sitemap"])
@WHATEVER
def test_whatever_comes_survives_the_way_out_of_the_child(kind: str, body: bytes) -> None:
    answer = read_in_child({"kind": kind, "url": URL, "content_type": None}, body)

    reading = READING.validate_python(json.loads(json.dumps(answer)))

    assert reading.listing is None or reading.listing.make in ("Ford", None)


@pytest.mark.parametrize("kind", ["feed", "any"])
@WHATEVER
def test_so_does_what_comes_in_parts(kind: str, body: bytes) -> None:
    arguments = {"kind": kind, "url": URL, "name": URL, "content_type": None, "mapping": None}
    for answer in read_in_parts(arguments, BytesIO(body)):
        part = json.loads(json.dumps(answer))
        if "feed" in part:
            assert all(each.listing.make in ("Ford", None) for each in PART.validate_python(part["feed"]).vehicles)
        else:
            assert READING.validate_python(part["page"]).kind in ("vehicle", "nothing", "sitemap")


@pytest.mark.parametrize("url", ["data:text/html,x", "http:a", "https://user:geheim@dealer.example/1", "javascript:x"])
def test_a_feeds_link_that_is_refused_is_no_address_to_be_read(url: str) -> None:
    """X04, U12."""
    body = f"vin,make,model,url\n1FTEW1E4XKFA00142,Ford,F-150,{url}\n".encode()
    arguments = {"kind": "feed", "url": URL, "name": URL, "content_type": "text/csv", "mapping": None}

    parts = [PART.validate_python(part["feed"]) for part in read_in_parts(arguments, BytesIO(body))]

    assert not any(url in each.listing.url for part in parts for each in part.vehicles)
