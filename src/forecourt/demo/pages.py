"""Every page, sitemap and robots.txt of a dealer's site, rendered once: what its web server then hands out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from forecourt.demo.cars import Car, Dealer, photo_files

Kind = Literal["page", "robots", "sitemap"]
CARS_PER_PAGE = 3
GALLERIES = ("data-gallery", "data-src", "srcset")


@dataclass(frozen=True)
class Page:
    """A body that a path answers with."""

    kind: Kind
    content_type: str
    text: str


def site_pages(dealer: Dealer, addresses: Mapping[str, str]) -> dict[str, Page]:
    """By path and query.

    Args:
        dealer: Whose site.
        addresses: Of all web servers, by name, as `http://127.0.0.1:8101`.
    """
    site = addresses[dealer.key]
    pages = {f"{dealer.listing_path}/{car.slug}": _car_page(dealer, car, addresses) for car in dealer.cars}
    robots = ["User-agent: *", "Disallow: /account/", ""]
    if dealer.markup == "jsonld":
        pages |= _sitemaps(dealer, site)
        robots.append(f"Sitemap: {site}/sitemap.xml")
    pages["/robots.txt"] = Page("robots", "text/plain", "\n".join(robots))
    per_page = CARS_PER_PAGE if dealer.markup == "opengraph" else len(dealer.cars)
    batches = [dealer.cars[start : start + per_page] for start in range(0, len(dealer.cars), per_page)]
    for number, cars in enumerate(batches, 1):
        following = f"{site}{dealer.listing_path}?page={number + 1}" if number < len(batches) else None
        values = {"number": number, "numbers": len(batches), "following": following, "site": site}
        page = _html("inventory.html", dealer, cars=[_shown(dealer, car, addresses) for car in cars], **values)
        pages[f"{dealer.listing_path}?page={number}"] = page
        if number == 1:
            pages["/"] = pages[dealer.listing_path] = page
    pages["/contact"] = _html("contact.html", dealer, site=site)
    return pages


def photo_host_pages() -> dict[str, Page]:
    """A server that has photos only still says who may come."""
    return {"/robots.txt": Page("robots", "text/plain", "User-agent: *\nAllow: /\n")}


@dataclass(frozen=True)
class ShownCar:
    """What the templates read."""

    car: Car
    url: str
    photos: tuple[str, ...]
    price: str
    mileage: str
    specs: tuple[tuple[str, str], ...]


def _shown(dealer: Dealer, car: Car, addresses: Mapping[str, str]) -> ShownCar:
    mileage = dealer.mileage_text(car)
    specs = (
        ("Year", str(car.year)), ("Make", car.make), ("Model", car.model), ("Trim", car.trim), ("Mileage", mileage),
        ("VIN", car.full_vin), ("Stock number", car.stock_number), ("Exterior color", car.exterior),
        ("Interior color", car.interior), ("Body type", car.body_type), ("Engine", car.engine),
        ("Transmission", car.transmission), ("Drivetrain", car.drivetrain), ("Fuel type", car.fuel_type),
    )  # fmt: skip
    return ShownCar(
        car=car,
        url=f"{addresses[dealer.key]}{dealer.listing_path}/{car.slug}",
        photos=tuple(f"{addresses[photo.host]}{photo.path}" for photo in photo_files(dealer, car)),
        price=dealer.price_text(car),
        mileage=mileage,
        specs=specs,
    )


def _car_page(dealer: Dealer, car: Car, addresses: Mapping[str, str]) -> Page:
    shown = _shown(dealer, car, addresses)
    gallery = GALLERIES[dealer.cars.index(car) % len(GALLERIES)]
    linked_data = _linked_data(dealer, shown) if dealer.markup == "jsonld" else None
    template = f"car_{dealer.markup}.html"
    return _html(template, dealer, shown=shown, gallery=gallery, linked_data=linked_data, site=addresses[dealer.key])


def _linked_data(dealer: Dealer, shown: ShownCar) -> dict[str, object]:
    """schema.org, as a dealer's website builder writes it: a graph with the dealer and the car."""
    car, seller = shown.car, f"{shown.url}#dealer"
    return {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "AutoDealer",
                "@id": seller,
                "name": dealer.name,
                "telephone": dealer.phone,
                "address": dealer.place,
            },
            {
                "@type": "Car",
                "name": car.title,
                "url": shown.url,
                "description": car.text,
                "sku": car.stock_number,
                "vehicleIdentificationNumber": car.full_vin,
                "vehicleModelDate": str(car.year),
                "brand": {"@type": "Brand", "name": car.make},
                "model": car.model,
                "vehicleConfiguration": car.trim,
                "bodyType": car.body_type,
                "color": car.exterior,
                "vehicleInteriorColor": car.interior,
                "vehicleTransmission": car.transmission,
                "driveWheelConfiguration": car.drivetrain,
                "fuelType": car.fuel_type,
                "vehicleEngine": {"@type": "EngineSpecification", "name": car.engine},
                "mileageFromOdometer": {"@type": "QuantitativeValue", "value": car.mileage, "unitCode": "SMI"},
                "itemCondition": "https://schema.org/UsedCondition",
                "image": list(shown.photos),
                "offers": {
                    "@type": "Offer",
                    "price": car.price,
                    "priceCurrency": dealer.currency,
                    "availability": "https://schema.org/InStock",
                    "seller": {"@id": seller},
                },
            },
        ],
    }


def _sitemaps(dealer: Dealer, site: str) -> dict[str, Page]:
    """An index that names two sitemaps: one of cars, one of everything else."""
    cars = [f"{site}{dealer.listing_path}/{car.slug}" for car in dealer.cars]
    files = {
        "/sitemap.xml": ("sitemapindex", "sitemap", [f"{site}/sitemaps/inventory.xml", f"{site}/sitemaps/pages.xml"]),
        "/sitemaps/inventory.xml": ("urlset", "url", cars),
        "/sitemaps/pages.xml": ("urlset", "url", [f"{site}/", f"{site}/contact"]),
    }
    return {
        path: Page("sitemap", "application/xml", _environment().get_template("sitemap.xml").render(
            root=root, entry=entry, addresses=addresses,
        ))
        for path, (root, entry, addresses) in files.items()
    }  # fmt: skip


def _html(template: str, dealer: Dealer, **values: object) -> Page:
    return Page("page", "text/html", _environment().get_template(template).render(dealer=dealer, **values))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("forecourt.demo", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
