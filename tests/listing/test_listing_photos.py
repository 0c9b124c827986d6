"""Photos of the vehicle: its own, each once, in the page's order, as large as the page names them."""

import pytest
from page_made import car, html, jsonld, listing

from forecourt.listing import absolute, refusal, source_key

BASE = "https://dealer.example/cars/17"


def photos_of(gallery: str) -> list[str]:
    bare = {key: value for key, value in car().items() if key != "image"}
    found = listing(html(jsonld(bare) + f'<div class="gallery">{gallery}</div>'))
    return [url.removeprefix("https://dealer.example/") for url in found.photos]


@pytest.mark.parametrize(
    "tile",
    [
        '<img src="/p/{n}.jpg">',
        '<img src="data:image/gif;base64,R0lGOD" data-src="/p/{n}.jpg">',
        '<img src="/small/{n}.jpg" srcset="/small/{n}.jpg 320w, /p/{n}.jpg 1600w">',
        '<a href="/p/{n}.jpg"><img src="/small/{n}.jpg"></a>',
        '<picture><source srcset="/p/{n}.jpg 1600w"><img src="/small/{n}.jpg"></picture>',
        '<noscript><img src="/p/{n}.jpg"></noscript>',
        '<img src="/small/{n}.jpg" data-full="/p/{n}.jpg">',
    ],
    ids=["plain", "lazy", "srcset", "link", "picture", "noscript", "data-full"],
)
def test_a_gallery_in_the_page_is_read_in_its_order(tile: str) -> None:
    """X11."""
    assert photos_of("".join(tile.replace("{n}", str(number)) for number in (3, 1, 2))) == [
        "p/3.jpg",
        "p/1.jpg",
        "p/2.jpg",
    ]


def test_a_logo_beside_the_gallery_is_no_photo() -> None:
    gallery = "".join(f'<img src="/p/{number}.jpg">' for number in range(4))
    bare = {key: value for key, value in car().items() if key != "image"}
    page = f'<header><img src="/logo.png" width="120"></header>{jsonld(bare)}<div>{gallery}</div>'

    assert all("logo" not in url for url in listing(html(page)).photos)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("//cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("/img/a.jpg", "https://dealer.example/img/a.jpg"),
        ("a b.jpg", "https://dealer.example/cars/a%20b.jpg"),
        ("ä.jpg?x=a&amp;b", "https://dealer.example/cars/%C3%A4.jpg?x=a&b"),
        ("a%2Fb.jpg", "https://dealer.example/cars/a%2Fb.jpg"),
        ("/a.jpg#part", "https://dealer.example/a.jpg"),
    ],
    ids=["scheme", "path", "blank", "entity", "encoded", "fragment"],
)
def test_an_address_is_resolved_against_its_page(url: str, expected: str) -> None:
    """U20."""
    assert absolute(url, BASE) == expected


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("?X-Amz-Date=1&X-Amz-Expires=9&X-Amz-Signature=a", "?X-Amz-Date=2&X-Amz-Expires=9&X-Amz-Signature=b"),
        ("?X-Goog-Date=1&X-Goog-Signature=a", "?X-Goog-Date=2&X-Goog-Signature=b"),
        ("?Expires=1770000000&Signature=a&Key-Pair-Id=k", "?Expires=1780000000&Signature=b&Key-Pair-Id=k"),
        ("?sv=2020&se=2026-01-01&sr=b&sp=r&sig=a", "?sv=2020&se=2026-01-02&sr=b&sp=r&sig=b"),
        ("?oh=a&oe=1", "?oh=b&oe=2"),
    ],
    ids=["aws", "google", "cloudfront", "azure", "facebook"],
)
def test_a_photo_that_is_signed_anew_is_the_same_photo(first: str, again: str) -> None:
    url = "https://cdn.example/a.jpg"

    assert source_key(url + first) == source_key(url + again)
    assert source_key(url + first) != source_key("https://cdn.example/b.jpg" + first)


def test_what_says_which_photo_it_is_stays_in_the_key() -> None:
    assert source_key("https://cdn.example/i?id=1") != source_key("https://cdn.example/i?id=2")
    assert source_key("http://cdn.example/a.jpg") == source_key("https://cdn.example/a.jpg")


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://x.example/a", "FILE:///etc/passwd", "javascript:alert(1)", "data:image/png,AAAA", "s3://bucket/a"),
        *("http://user:secret@x.example/", "http://@x.example/", "http://", "http:///a", "https://x.example:99999/"),
    ],
)
def test_an_address_that_gets_no_row_is_refused_without_its_secret(url: str) -> None:
    """U11 to U13."""
    why = refusal(url)

    assert why
    assert "secret" not in why


def test_a_good_address_is_not_refused() -> None:
    assert refusal("https://photos.example/a.jpg?w=1200") is None
