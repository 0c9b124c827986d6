"""A made page and what is true of it, and the frame that every made site has."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from synthetic.cars import Car, Dealer

CORE = ("year", "make", "model", "vin", "price", "currency", "mileage", "mileage_unit")
LOGO = '<header><a href="/"><img src="/theme/logo-wide.png" alt="logo"></a><nav>{links}</nav></header>'
NAVIGATION = (
    '<a href="/">Home</a><a href="/{folder}">{name}</a><a href="/about-us">About</a><a href="/contact">Contact</a>'
)
FOOTER = '<footer><img src="/theme/partner-badge.png"><p>{name}, Mill Street 4 · {year}</p></footer>'


@dataclass(frozen=True)
class Truth:
    """What a person would read.

    Args:
        fields: By name; None is a field that the page does not tell, or tells wrongly. What is absent is not asked.
        photos: The largest form that the page names of each photo, in its order.
        listing_urls: Of a list, in its order.
    """

    kind: str
    fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    photos: tuple[str, ...] = ()
    listing_urls: tuple[str, ...] = ()
    next_page: str | None = None


@dataclass(frozen=True)
class Published:
    """One page of a made site."""

    name: str
    url: str
    body: bytes
    truth: Truth


def fields_of(car: Car, dealer: Dealer, **other: object) -> dict[str, object]:
    """The core fields of a car as its page tells them, but for what `other` says."""
    language = dealer.language
    return {
        "year": car.year,
        "make": car.make,
        "model": car.model,
        "vin": car.vin,
        "price": car.price,
        "currency": language.currency,
        "mileage": car.mileage,
        "mileage_unit": language.unit,
        **other,
    }


def vehicle(
    name: str,
    car: Car,
    dealer: Dealer,
    *,
    head: str = "",
    main: str,
    fields: Mapping[str, object] | None = None,
    photos: Sequence[str] | None = None,
) -> Published:
    """A page about a car; `main` is what stands between the site's header and its footer."""
    truth = Truth(
        "vehicle",
        fields_of(car, dealer) if fields is None else fields,
        dealer.photos_of(car) if photos is None else tuple(photos),
    )
    body = document(dealer, f"{car.name} | {dealer.name}", head=head, main=main)
    return Published(f"{name}-{dealer.language.code}", dealer.page_of(car), body, truth)


def document(dealer: Dealer, title: str, *, head: str = "", main: str) -> bytes:
    links = NAVIGATION.format(folder=dealer.language.folder, name=dealer.language.folder.title())
    return (
        f'<!doctype html><html lang="{dealer.language.code}"><head><meta charset="utf-8">'
        f"<title>{escaped(title)}</title>{head}</head><body>{LOGO.format(links=links)}<main>{main}</main>"
        f"{FOOTER.format(name=dealer.name, year=2026)}</body></html>"
    ).encode()


def escaped(text: object) -> str:
    return html.escape(str(text))


def script(value: Any, *, kind: str = "application/ld+json", more: str = "") -> str:
    """JSON inside a script element."""
    text = json.dumps(value, ensure_ascii=False).replace("</", r"<\/")
    return f'<script type="{kind}"{more}>{text}</script>'


def heading(car: Car) -> str:
    return f"<h1>{escaped(car.name)}</h1>"


def plain_gallery(dealer: Dealer, car: Car) -> str:
    return f'<div class="pictures">{images_of(dealer.photos_of(car))}</div>'


def images_of(urls: Sequence[str]) -> str:
    return "".join(f'<img src="{url}">' for url in urls)


def similar_cards(dealer: Dealer, cars: Sequence[Car]) -> str:
    """Other cars below the page's own, with photos, prices and mileages of their own."""
    cards = "".join(
        f'<li class="teaser"><a href="{dealer.page_of(car)}"><img src="{dealer.photo(car.photos[0], "480x360")}">'
        f"<h3>{escaped(car.name)}</h3><span class='price'>{dealer.language.price(car.price)}</span>"
        f"<span>{dealer.language.mileage(car.mileage)}</span></a></li>"
        for car in cars
    )
    return f"<section><h2>{dealer.language.words[0]}</h2><ul>{cards}</ul></section>"
