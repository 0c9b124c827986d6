"""Inline JSON state, as frameworks write it: found by the shape of what it holds."""

import html
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from forecourt.listing import Listing, PageReading, read_page

URL = "https://motors.example/cars/2016-ford-focus-4711234"
PHOTOS = [f"https://img.motors.example/4711234/{number}.jpg" for number in range(4)]
CAR = {
    "id": 4711234,
    "make": "Ford",
    "model": "Focus",
    "year": 2016,
    "trim": "Titanium",
    "vin": "1FADP3F2XGL200017",
    "price": {"amount": 8995, "currency": "GBP"},
    "odometer": {"value": 41200, "unit": "miles"},
    "fuelType": "Petrol",
    "images": [{"url": url, "thumb": url.replace(".jpg", "_thumb.jpg")} for url in PHOTOS],
    "dealer": {"name": "Motors of Example", "logo": "https://img.motors.example/logo.png"},
}
OTHERS = [
    CAR
    | {"id": 900000 + n, "model": "Fiesta", "vin": None, "price": {"amount": 100 + n, "currency": "GBP"}, "images": []}
    for n in range(3)
]
STATE = {"config": {"locale": "en-GB"}, "pageProps": {"vehicle": CAR, "similarVehicles": OTHERS}}


def script(text: str, attributes: str = "") -> str:
    return f"<script{' ' if attributes else ''}{attributes}>{text}</script>"


def page(*parts: str, title: str = "Motors of Example") -> PageReading:
    text = f"<!doctype html><html lang=en-GB><head><title>{title}</title></head><body>{''.join(parts)}</body></html>"
    return read_page(text.encode(), url=URL, content_type="text/html; charset=utf-8")


def devalued(value: object) -> list[object]:
    """As Nuxt 3 writes a state: every value once, and its number wherever it stands."""
    return numbered(value, lambda key, _: key)


def streamed(value: object) -> list[object]:
    """As React Router writes one: keys by number, too."""
    return numbered(value, lambda key, put: f"_{put(key)}")


def numbered(value: object, key_as: Callable[[str, Callable[[object], int]], str]) -> list[object]:
    """Every value once, in the order in which they are met."""
    flat: list[object] = []

    def put(one: object) -> int:
        place = len(flat)
        flat.append(None)
        if isinstance(one, dict):
            flat[place] = {key_as(key, put): put(inner) for key, inner in one.items()}
        elif isinstance(one, list):
            flat[place] = [put(inner) for inner in one]
        else:
            flat[place] = one
        return place

    put(value)
    return flat


def astro(value: object) -> object:
    if isinstance(value, dict):
        return [0, {key: astro(inner) for key, inner in value.items()}]
    return [1, [astro(inner) for inner in value]] if isinstance(value, list) else [0, value]


