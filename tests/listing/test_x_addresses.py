"""X04, X09, X11: what strangers write where an address should stand."""

import json
from pathlib import Path

import pytest
from page_made import URL, car, html, jsonld, listing, read

SITE = "https://dealer.example"
BAD = {
    "X04-javascript": "javascript:alert(1)",
    "X04-data": "data:image/png;base64,iVBORw0KGgo",
    "X04-data-5-mb": "data:image/png;base64," + "A" * 5_000_000,
    "X04-vbscript": "vbscript:x",
    "X04-file": "file:///etc/passwd",
    "X04-ftp": "ftp://dealer.example/1.jpg",
    "X04-blob": "blob:https://dealer.example/0f8e",
    "X04-userinfo": "https://user:geheim@dealer.example/1.jpg",
    "X04-newline": "https://dealer.example/1\r\nHost: x.jpg",
    "X04-backslash": "https://dealer.example\\@10.0.0.1/1.jpg",
    "X04-no-host": "https:///1.jpg",
    "X04-port": "https://dealer.example:99999/1.jpg",
}


@pytest.mark.parametrize("url", BAD.values(), ids=BAD)
@pytest.mark.parametrize("place", ["jsonld", "img", "opengraph", "srcset", "link", "style"])
def test_an_address_that_may_not_be_rendered_is_among_no_photos(url: str, place: str) -> None:
    own = "".join(f'<img src="/photos/{number}.jpg">' for number in (1, 2))
    forms = {
        "jsonld": jsonld(car(image=[url, "/photos/1.jpg"])),
        "img": f'<div>{own}<img src="{url}"></div>',
        "opengraph": f'<meta property="og:image" content="{url}">',
        "srcset": f'<div>{own}<img srcset="{url} 1600w"></div>',
        "link": f'<div>{own}<a href="{url}"><img src="{url}"></a></div>',
        "style": f"<div>{own}<p style=\"background-image:url('{url}')\"></p></div>",
    }
    reading = read(html(jsonld(car()) + forms[place]))

    assert reading.listing
    photos = [*reading.listing.photos, *(one for forms in reading.listing.other_forms.values() for one in forms)]
    assert photos
    assert [photo for photo in photos if not photo.startswith(f"{SITE}/")] == []
    assert "geheim" not in repr(reading)


def test_an_internal_address_is_told_and_judged_where_it_is_asked_for() -> None:
    """X04: whether 10.0.0.1 may be asked is the operator's word, and the fetcher's."""
    urls = ["http://10.0.0.1/1.jpg", "http://localhost/2.jpg"]

    assert set(listing(html(jsonld(car(image=urls)))).photos) <= set(urls)


BASES = {
    "X09-file": "file:///etc/",
    "X09-javascript": "javascript:",
    "X09-data": "data:text/html,",
    "X09-userinfo": "https://user:geheim@dealer.example/",
    "X09-broken": "http://[",
    "X09-empty": "",
}


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_a_base_that_is_refused_is_as_if_it_were_not_there(base: str) -> None:
    found = listing(html(jsonld(car()), head=f'<base href="{base}">'))

    assert found.photos == (f"{SITE}/photos/1.jpg", f"{SITE}/photos/2.jpg")


def test_a_base_elsewhere_is_obeyed_as_browsers_do() -> None:
    """X09."""
    found = listing(html(jsonld(car()), head='<base href="https://cdn.example/x/">'))

    assert found.photos[0] == "https://cdn.example/photos/1.jpg"


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "https://other.example/x", "javascript:x"],
    ids=lambda url: f"X09-refresh-{url[:6]}",
)
def test_a_meta_refresh_is_not_followed(target: str) -> None:
    found = read(html(jsonld(car()), head=f'<meta http-equiv="refresh" content="0; url={target}">'))

    assert found.kind == "vehicle"
    assert target not in repr((found.listing_urls, found.next_page, found.inventory_urls))


