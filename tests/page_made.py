"""Web pages of dealers that do not exist, put together for one test."""

import json
from typing import Any

from forecourt.listing import Listing, PageReading, read_page

URL = "https://dealer.example/inventory/2019-ford-f-150-lariat-12345"


def html(body: str = "", *, head: str = "", title: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


def jsonld(*objects: Any) -> str:
    scripts = (json.dumps(each).replace("</", "<\\/") for each in objects)
    return "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)


def car(**more: Any) -> dict[str, Any]:
    """A vehicle as schema.org says it."""
    return {
        "@context": "https://schema.org",
        "@type": "Car",
        "name": "2019 Ford F-150 Lariat",
        "vehicleModelDate": "2019",
        "brand": {"@type": "Brand", "name": "Ford"},
        "model": "F-150",
        "vehicleIdentificationNumber": "1FTEW1E4XKFA00142",
        "mileageFromOdometer": {"@type": "QuantitativeValue", "value": "48210", "unitCode": "SMI"},
        "offers": {"@type": "Offer", "price": "36995", "priceCurrency": "USD"},
        "image": ["/photos/1.jpg", "/photos/2.jpg"],
        **more,
    }


def read(body: bytes | str, *, url: str = URL, content_type: str | None = "text/html; charset=utf-8") -> PageReading:
    return read_page(body if isinstance(body, bytes) else html(body), url=url, content_type=content_type)


def listing(body: bytes | str, **more: Any) -> Listing:
    """What the page says of its one vehicle."""
    found = read(body, **more)
    assert found.kind == "vehicle", found
    assert found.listing
    return found.listing