def literal(value: object) -> str:
    """As a person writes it in JavaScript."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {literal(inner)}" for key, inner in value.items()) + ",}"
    if isinstance(value, list):
        return "[" + ",".join(map(literal, value)) + "]"
    if value is None:
        return "undefined"
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


TEXT = json.dumps(STATE)
WAYS = {
    "next": script(json.dumps({"props": STATE}), 'id="__NEXT_DATA__" type="application/json"'),
    "assigned": script(f"window.__INITIAL_STATE__ = {TEXT}; window.ready = true;"),
    "assigned-spaced": script(f"var a = 1;\nwindow['__STATE__']={TEXT}\n;(function(){{}})()"),
    "parsed": script(f"window.__DATA__ = JSON.parse({json.dumps(TEXT)});"),
    "parsed-single-quotes": script("window.__DATA__ = JSON.parse('" + TEXT.replace("'", "\\'") + "')"),
    "unknown-type": script(TEXT, 'type="text/x-state" data-hypernova-key="Page"'),
    "commented": script(f"<!--{TEXT}-->", 'type="application/json"'),
    "literal": script(f"var vehicleData = {literal(STATE)}; // for the slider"),
    "pushed": script(f"dataLayer.push({literal({'page': 'vdp', 'vehicle': CAR})});"),
    "called": script(f"new App({TEXT}, document.body)"),
    "nuxt-2": script(
        'window.__NUXT__=(function(a,b,c){return {layout:"default",data:[{vehicle:'
        + literal(CAR).replace("'Ford'", "a").replace("'Focus'", "b").replace("2016", "c")
        + '}]}}("Ford","Focus",2016));'
    ),
    "nuxt-3": script(json.dumps(devalued(STATE)), 'type="application/json" id="__NUXT_DATA__"'),
    "react-router": script(
        f"window.__reactRouterContext.streamController.enqueue({json.dumps(json.dumps(streamed(STATE)))});"
    ),
    "server-components": "".join(
        script(f"self.__next_f.push([1,{json.dumps(part)}])")
        for part in (
            f'5:["$","div",null,{{"children":"x"}}]\n7:["$","$L9",null,{TEXT[:300]}',
            f"{TEXT[300:]}]\n",
        )
    ),
    "apollo": script(
        "window.__APOLLO_STATE__="
        + json.dumps(
            {
                "ROOT_QUERY": {"listing": {"__ref": "Listing:4711234"}},
                "Listing:4711234": CAR | {"price": {"__ref": "Money:1"}, "dealer": None},
                "Money:1": {"amount": 8995, "currency": "GBP"},
            }
        )
    ),
    "text-in-json": script(
        json.dumps({"urql": {"123": {"data": json.dumps({"advert": CAR})}}}), 'type="application/json"'
    ),
    "attribute": f'<div id="app" data-page="{html.escape(TEXT)}"></div>',
    "vue-attribute": f"<vehicle-page :vehicle='{html.escape(json.dumps(CAR), quote=False)}'></vehicle-page>",
    "astro": f'<astro-island props="{html.escape(json.dumps({"vehicle": astro(CAR)}))}"></astro-island>',
    "wrong-escapes": script(TEXT.replace("Titanium", "Titan\\ium"), 'type="application/json"'),
    "web-component": f"<car-gallery data-state='{html.escape(TEXT, quote=False)}'></car-gallery>",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_state_tells_the_vehicle_however_it_is_written(way: str) -> None:
    reading = page(WAYS[way])

    listing = reading.listing
    assert (reading.kind, bool(listing)) == ("vehicle", True)
    assert listing
    assert told(listing) == ("Ford", "Focus", 2016, "1FADP3F2XGL200017", 8995, "GBP", 41200, "mi")
    assert list(listing.photos) == PHOTOS


def told(listing: Listing) -> tuple[object, ...]:
    return (
        listing.make,
        listing.model,
        listing.year,
        listing.vin,
        listing.price,
        listing.currency,
        listing.mileage,
        listing.mileage_unit,
    )


ROWS: dict[str, dict[str, Any]] = {
    "labels": {"specs": [{"label": "Make", "value": "Ford"}, {"label": "Model", "value": "Focus"}]},
    "codes": {
        "attributes": [
            {"key": "brand", "value": "ford", "key_label": "Marque", "value_label": "Ford"},
            {"key": "model", "value": "focus_3", "key_label": "Modèle", "value_label": "Focus"},
        ]
    },
    "details": {"details": [{"key": "make", "label": "Marka", "value": "Ford"}, {"key": "model", "value": "Focus"}]},
    "dictionary": {
        "parameters": {
            "make": {"label": "Marka pojazdu", "values": [{"label": "Ford", "value": "ford"}]},
            "model": {"label": "Model pojazdu", "values": [{"label": "Focus", "value": "focus"}]},
        }
    },
    "named objects": {"make": {"id": 12, "name": "Ford"}, "model": {"id": 7, "name": "Focus"}},
}


@pytest.mark.parametrize("rows", ROWS)
def test_facts_may_stand_in_rows_of_labels_and_values(rows: str) -> None:
    advert = ROWS[rows] | {"id": 4711234, "price": 8995, "currency": "GBP", "title": "Ford Focus", "photos": PHOTOS}

    listing = page(script(json.dumps({"ad": advert}), 'type="application/json"')).listing

    assert listing
    assert (listing.make, listing.model, listing.currency) == ("Ford", "Focus", "GBP")
    assert listing.price == Decimal(8995)


@pytest.mark.parametrize(
    ("price", "amount", "currency"),
    [
        ({"value": 199900, "suffix": "kr"}, 199900, "SEK"),
        ({"gross": {"amount": 12345, "currency": "EUR"}, "net": {"amount": 10374, "currency": "EUR"}}, 12345, "EUR"),
        ({"centAmount": 1234500, "currencyCode": "EUR", "fractionDigits": 2}, 12345, "EUR"),
        ({"raw": 34990, "formatted": "€ 34.990"}, 34990, "EUR"),
        ([12990], 12990, "SEK"),
        ("£8,995", 8995, "GBP"),
        ({"monthly": {"amount": 199}, "oldPrice": 9999, "current": 8995}, 8995, "SEK"),
    ],
)
def test_a_price_is_read_in_whatever_shape_it_stands(price: object, amount: int, currency: str) -> None:
    text = script(json.dumps({"vehicle": CAR | {"price": price}}), 'type="application/json"')
    body = f"<html><body>{text}</body></html>".encode()

    listing = read_page(body, url="https://bilar.example.se/annons/4711234", content_type=None).listing

    assert listing
    assert listing.price == Decimal(amount)
    assert listing.currency == currency


def test_the_photos_of_similar_vehicles_stay_out() -> None:
    others = [one | {"images": [f"https://img.motors.example/{one['id']}/{n}.jpg" for n in range(9)]} for one in OTHERS]
    state = {"vehicle": CAR, "similarVehicles": others, "carousel": {"items": others}}

    listing = page(script(json.dumps(state), 'type="application/json"')).listing

    assert listing
    assert list(listing.photos) == PHOTOS


def test_a_list_in_a_state_is_an_inventory() -> None:
    """Relative addresses, and no link on the page itself."""
    items = [one | {"url": f"/cars/2016-ford-fiesta-{one['id']}"} for one in OTHERS]
    state = {"results": {"total": 57, "numberOfPages": 3, "listings": items}, "filters": {"make": "Ford"}}
    body = f"<html><body>{script(json.dumps(state), 'type=application/json')}</body></html>".encode()

    reading = read_page(body, url="https://motors.example/cars", content_type=None)

    assert reading.kind == "inventory"
    assert list(reading.listing_urls) == [
        f"https://motors.example/cars/2016-ford-fiesta-{900000 + n}" for n in range(3)
    ]
    assert (reading.results_total, reading.pages_total) == (57, 3)
    assert [one.make for one in reading.vehicles] == ["Ford"] * 3


def test_a_template_for_the_size_is_filled_as_the_page_fills_it() -> None:
    photos = [f"https://img.motors.example/{{resize}}/{n}.jpg" for n in range(3)]
    shown = '<img src="https://img.motors.example/w480/0.jpg"><img src="https://img.motors.example/w1024/1.jpg">'

    listing = page(script(json.dumps({"vehicle": CAR | {"images": photos}}), 'type="application/json"'), shown).listing

    assert listing
    assert list(listing.photos) == [f"https://img.motors.example/w1024/{n}.jpg" for n in range(3)]


def test_a_state_that_offers_nothing_imports_nothing() -> None:
    report = {"report": {"vin": CAR["vin"], "make": "Ford", "model": "Focus", "year": 2016, "engine": "1.0"}}

    assert page(script(json.dumps(report), 'type="application/json"'), title="Vehicle history report").kind == "nothing"


def test_a_list_of_photos_in_a_script_is_the_gallery_of_the_photo_that_the_page_shows() -> None:
    """No state tells the vehicle; the page itself does."""
    body = "<h1>2016 Ford Focus Titanium</h1><p class=price>£8,995</p><dl><dt>Mileage<dd>41,200 miles<dt>Fuel<dd>Petrol"
    body += f"<dt>Gearbox<dd>Manual</dl><img src='{PHOTOS[0]}'>"
    others = [f"https://img.motors.example/77/{n}.jpg" for n in range(9)]

    own = [{"u": url} for url in PHOTOS]
    listing = page(body, script(f"var imgs = {json.dumps(own)}; var ads={json.dumps(others)}"))

    assert listing.listing
    assert list(listing.listing.photos) == PHOTOS


def test_two_readers_that_agree_outvote_a_stale_one() -> None:
    stale = {"@type": "Car", "name": "2016 Ford Focus", "offers": {"price": "9999", "priceCurrency": "GBP"}}
    shown = "<h1>2016 Ford Focus</h1><span class=price>£8,995</span>"

    listing = page(
        script(json.dumps(stale), "type=application/ld+json"), shown, script(json.dumps(STATE), "type=text/json")
    ).listing

    assert listing
    assert listing.price == Decimal(8995)
    assert listing.sources["price"].reader == "state"


def test_an_element_tells_its_make_behind_its_other_attributes() -> None:
    tag = '<vehicle-details class="wide" make="Ford" model="Focus" year="2016" vin="1FADP3F2XGL200017" price="8995">'

    listing = page(tag, "</vehicle-details>").listing

    assert listing is not None
    assert (listing.make, listing.model, listing.year, listing.vin) == ("Ford", "Focus", 2016, "1FADP3F2XGL200017")