@pytest.mark.parametrize(
    "canonical", ["https://other.example/car", "file:///x", "http://["], ids=["X09-dealer", "X09-file", "X09-broken"]
)
def test_a_canonical_that_leads_elsewhere_changes_no_address_of_ours(canonical: str) -> None:
    found = listing(html(jsonld(car()), head=f'<link rel="canonical" href="{canonical}">'))

    assert (found.url, found.vin) == (URL, "1FTEW1E4XKFA00142")


LAZY = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
PICTURE = '<picture><source srcset="/p/{n}.jpg 1600w"><source srcset="/s/{n}.jpg 320w"><img src="/s/{n}.jpg"></picture>'
NOT_YET = {"X11-picture-two": "the img's own src goes before the widths that its sources give"}
TILES = {
    "X11-srcset": '<img src="/s/{n}.jpg" srcset="/s/{n}.jpg 320w, /p/{n}.jpg 1600w">',
    "X11-srcset-density": '<img src="/s/{n}.jpg" srcset="/s/{n}.jpg 1x, /p/{n}.jpg 2x">',
    "X11-srcset-two-descriptors": '<img srcset="/s/{n}.jpg 320w 240h, /p/{n}.jpg 1600w 1200h">',
    "X11-srcset-no-blank": '<img srcset="/s/{n}.jpg 320w,/p/{n}.jpg 1600w">',
    "X11-data-src": f'<img src="{LAZY}" data-src="/p/{{n}}.jpg">',
    "X11-data-srcset": f'<img src="{LAZY}" data-srcset="/s/{{n}}.jpg 320w, /p/{{n}}.jpg 1600w">',
    "X11-data-lazy": f'<img src="{LAZY}" data-lazy="/p/{{n}}.jpg">',
    "X11-data-original": '<img src="/theme/blank.gif" data-original="/p/{n}.jpg">',
    "X11-picture": '<picture><source srcset="/p/{n}.jpg 1600w"><img src="/small/{n}.jpg"></picture>',
    "X11-picture-two": PICTURE,
    "X11-noscript": f'<div><img src="{LAZY}"><noscript><img src="/p/{{n}}.jpg"></noscript></div>',
    "X11-background": "<div style=\"background: url('/p/{n}.jpg') no-repeat\"></div>",
    "X11-background-bare": '<div style="background-image:url(/p/{n}.jpg)"></div>',
    "X11-background-quoted": '<div style="background-image:url(&quot;/p/{n}.jpg&quot;)"></div>',
}


@pytest.mark.parametrize(
    "tile",
    [
        pytest.param(tile, id=name, marks=pytest.mark.xfail(reason=NOT_YET[name]) if name in NOT_YET else ())
        for name, tile in TILES.items()
    ],
)
def test_the_best_real_address_of_a_photo_is_taken(tile: str) -> None:
    bare = {key: value for key, value in car().items() if key != "image"}
    shown = "".join(tile.replace("{n}", str(number)) for number in (3, 1, 2))

    assert listing(html(jsonld(bare) + f"<div>{shown}</div>")).photos == tuple(
        f"{SITE}/p/{number}.jpg" for number in (3, 1, 2)
    )


def test_commas_in_a_srcset_belong_to_its_addresses() -> None:
    """X11."""
    bare = {key: value for key, value in car().items() if key != "image"}
    tile = '<img srcset="/w_400,h_300/{n}.jpg 400w, /w_1600,h_1200/{n}.jpg 1600w">'
    shown = "".join(tile.replace("{n}", str(number)) for number in (1, 2))

    assert listing(html(jsonld(bare) + f"<div>{shown}</div>")).photos == tuple(
        f"{SITE}/w_1600,h_1200/{number}.jpg" for number in (1, 2)
    )


def test_a_file_of_this_machine_is_never_read_by_its_name(tmp_path: Path) -> None:
    """X04, X09: a reader is given bytes and opens nothing."""
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(car(name="geheim")))
    head = f'<base href="{secret.as_uri()}"><link rel="canonical" href="{secret.as_uri()}">'

    assert "geheim" not in repr(
        read(html(f'<script type="application/ld+json" src="{secret.as_uri()}"></script>', head=head))
    )
