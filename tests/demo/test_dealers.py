import pytest

from forecourt.demo.cars import Car, photo_files
from forecourt.demo.dealers import DEALERS
from forecourt.listing.vin import check_digit, valid_vin

CARS = [car for dealer in DEALERS for car in dealer.cars]


@pytest.mark.parametrize("car", CARS, ids=lambda car: car.stock_number)
def test_a_vin_is_one_and_its_check_digit_is_right(car: Car) -> None:
    vin = car.full_vin

    assert valid_vin(vin) == vin
    assert vin[8] == check_digit(vin)


def test_no_two_cars_are_the_same() -> None:
    assert len({car.full_vin for car in CARS}) == len({car.stock_number for car in CARS}) == len(CARS) == 24


def test_there_are_250_photos_and_some_cars_have_more_than_the_cap() -> None:
    assert sum(car.photos for car in CARS) == 250
    assert sorted(car.photos for car in CARS)[-2:] == [22, 24]


def test_the_first_photo_of_every_car_is_good() -> None:
    """It is what a list of cars shows."""
    assert {photo_files(dealer, car)[0].fate for dealer in DEALERS for car in dealer.cars} == {"good"}


def test_what_is_broken_is_within_the_cap() -> None:
    """Otherwise nobody would find out."""
    assert max(number for car in CARS for number in car.fates) <= 20


def test_prices_and_mileages_are_written_as_in_their_country() -> None:
    texts = [(dealer.price_text(dealer.cars[0]), dealer.mileage_text(dealer.cars[0])) for dealer in DEALERS]

    assert texts == [("$36,995", "48,210 mi"), ("€ 94.500", "128.400 km"), ("£18,995", "52,340 mi")]


def test_the_mileage_of_a_page_is_the_one_of_its_instruments() -> None:
    for dealer in DEALERS:
        assert [car.look.odometer for car in dealer.cars] == [dealer.mileage_text(car) for car in dealer.cars]
