"""What a reading of a made page got wrong, field by field."""

import re
from dataclasses import dataclass

from synthetic.cars import PHOTO_KEY
from synthetic.published import Published

from forecourt.listing import PageReading, read_page


@dataclass(frozen=True, order=True)
class Miss:
    """One answer that is not the true one. `field` may be kind, photos, photo forms, listing_urls or next_page."""

    page: str
    field: str
    said: str
    true: str


def read(page: Published) -> PageReading:
    return read_page(page.body, url=page.url, content_type="text/html; charset=utf-8")


def misses(page: Published, reading: PageReading) -> list[Miss]:
    """In the order of importance: where the kind is wrong, nothing else is asked."""
    truth = page.truth
    if reading.kind != truth.kind:
        return [Miss(page.name, "kind", reading.kind, truth.kind)]
    if truth.kind == "inventory":
        pairs: dict[str, tuple[object, object]] = {
            "listing_urls": (reading.listing_urls, truth.listing_urls),
            "next_page": (reading.next_page, truth.next_page),
        }
    elif reading.listing:
        told = {name: getattr(reading.listing, name) for name in truth.fields}
        keys, true_keys = photo_keys(reading.listing.photos), photo_keys(truth.photos)
        pairs = {name: (told[name], true) for name, true in truth.fields.items()} | {"photos": (keys, true_keys)}
        if keys == true_keys:
            pairs["photo forms"] = (reading.listing.photos, truth.photos)
    else:
        pairs = {"listing_urls": (reading.listing_urls, ())}
    return [Miss(page.name, name, short(said), short(true)) for name, (said, true) in pairs.items() if said != true]


def photo_keys(photos: tuple[str, ...]) -> tuple[str, ...]:
    """Which photo an address shows, whatever its size; what is no photo of a car stays as it is."""
    return tuple(found[1] if (found := re.search(PHOTO_KEY, url)) else url for url in photos)


def short(value: object) -> str:
    text = f"{len(value)}: {', '.join(map(str, value[:2]))}" if isinstance(value, tuple) else str(value)
    return text[:160]
