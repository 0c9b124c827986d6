"""Whether a redirect has led away. Pure."""

import pytest

from forecourt.listing.same_page import is_above, is_same_page

CAR = "http://www.dealer.example/cars/ford/17?id=3"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://dealer.example/cars/ford/17/?id=3#photos", True),
        ("http://WWW.dealer.example/cars/ford/17?id=3", True),
        ("http://www.dealer.example/cars/ford/17", False),
        ("http://www.dealer.example/cars/ford/18?id=3", False),
        ("http://other.example/cars/ford/17?id=3", False),
    ],
)
def test_a_page_is_the_same_whatever_its_scheme_and_its_www(other: str, same: bool) -> None:  # noqa: FBT001
    assert is_same_page(CAR, other) is same


@pytest.mark.parametrize(
    ("other", "above"),
    [
        ("https://dealer.example/", True),
        ("https://dealer.example", True),
        ("https://dealer.example/cars?sold=1", True),
        ("https://dealer.example/cars/ford/17", True),  # what told the car from others is lost
        ("https://dealer.example/cars/ford/17?id=4", False),
        ("https://dealer.example/car", False),
        ("https://dealer.example/please-log-in", False),
        ("https://other.example/", False),
    ],
)
def test_a_page_lies_below_its_folders_and_the_home_page(other: str, above: bool) -> None:  # noqa: FBT001
    assert is_above(other, CAR) is above
