"""What each reader takes from a page of its kind."""

import json
from decimal import Decimal

import pytest
from page_made import car, html, jsonld, listing, read

PHOTOS = ("https://dealer.example/photos/1.jpg", "https://dealer.example/photos/2.jpg")


def test_json_ld_tells_everything() -> None:
    found = listing(html(jsonld(car())))

    assert (found.year, found.make, found.model, found.vin) == (2019, "Ford", "F-150", "1FTEW1E4XKFA00142")
    assert (found.price, found.currency, found.mileage, found.mileage_unit) == (Decimal(36995), "USD", 48210, "mi")
    assert found.photos == PHOTOS
    assert found.sources["vin"].reader == "jsonld"


@pytest.mark.parametrize(
    "script",
    [
        json.dumps({"@graph": [{"@type": "WebSite"}, car()]}),
        json.dumps([{"@type": "BreadcrumbList"}, car()]),
        "<!-- " + json.dumps(car()) + " -->",
        json.dumps(car())[:-1] + ",}",
        json.dumps(car(description="line\nbreak")).replace("\\n", "\n"),
        json.dumps(car(**{"@type": ["Product", "Vehicle"]})),
    ],
    ids=["X02-graph", "X02-list", "X01-comment", "X01-trailing-comma", "X01-control-character", "X02-types"],
)
def test_json_ld_is_read_as_tolerantly_as_it_is_written(script: str) -> None:
    found = listing(html(f'<script type="application/ld+json">{script}</script>'))

    assert (found.make, found.vin, found.photos) == ("Ford", "1FTEW1E4XKFA00142", PHOTOS)


@pytest.mark.parametrize("broken", ["null", "17", "", "{", '"text"', "[[[", '{"@type": "Car"'])
def test_a_script_that_cannot_be_read_leaves_the_others(broken: str) -> None:
    """X01."""
    found = listing(html(f'<script type="application/ld+json">{broken}</script>' + jsonld(car())))

    assert found.vin == "1FTEW1E4XKFA00142"


@pytest.mark.parametrize(
    "image",
    [
        "/photos/1.jpg",
        ["/photos/1.jpg"],
        {"@type": "ImageObject", "contentUrl": "/photos/1.jpg"},
        [{"@type": "ImageObject", "url": "https://dealer.example/photos/1.jpg"}],
        {"@id": "#photo"},
    ],
    ids=["text", "list", "contentUrl", "objects", "reference"],
)
def test_images_are_found_in_every_form(image: object) -> None:
    """X02."""
    graph = {"@graph": [car(image=image), {"@id": "#photo", "@type": "ImageObject", "url": "/photos/1.jpg"}]}

    assert listing(html(jsonld(graph))).photos == PHOTOS[:1]


def test_microdata_tells_as_much() -> None:
    found = listing(
        html("""
        <div itemscope itemtype="https://schema.org/Car">
          <h1 itemprop="name">2015 Audi TT Sport 2.0 TFSI</h1>
          <span itemprop="brand" itemscope itemtype="https://schema.org/Brand"><span itemprop="name">Audi</span></span>
          <span itemprop="model">TT</span> <meta itemprop="vehicleModelDate" content="2015">
          <span itemprop="vehicleIdentificationNumber">TRUZZZ8J1F1000123</span>
          <div itemprop="mileageFromOdometer" itemscope itemtype="https://schema.org/QuantitativeValue">
            <meta itemprop="value" content="60133"><meta itemprop="unitCode" content="KMT"></div>
          <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
            <meta itemprop="price" content="13250.00"><meta itemprop="priceCurrency" content="GBP"></div>
          <img itemprop="image" src="/photos/1.jpg"><img itemprop="image" src="/photos/2.jpg">
        </div>""")
    )

    assert (found.year, found.make, found.model, found.vin) == (2015, "Audi", "TT", "TRUZZZ8J1F1000123")
    assert (found.price, found.currency, found.mileage, found.mileage_unit) == (Decimal(13250), "GBP", 60133, "km")
    assert found.photos == PHOTOS


def test_opengraph_and_a_table_of_facts_are_enough() -> None:
    head = """
      <meta property="og:title" content="2001 Saab 9-5 Aero"><meta property="og:image" content="/photos/1.jpg">
      <meta property="product:price:amount" content="9800"><meta property="product:price:currency" content="EUR">
    """
    table = """<h1>2001 Saab 9-5 Aero</h1><table><tr><th>Mileage</th><td>186.450 km</td></tr>
      <tr><th>Transmission</th><td>Automatic</td></tr><tr><th>Fuel</th><td>Petrol</td></tr></table>"""
    found = listing(html(table, head=head, title="2001 Saab 9-5 Aero | Kontor"))

    assert (found.year, found.make, found.model) == (2001, "Saab", "9-5")
    assert (found.price, found.currency, found.mileage, found.mileage_unit) == (Decimal(9800), "EUR", 186450, "km")
    assert (found.transmission, found.fuel_type) == ("Automatic", "Petrol")
    assert found.sources["mileage"].raw == "186.450 km"


def test_a_field_that_is_not_on_the_page_stays_empty() -> None:
    bare = {"@type": "Car", "name": "Ford F-150", "image": "/photos/1.jpg"}
    found = listing(html(jsonld(bare)))

    assert (found.year, found.vin, found.price, found.mileage, found.mileage_unit) == (None,) * 5


@pytest.mark.parametrize("vin", ["1FTEW1E4OKFA00142", "1FTEW1E41KFA00142", "12345", "11111111111111111x"])
def test_a_vin_that_cannot_be_one_is_left_out(vin: str) -> None:
    """X12: O is no letter of a VIN; a North American one has a check digit."""
    assert listing(html(jsonld(car(vehicleIdentificationNumber=vin)))).vin is None


def test_other_cars_on_the_page_are_not_this_one() -> None:
    similar = car(
        name="2015 Audi TT",
        url="https://dealer.example/inventory/2015-audi-tt-99",
        image="/photos/9.jpg",
        vehicleIdentificationNumber="TRUZZZ8J1F1000123",
    )
    own = car(url="https://dealer.example/inventory/2019-ford-f-150-lariat-12345")
    found = listing(html(jsonld(similar, own)))

    assert (found.title, found.photos) == ("2019 Ford F-150 Lariat", PHOTOS)


def test_what_is_no_vehicle_is_nothing() -> None:
    assert (
        read("<h1>About us</h1><p>We sell cars since 1950.</p>", url="https://dealer.example/about").kind == "nothing"
    )
    assert read(b"").kind == "nothing"
