"""Schema.org in its spellings: JSON-LD flat, in a graph, as a product; microdata; RDFa."""

from collections.abc import Sequence
from typing import Any

from synthetic.cars import Car, Dealer
from synthetic.published import Published, escaped, fields_of, heading, script, similar_cards, vehicle

_UNIT_CODES = {"mi": "SMI", "km": "KMT"}


def schema_car(car: Car, dealer: Dealer, **other: Any) -> dict[str, Any]:
    """A schema.org Car, complete."""
    return {
        "@context": "https://schema.org",
        "@type": "Car",
        "name": car.name,
        "url": dealer.page_of(car),
        "vehicleModelDate": str(car.year),
        "brand": {"@type": "Brand", "name": car.make},
        "model": car.model,
        "vehicleConfiguration": car.trim,
        "vehicleIdentificationNumber": car.vin,
        "mileageFromOdometer": {
            "@type": "QuantitativeValue",
            "value": car.mileage,
            "unitCode": _UNIT_CODES[dealer.language.unit],
        },
        "offers": {"@type": "Offer", "price": car.price, "priceCurrency": dealer.language.currency},
        "image": list(dealer.photos_of(car)),
        **other,
    }


def jsonld(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    return vehicle(
        "jsonld",
        car,
        dealer,
        head=script(schema_car(car, dealer)),
        main=heading(car) + similar_cards(dealer, others),
    )


def jsonld_graph(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    """Everything by reference: offer, seller, brand and each photo are nodes of their own."""
    photos = [
        {"@id": f"#photo-{at}", "@type": "ImageObject", "contentUrl": url}
        for at, url in enumerate(dealer.photos_of(car))
    ]
    node = schema_car(car, dealer, offers={"@id": "#offer"}, brand={"@id": "#brand"})
    node |= {"@id": "#car", "image": [{"@id": photo["@id"]} for photo in photos]}
    offer = {
        "@id": "#offer",
        "@type": "Offer",
        "priceSpecification": {"price": str(car.price), "priceCurrency": dealer.language.currency},
        "seller": {"@id": "#dealer"},
    }
    others = [
        {"@id": "#dealer", "@type": "AutoDealer", "name": dealer.name, "logo": f"{dealer.site}/theme/logo-wide.png"},
        {"@id": "#brand", "@type": "Brand", "name": car.make},
        {"@type": "WebPage", "mainEntity": {"@id": "#car"}},
    ]
    graph = {"@context": "https://schema.org", "@graph": [*others, *photos, offer, node]}
    return vehicle("jsonld-graph", car, dealer, head=script(graph), main=heading(car))


def jsonld_product(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    """A shop's plugin: a Product with offers, its facts as additionalProperty."""
    language = dealer.language
    node = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": f"{car.year} {car.name}",
        "brand": car.make,
        "model": car.model,
        "sku": str(car.number),
        "image": list(dealer.photos_of(car)),
        "offers": [
            {
                "@type": "Offer",
                "price": f"{car.price}.00",
                "priceCurrency": language.currency,
                "availability": "https://schema.org/InStock",
                "url": dealer.page_of(car),
            }
        ],
        "additionalProperty": [
            {"@type": "PropertyValue", "name": language.labels[3], "value": language.mileage(car.mileage)},
            {"@type": "PropertyValue", "name": language.labels[5], "value": car.vin},
        ],
    }
    main = f"<h1>{car.year} {escaped(car.name)}</h1>"
    return vehicle("jsonld-product", car, dealer, head=script(node), main=main)


def microdata(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    images = "".join(f'<img itemprop="image" src="{url}">' for url in dealer.photos_of(car))
    main = f"""<article itemscope itemtype="https://schema.org/Car"><h1 itemprop="name">{escaped(car.name)}</h1>
      <span itemprop="brand" itemscope itemtype="https://schema.org/Brand">
        <span itemprop="name">{car.make}</span></span>
      <span itemprop="model">{car.model}</span><meta itemprop="vehicleModelDate" content="{car.year}">
      <span itemprop="vehicleIdentificationNumber">{car.vin}</span>
      <div itemprop="mileageFromOdometer" itemscope itemtype="https://schema.org/QuantitativeValue">
        <meta itemprop="value" content="{car.mileage}">
        <meta itemprop="unitCode" content="{_UNIT_CODES[dealer.language.unit]}"></div>
      <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
        <meta itemprop="price" content="{car.price}">
        <meta itemprop="priceCurrency" content="{dealer.language.currency}"></div>
      <div>{images}</div></article>"""
    return vehicle("microdata", car, dealer, main=main)


def rdfa(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    images = "".join(f'<img property="image" src="{url}">' for url in dealer.photos_of(car))
    main = f"""<article vocab="https://schema.org/" typeof="Car" resource="#car">
      <h1 property="name">{escaped(car.name)}</h1>
      <span property="brand" typeof="Brand"><span property="name">{car.make}</span></span>
      <span property="model">{car.model}</span><meta property="vehicleModelDate" content="{car.year}">
      <span property="vehicleIdentificationNumber">{car.vin}</span>
      <span property="mileageFromOdometer" typeof="QuantitativeValue"><meta property="value" content="{car.mileage}">
        <meta property="unitCode" content="{_UNIT_CODES[dealer.language.unit]}"></span>
      <span property="offers" typeof="Offer"><meta property="price" content="{car.price}">
        <meta property="priceCurrency" content="{dealer.language.currency}"></span>
      <div>{images}</div></article>"""
    return vehicle("rdfa", car, dealer, main=main)


def jsonld_without(car: Car, dealer: Dealer, *keys: str) -> dict[str, Any]:
    """The same car with some of it not told."""
    return {key: value for key, value in schema_car(car, dealer).items() if key not in keys}


def sold(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    """A sold one: what became of it is a field too."""
    offer = {
        "@type": "Offer",
        "price": car.price,
        "priceCurrency": dealer.language.currency,
        "availability": "https://schema.org/SoldOut",
    }
    fields = fields_of(car, dealer, sale_status="sold")
    head = script(schema_car(car, dealer, offers=offer))
    return vehicle("jsonld-sold", car, dealer, head=head, main=heading(car), fields=fields)


STRUCTURED = (jsonld, jsonld_graph, jsonld_product, microdata, rdfa, sold)
