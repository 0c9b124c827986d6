from decimal import Decimal

import pytest

from forecourt.demo.cars import BUSY_HOST, Car, Dealer, photo_files
from forecourt.demo.dealers import DEALERS
from forecourt.demo.pages import site_pages
from forecourt.listing import read_page

ADDRESSES = {
    name: f"http://127.0.0.1:{8101 + number}"
    for number, name in enumerate([BUSY_HOST, *(host for each in DEALERS for host in (each.key, each.photo_host))])
}


@pytest.mark.parametrize(
    ("dealer", "car"),
    [pytest.param(dealer, car, id=car.stock_number) for dealer in DEALERS for car in dealer.cars],
)
def test_a_page_is_read_as_its_dealer_means_it(dealer: Dealer, car: Car) -> None:
    path = f"{dealer.listing_path}/{car.slug}"
    page = site_pages(dealer, ADDRESSES)[path]

    reading = read_page(
        page.text.encode(), url=f"{ADDRESSES[dealer.key]}{path}", content_type="text/html; charset=utf-8"
    )

    listing = reading.listing
    assert listing is not None
    assert (listing.title, listing.vin, listing.year, listing.make) == (car.title, car.full_vin, car.year, car.make)
    assert (listing.price, listing.currency) == (Decimal(car.price), str(dealer.currency))
    assert (listing.mileage, listing.mileage_unit) == (car.mileage, dealer.mileage_unit)
    assert list(listing.photos) == [f"{ADDRESSES[photo.host]}{photo.path}" for photo in photo_files(dealer, car)]
