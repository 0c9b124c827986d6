"""Labels and values as people write them by hand."""

import pytest
from page_made import html

from forecourt.listing import Listing, read_page


def read(body: str) -> Listing:
    photos = "".join(f'<img src="/photos/{number}-1200x900.jpg">' for number in (1, 2))
    page = f'<h1>Blazer for sale</h1><p class="price">$18,500</p>{photos}'
    url = "https://ads.example/cto/d/dallas-1986-chevrolet-k5-blazer/7694967985.html"
    reading = read_page(html(page + body), url=url, content_type="text/html")
    assert reading.listing
    return reading.listing


@pytest.mark.parametrize(
    "body",
    [
        "<span>odometer: <b>123456</b></span>",
        "<p><b>Odometer</b> <span>123456</span></p>",
        "<div><span>Odometer</span><span>123456</span><span>miles</span></div>",
    ],
)
def test_a_mileage_beside_its_label_is_read(body: str) -> None:
    """Who asks dollars counts in miles, where nothing else is said."""
    found = read(f"<p><b>1986 chevrolet k5 blazer</b></p>{body}")

    assert (found.mileage, found.mileage_unit) == (123456, "mi")


def test_a_line_of_its_own_names_the_vehicle() -> None:
    found = read("<p><b>1986 chevrolet k5 blazer</b></p><span>odometer: <b>123456</b></span>")

    assert (found.year, found.make, found.model) == (1986, "Chevrolet", "k5 blazer")
