"""X01, X02, X03, X05: what strangers write into their structured data."""

import json
from typing import Any

import pytest
from made import CAP, NOW, organization, snapshot
from page_made import car, html, jsonld, listing, read
from sqlalchemy import Engine

from forecourt.db import tables, vehicles
from forecourt.db.engine import writing
from forecourt.importer import listed_vehicle

VIN = "1FTEW1E4XKFA00142"
FIRST = "https://dealer.example/photos/1.jpg"
GOOD = json.dumps(car())
MENDED = {
    "X01-comments": f"<!-- {GOOD} -->",
    "X01-cdata": f"//<![CDATA[\n{GOOD}\n//]]>",
    "X01-block-comment": f"/* by the plugin */ {GOOD}",
    "X01-line-comment": f"// by the plugin\n{GOOD}",
    "X01-control-characters": GOOD.replace("Lariat", "Lar\x01ia\tt\n"),
    "X01-trailing-commas": GOOD.replace("]", ",]").replace("}}", ",},}"),
    "X01-semicolon": f"{GOOD};",
    "X01-html-entities": GOOD.replace('"', "&quot;"),
    "X01-nulls": json.dumps(car(offers=None, image=None, brand=None, color=None)),
    "X01-two-values": f'{{"@type": "WebSite"}}\n{GOOD}',
}
BROKEN = {
    "X01-null": "null",
    "X01-number": "17",
    "X01-empty": "",
    "X01-blank": " \n\t",
    "X01-text": '"Car"',
    "X01-cut": GOOD[:40],
    "X01-brackets": "[" * 100_000,
    "X01-javascript": "window.car = {}",
}


def script(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize("text", MENDED.values(), ids=MENDED)
def test_a_script_that_is_nearly_json_is_read(text: str) -> None:
    assert listing(html(script(text))).vin == VIN


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_script_that_cannot_be_read_costs_only_itself(text: str, *, before: bool) -> None:
    scripts = [script(text), jsonld(car())]

    assert listing(html("".join(scripts if before else reversed(scripts)))).vin == VIN


SHAPES: dict[str, Any] = {
    "X02-graph": {"@graph": [{"@type": "WebSite", "name": "x"}, car()]},
    "X02-graph-in-list": [{"@context": "https://schema.org", "@graph": [[car()]]}],
    "X02-type-list": car(**{"@type": ["Product", "Car"]}),
    "X02-type-address": car(**{"@type": "http://schema.org/Car"}),
    "X02-main-entity": {"@type": "WebPage", "mainEntity": car()},
    "X02-item-offered": {"@type": "Offer", "price": 36995, "priceCurrency": "USD", "itemOffered": car(offers=None)},
}
IMAGES: dict[str, Any] = {
    "X02-image-text": "/photos/1.jpg",
    "X02-image-list": ["/photos/1.jpg"],
    "X02-image-object": {"@type": "ImageObject", "url": "/photos/1.jpg"},
    "X02-image-content-url": [{"@type": "ImageObject", "contentUrl": "/photos/1.jpg"}],
    "X02-image-id": {"@id": "/photos/1.jpg"},
    "X02-image-reference": {"@id": "#photo"},
    "X02-image-absolute": FIRST,
    "X02-image-without-scheme": "//dealer.example/photos/1.jpg",
    "X02-image-null-among": [None, "", {}, [], "/photos/1.jpg"],
    "X02-image-twice": ["/photos/1.jpg", FIRST],
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_vehicle_is_found_wherever_it_hangs(shape: Any) -> None:
    found = listing(html(jsonld(shape)))

    assert (found.vin, found.photos[:1]) == (VIN, (FIRST,))
    assert found.price == 36995


@pytest.mark.parametrize("image", IMAGES.values(), ids=IMAGES)
def test_a_photo_is_found_in_every_form(image: Any) -> None:
    photo = {"@id": "#photo", "@type": "ImageObject", "url": "/photos/1.jpg"}

    assert listing(html(jsonld({"@graph": [car(image=image), photo]}))).photos == (FIRST,)


ODD = {
    "X03-nan": "NaN",
    "X03-infinity": "-Infinity",
    "X03-1e999": "1e999",
    "X03-5000-digits": "9" * 5_000,
    "X03-5000-decimals": "0." + "3" * 5_000,
    "X03-surrogate": '"\\ud800"',
    "X03-surrogate-pair-cut": '"2019 \\ud83d Ford"',
    "X03-bom": '"\ufeff2019"',
    "X03-minus-zero": "-0.0",
    "X03-true": "true",
    "X03-nested": '[[{"value": [{"value": 2019}]}]]',
    "X05-markup": '"<b onclick=alert(1)>Ford</b>"',
    "X05-script": '"Ford<\\/script><script>alert(1)<\\/script>"',
    "X05-rtl": '"\u202eFord\u2066"',
    "X05-nul": '"Fo\\u0000rd"',
    "X05-entities": '"&lt;img src=x onerror=alert(1)&gt;"',
}
PLACES = ("name", "model", "vehicleModelDate", "description", "color", "sku", "brand")


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_values_reach_no_table_but_as_text_and_numbers(db: Engine, odd: str) -> None:
    """Each in many places at once, and the whole listing saved: nothing crashes, and what is shown is plain text."""
    node = json.dumps(car()).removesuffix("}") + "".join(f', "{place}": {odd}' for place in PLACES)
    node += f', "offers": {{"price": {odd}, "priceCurrency": {odd}}}, "mileageFromOdometer": {{"value": {odd}}}}}'
    found = listing(html(script(node)))
    dealer = organization(db)

    with writing(db) as connection:
        listed = listed_vehicle(found, organization_id=dealer, listing_url="https://dealer.example/cars/1")
        vehicles.save(connection, listed, cap=CAP, now=NOW)

    [row] = snapshot(db, tables.vehicles)
    assert row["vin"] == VIN
    shown = "".join(
        str(row[name]) for name in ("title", "model", "description", "exterior_color", "stock_number", "make")
    )
    assert not set("\0\u202e\u2066\ufeff") & set(shown)
    assert "<script" not in shown


def test_of_keys_that_come_twice_the_last_counts() -> None:
    """X03."""
    twice = GOOD.removesuffix("}") + ', "model": "F-250", "model": "F-350"}'

    assert listing(html(script(twice))).model == "F-350"


@pytest.mark.parametrize(
    "title", ["<b>Ford</b> F-150 &amp; more", "Ford F-150 \u202e\u0000& more"], ids=["X05-markup", "X05-rtl"]
)
def test_a_title_is_text(title: str) -> None:
    assert listing(html(jsonld(car(name=title)))).title == "Ford F-150 & more"


def test_a_page_of_broken_scripts_alone_is_no_vehicle() -> None:
    """X01."""
    assert read(html("".join(map(script, BROKEN.values())))).kind == "nothing"
