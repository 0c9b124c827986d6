"""Pages whose body is empty until a script has run: everything lies in inline JSON, other cars beside the page's own.

Each way has names and nesting of its own, since a reader may know them by their shape only.
"""

import html
import json
from collections.abc import Sequence
from typing import Any

from synthetic.cars import Car, Dealer
from synthetic.published import Published, heading, script, vehicle

_EMPTY = '<div id="app"></div>'


def next_data(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    state = {
        "props": {
            "pageProps": {
                "locale": dealer.language.code,
                "vehicle": _nested(car, dealer),
                "recommendations": {"items": [_nested(one, dealer) for one in others]},
                "dealer": {"name": dealer.name, "logo": {"url": f"{dealer.site}/theme/logo-wide.png"}},
            }
        },
        "page": "/[category]/[slug]",
        "buildId": "k3Jd92",
    }
    head = script(state, kind="application/json", more=' id="__NEXT_DATA__"')
    return vehicle("next-data", car, dealer, main=_EMPTY + head)


def initial_state(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    state = {
        "route": {"path": dealer.page_of(car).removeprefix(dealer.site)},
        "ad": {"isLoading": False, "data": _flat(car, dealer)},
        "similarAds": [_flat(one, dealer) for one in others],
    }
    text = json.dumps(state, ensure_ascii=False).replace("</", "<\\/")
    main = f"{_EMPTY}<script>window.dataLayer=[];window.__INITIAL_STATE__ = {text};\n(function(){{}})();</script>"
    return vehicle("initial-state", car, dealer, main=main)


def json_parse(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    """A string within a script: quotes, slashes and every letter beyond ASCII are escaped once more."""
    listings = {str(one.number): _flat(one, dealer) for one in (*others, car)}
    state = {"entities": {"listings": listings}, "current": str(car.number)}
    text = json.dumps(json.dumps(state)).replace("<", "\\u003c").replace("/", "\\u002F")
    return vehicle("json-parse", car, dealer, main=f"{_EMPTY}<script>window.__STATE__ = JSON.parse({text});</script>")


def apollo(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    """A normalised cache: make, price and photos are entries of their own, named by reference."""
    root: dict[str, Any] = {
        "__typename": "Query",
        f'vehicle({{"id":"{car.number}"}})': {"__ref": f"Vehicle:{car.number}"},
    }
    cache: dict[str, Any] = {"ROOT_QUERY": root}
    for one in (*others, car):
        cache |= _entries(one, dealer)
    main = f"{_EMPTY}<script>window.__APOLLO_STATE__={json.dumps(cache)}</script>"
    return vehicle("apollo", car, dealer, main=main)


def json_script(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    """An island: the facts of one component, in a script with an id; the heading is there already."""
    main = heading(car) + '<div id="vehicle-root"></div>'
    return vehicle(
        "json-script",
        car,
        dealer,
        main=main + script({"vehicle": _nested(car, dealer)}, kind="application/json", more=' id="vehicle-island"'),
    )


def server_chunks(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    """React's server components: a stream of lines in pushes, cut wherever a chunk was full."""
    tree = ["$", "$L7", None, {"vehicle": _nested(car, dealer), "similar": [_nested(one, dealer) for one in others]}]
    lines = f'0:["$","html",null,{{"lang":"{dealer.language.code}"}}]\n5:{json.dumps(tree, ensure_ascii=False)}\n'
    cuts = [lines[at : at + 900] for at in range(0, len(lines), 900)]
    pushes = "".join(f"<script>self.__next_f.push([1,{json.dumps(cut)}])</script>" for cut in cuts)
    start = "<script>(self.__next_f=self.__next_f||[]).push([0])</script>"
    return vehicle("server-chunks", car, dealer, main=_EMPTY + start + pushes.replace("</html", "<\\/html"))


def data_attributes(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    text = html.escape(json.dumps(_flat(car, dealer)), quote=True)
    main = f'{heading(car)}<div class="vdp" data-vehicle="{text}"></div>'
    return vehicle("data-attributes", car, dealer, main=main)


def element_attributes(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    """Web components: facts and photos as attributes of elements that only this site has."""
    language = dealer.language
    photos = html.escape(json.dumps([{"full": url} for url in dealer.photos_of(car)]), quote=True)
    own = (
        f'<vehicle-details make="{car.make}" model="{car.model}" year="{car.year}" vin="{car.vin}"'
        f' price="{car.price}" currency="{language.currency}" mileage="{car.mileage}" mileage-unit="{language.unit}">'
        f'</vehicle-details><photo-viewer :photos="{photos}"></photo-viewer>'
    )
    similar = "".join(
        f'<vehicle-tile href="{dealer.page_of(one)}" make="{one.make}" model="{one.model}" price="{one.price}"'
        f' photo="{dealer.photo(one.photos[0], "480x360")}"></vehicle-tile>'
        for one in others
    )
    return vehicle("element-attributes", car, dealer, main=heading(car) + own + similar)


def _nested(car: Car, dealer: Dealer) -> dict[str, Any]:
    """As a tidy API tells it: values in objects, each photo with its sizes."""
    language = dealer.language
    return {
        "id": car.number,
        "title": car.name,
        "url": dealer.page_of(car).removeprefix(dealer.site),
        "make": {"id": 9, "name": car.make},
        "model": {"id": 91, "name": car.model},
        "version": car.trim,
        "modelYear": car.year,
        "vin": car.vin,
        "price": {"amount": car.price, "currency": language.currency, "formatted": language.price(car.price)},
        "odometer": {"value": car.mileage, "unit": language.unit.upper()},
        "fuelType": language.fuels[car.fuel],
        "images": [
            {
                "thumbnail": dealer.photo(key, "320x240"),
                "medium": dealer.photo(key, "640x480"),
                "large": dealer.photo(key),
            }
            for key in car.photos
        ],
    }


def _flat(car: Car, dealer: Dealer) -> dict[str, Any]:
    """As an old back end tells it: names run together, numbers as text, photos as bare addresses."""
    language = dealer.language
    unit = {"km": "mileageKm", "mi": "mileageMiles"}[language.unit]
    return {
        "listingId": str(car.number),
        "makeName": car.make,
        "modelName": car.model,
        "trimName": car.trim,
        "year": str(car.year),
        "vinNumber": car.vin,
        "priceValue": str(car.price),
        "currencyCode": language.currency,
        unit: str(car.mileage),
        "monthlyRate": "289",
        "photoUrls": list(dealer.photos_of(car)),
    }


def _entries(car: Car, dealer: Dealer) -> dict[str, Any]:
    photos = {
        f"Photo:{car.number}-{at}": {"__typename": "Photo", "sort": at, "url": url}
        for at, url in enumerate(dealer.photos_of(car))
    }
    return {
        f"Make:{car.make}": {"__typename": "Make", "name": car.make},
        f"Vehicle:{car.number}": {
            "__typename": "Vehicle",
            "id": str(car.number),
            "title": car.name,
            "make": {"__ref": f"Make:{car.make}"},
            "model": car.model,
            "year": car.year,
            "vin": car.vin,
            "price": {"__typename": "Money", "value": car.price, "currencyCode": dealer.language.currency},
            "mileage": {"__typename": "Distance", "value": car.mileage, "unit": dealer.language.unit},
            "photos": [{"__ref": name} for name in photos],
        },
        **photos,
    }


STATE = (
    *(next_data, initial_state, json_parse, apollo, json_script, server_chunks, data_attributes, element_attributes),
)
