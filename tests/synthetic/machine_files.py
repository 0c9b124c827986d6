"""Sitemaps and feeds of the made dealers: what sites publish for machines."""

import csv
import io
import json
from collections.abc import Sequence
from random import Random

from synthetic.cars import Car, Dealer, draw_cars, draw_dealer
from synthetic.languages import AMERICAN
from synthetic.published import escaped
from synthetic.structured_ways import schema_car

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_IMAGES = "http://www.google.com/schemas/sitemap-image/1.1"


def machine_files(seed: int) -> list[tuple[str, str, bytes]]:
    """(kind, name, bytes): kind is sitemap, feed or page, as the readers are asked."""
    random = Random(f"{seed} machine files")
    dealer, cars = draw_dealer(random, AMERICAN), draw_cars(random, AMERICAN, 12)
    xml, rows = feed_xml(dealer, cars), feed_csv(dealer, cars)
    answer = json.dumps({"results": [schema_car(car, dealer) for car in cars], "total": 12}).encode()
    return [
        ("sitemap", "sitemap", sitemap(dealer, cars)),
        ("sitemap", "sitemap-index", sitemap_index(dealer)),
        ("feed", "feed-csv", rows),
        ("feed", "feed-tsv", rows.replace(b",", b"\t")),
        ("feed", "feed-xml", xml),
        ("feed", "feed-json-lines", b"\n".join(json.dumps(schema_car(car, dealer)).encode() for car in cars)),
        ("page", "api-answer", answer),
    ]


def sitemap(dealer: Dealer, cars: Sequence[Car]) -> bytes:
    entries = "".join(
        f"<url><loc>{dealer.page_of(car)}</loc><lastmod>2026-03-0{at % 9 + 1}</lastmod>"
        + "".join(f"<image:image><image:loc>{url}</image:loc></image:image>" for url in dealer.photos_of(car))
        + "</url>"
        for at, car in enumerate(cars)
    )
    return f'<?xml version="1.0"?><urlset xmlns="{_NAMESPACE}" xmlns:image="{_IMAGES}">{entries}</urlset>'.encode()


def sitemap_index(dealer: Dealer) -> bytes:
    entries = "".join(f"<sitemap><loc>{dealer.site}/sitemap-{at}.xml</loc></sitemap>" for at in range(5))
    return f'<?xml version="1.0"?><sitemapindex xmlns="{_NAMESPACE}">{entries}</sitemapindex>'.encode()


def feed_csv(dealer: Dealer, cars: Sequence[Car]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["VIN", "Year", "Make", "Model", "Trim", "Price", "Mileage", "Detail URL", "Photo URLs"])
    for car in cars:
        facts = [car.vin, car.year, car.make, car.model, car.trim, car.price, car.mileage]
        writer.writerow([*facts, dealer.page_of(car), "|".join(dealer.photos_of(car))])
    return text.getvalue().encode()


def feed_xml(dealer: Dealer, cars: Sequence[Car]) -> bytes:
    listings = "".join(
        f"<listing><vehicle_id>{car.number}</vehicle_id><title>{escaped(car.name)}</title><url>{dealer.page_of(car)}</url>"
        f"<make>{car.make}</make><model>{car.model}</model><year>{car.year}</year><vin>{car.vin}</vin>"
        f"<mileage><value>{car.mileage}</value><unit>MI</unit></mileage><price>{car.price} USD</price>"
        + "".join(f"<image><url>{url}</url></image>" for url in dealer.photos_of(car))
        + "</listing>"
        for car in cars
    )
    return f'<?xml version="1.0"?><listings>{listings}</listings>'.encode()
