"""One number, and the many ways in which sites write it."""

from dataclasses import replace

from synthetic.cars import Car, Dealer
from synthetic.languages import AMERICAN, BRITISH, DUTCH, FRENCH, GERMAN, ITALIAN, JAPANESE, POLISH, SWEDISH, Language
from synthetic.published import Published, fields_of, heading, plain_gallery, vehicle
from synthetic.shown_ways import as_list, facts_of

SWISS = replace(GERMAN, code="de-CH", ending="ch", currency="CHF", group="'", money="CHF {}.-")
MILEAGES: tuple[tuple[Language, str, int, str], ...] = (
    (GERMAN, "61.300 km", 61_300, "km"),
    (SWEDISH, "61 300 km", 61_300, "km"),
    (FRENCH, "61\u202f300 km", 61_300, "km"),
    (POLISH, "61\xa0300 km", 61_300, "km"),
    (AMERICAN, "61,300", 61_300, "mi"),
    (AMERICAN, "61k miles", 61_000, "mi"),
    (BRITISH, "61,300 mi.", 61_300, "mi"),
    (SWISS, "61'300 km", 61_300, "km"),
    (SWEDISH, "6 130 mil", 61_300, "km"),
    (JAPANESE, "6.1万km", 61_000, "km"),
    (GERMAN, "61300", 61_300, "km"),
    (ITALIAN, "km 61.300", 61_300, "km"),
    (POLISH, "61 tys. km", 61_000, "km"),
)
PRICES: tuple[tuple[Language, str, int | None, str | None], ...] = (
    (GERMAN, "€ 12.345,-", 12_345, "EUR"),
    (GERMAN, "12.345,00 €", 12_345, "EUR"),
    (DUTCH, "€ 12.345,--", 12_345, "EUR"),
    (FRENCH, "12\u202f345 €", 12_345, "EUR"),
    (BRITISH, "£12,345.00", 12_345, "GBP"),
    (AMERICAN, "$12,345", 12_345, "USD"),
    (AMERICAN, "USD 12345", 12_345, "USD"),
    (SWISS, "CHF 12'345.–", 12_345, "CHF"),  # noqa: RUF001 (as they write it)
    (SWEDISH, "123 450 kr", 123_450, "SEK"),
    (SWEDISH, "123 450:-", 123_450, "SEK"),
    (POLISH, "12 345 PLN", 12_345, "PLN"),
    (JAPANESE, "128.5万円", 1_285_000, "JPY"),
    (JAPANESE, "1,285,000円", 1_285_000, "JPY"),
    (BRITISH, "POA", None, None),
    (AMERICAN, "-$500", None, None),
    (GERMAN, "VB 12.345 €", 12_345, "EUR"),
)


def with_mileage(car: Car, dealer: Dealer, text: str, amount: int, unit: str) -> Published:
    fields = fields_of(car, dealer, mileage=amount, mileage_unit=unit)
    return _page(f"mileage {text}", car, dealer, 3, text, fields)


def with_price(car: Car, dealer: Dealer, text: str, amount: int | None, currency: str | None) -> Published:
    fields = fields_of(car, dealer, price=amount, currency=currency)
    return _page(f"price {text}", car, dealer, 4, text, fields)


def _page(name: str, car: Car, dealer: Dealer, at: int, text: str, fields: dict[str, object]) -> Published:
    facts = facts_of(car, dealer)
    facts[at] = (facts[at][0], text)
    return vehicle(name, car, dealer, main=heading(car) + plain_gallery(dealer, car) + as_list(facts), fields=fields)
