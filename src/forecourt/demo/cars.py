"""What the demo's dealers have on their yards. Cars, numbers and people are invented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from forecourt.demo.draw import VIEWS, FileType
from forecourt.demo.look import Look
from forecourt.listing.vin import check_digit

Fate = Literal["good", "gone", "web_page", "cut_short", "damaged", "busy"]
Markup = Literal["jsonld", "opengraph", "microdata"]


@dataclass(frozen=True)
class Car:
    """One vehicle as its dealer describes it.

    Args:
        vin: With a blank in the ninth place; `full_vin` puts the check digit there.
        price: Whole units of the dealer's currency.
        mileage: In the dealer's unit.
        photos: How many.
        fates: What happens to a photo, by its number from 1; all others are good.
    """

    stock_number: str
    year: int
    make: str
    model: str
    trim: str
    vin: str
    price: int
    mileage: int
    exterior: str
    interior: str
    body_type: str
    engine: str
    transmission: str
    drivetrain: str
    fuel_type: str
    text: str
    look: Look
    photos: int
    fates: Mapping[int, Fate] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def title(self) -> str:
        """As it stands over the page."""
        return f"{self.year} {self.make} {self.model} {self.trim}".strip()

    @property
    def slug(self) -> str:
        """The last part of its page's address."""
        words = f"{self.title} {self.stock_number}".lower()
        return "-".join("".join(letter if letter.isascii() and letter.isalnum() else " " for letter in words).split())

    @property
    def full_vin(self) -> str:
        """With its check digit."""
        return self.vin.replace(" ", check_digit(self.vin.replace(" ", "0")))


@dataclass(frozen=True)
class Dealer:
    """One site.

    Args:
        key: The name of its web server among the demo's; `photo_host` is that of its photos, maybe the same.
        markup: How its pages say what they show.
        listing_path: Where pages about a car lie.
    """

    key: str
    name: str
    business_type: str
    place: str
    phone: str
    currency: Literal["USD", "EUR", "GBP"]
    mileage_unit: Literal["mi", "km"]
    markup: Markup
    listing_path: str
    photo_host: str
    cars: tuple[Car, ...]

    def price_text(self, car: Car) -> str:
        """As the country writes it."""
        plain = f"{car.price:,}"
        return {"USD": f"${plain}", "GBP": f"£{plain}", "EUR": f"€ {plain.replace(',', '.')}"}[self.currency]

    def mileage_text(self, car: Car) -> str:
        """As the country writes it, with its unit."""
        plain = f"{car.mileage:,}"
        return f"{plain} mi" if self.mileage_unit == "mi" else f"{plain.replace(',', '.')} km"


@dataclass(frozen=True)
class PhotoFile:
    """One photo on a server: where it is, what it shows, and what the server makes of it."""

    host: str
    path: str
    look: Look
    view: str
    size: tuple[int, int]
    file_type: FileType
    fate: Fate


BUSY_HOST = "busy-photos"


def photo_files(dealer: Dealer, car: Car) -> list[PhotoFile]:
    """The gallery of a car, in its order."""
    return [_photo_file(dealer, car, number) for number in range(1, car.photos + 1)]


def _photo_file(dealer: Dealer, car: Car, number: int) -> PhotoFile:
    fate = car.fates.get(number, "good")
    file_type: FileType = "jpeg"
    if dealer.markup == "opengraph" and number == car.photos:
        file_type = "webp"
    if dealer.markup == "microdata" and number == 5 and car.year % 2:  # noqa: PLR2004 (some are PNG)
        file_type = "png"
    extension = {"jpeg": "jpg", "png": "png", "webp": "webp"}[file_type]
    path = {
        "jsonld": f"/media/inventory/{car.stock_number}/{number:02}-{VIEWS[number - 1]}.{extension}",
        "opengraph": f"/fotos/{car.stock_number.lower()}/{number}.{extension}",
        "microdata": f"/img/{car.stock_number}_{number:02}.{extension}",
    }[dealer.markup]
    return PhotoFile(
        host=BUSY_HOST if fate == "busy" else dealer.photo_host,
        path=path,
        look=car.look,
        view=VIEWS[number - 1],
        size=(1600, 1200) if dealer.markup == "jsonld" and number == 1 else (1200, 900),
        file_type=file_type,
        fate=fate,
    )
