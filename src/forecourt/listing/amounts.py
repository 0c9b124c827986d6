"""Prices, mileages and years as pages write them, typed or absent."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from price_parser import Price

FIRST_YEAR = 1885
LAST_YEAR = 2100  # no clock in here: next year's models are offered early, and 20255 is a slip in any year
HIGHEST_PRICE = Decimal(10) ** 10
HIGHEST_MILEAGE = 3_000_000
_LONGEST_AMOUNT = 120

MileageUnit = Literal["mi", "km"]

_PLAIN_NUMBER = re.compile(r"\d{1,15}(\.\d{1,2}0*)?")
# A rate is not a price: "$299/mo", "199 € mtl.", "299 per month", "450 pcm", "99 zł/mies."
_RATE = re.compile(
    r"(/|\bper|\bpro|\bpar|\bpor|\bal|\ba|\bp\.?|\bim|\bmtl|\bmån)\s*\.?\s*"
    r"(mo|mth|mnth|month|monat|mtl|mois|mes|mese|maand|mies|mån|week|wk|woche|day|tag)"
    r"|\bmonthly\b|\bmensuel|\bmensile|\bmtl\b|\bmonatlich|\bpcm\b|\bp/m\b|\bpm\b|/\s*(mo|mon|m)\b|\bapr\b",
    re.IGNORECASE,
)
_BELOW_ZERO = re.compile(r"^\W*[-−–]\s*\W?\s*\d")  # noqa: RUF001 (the minus sign and the dash that pages write)
# What the symbols mean beyond doubt; "$", "kr" and the like depend on the country (locales.py).
CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "us$": "USD", "usd": "USD", "u$s": "USD", "ca$": "CAD",
    "c$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "r$": "BRL", "mx$": "MXN", "hk$": "HKD", "s$": "SGD",
    "chf": "CHF", "fr.": "CHF", "zł": "PLN", "zl": "PLN", "kč": "CZK", "ft": "HUF", "₴": "UAH", "грн": "UAH",
    "₽": "RUB", "руб": "RUB", "₺": "TRY", "tl": "TRY", "₹": "INR", "rs.": "INR", "円": "JPY", "₩": "KRW", "₪": "ILS",  # noqa: RUF001 (Cyrillic)
    "฿": "THB", "₫": "VND", "₦": "NGN", "₱": "PHP", "lei": "RON", "лв": "BGN", "dhs": "AED", "dh": "AED", "ksh": "KES",
}  # fmt: skip
_ISO = re.compile(
    r"\b(USD|EUR|GBP|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|UAH|RUB|TRY|JPY|CNY|KRW|INR|AED|SAR|QAR|KWD|BHD"
    r"|OMR|ILS|EGP|ZAR|KES|NGN|MXN|BRL|ARS|CLP|COP|PEN|UYU|SGD|HKD|MYR|THB|PHP|IDR|VND|TWD|ISK)(?=\b|\d)"
)

_NUMBER = r"\d{1,3}(?:[.,'’\s]\d{3})+(?!\d)|\d+(?:[.,]\d+)?"  # noqa: RUF001 (Swiss pages group with an apostrophe)
_MILEAGE = re.compile(
    rf"(?P<number>{_NUMBER})\s*(?P<factor>k(?![a-z])|tkm|tys\.?|тис\.?|тыс\.?|万)?\s*(?P<unit>miles?\b|mi\b|mls?\b|smi\b"
    r"|kms?\b|kmt\b|kilom[a-zèé]+|км|公里|キロ|mil\b)?",
    re.IGNORECASE,
)
_TEN_THOUSANDS = re.compile(rf"({_NUMBER})\s*万\s*円?")
_FACTORS = {"k": 1000, "tkm": 1000, "万": 10_000}
_YEAR = re.compile(r"(?<![\d.,])(18[89]\d|19\d\d|20\d\d|2100)(?!\d|[.,]\d{3})")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, and its currency where the text says it. `symbol` is what was written, "$" for instance."""

    amount: Decimal
    currency: str | None
    symbol: str | None


def read_money(text: str) -> Money | None:
    """The price in a text; None for a rate by the month, "POA", a negative amount, nothing or zero."""
    text = text.strip()
    if not text or len(text) > _LONGEST_AMOUNT or not re.search(r"\d", text):
        return None
    if _PLAIN_NUMBER.fullmatch(text):
        return _money(Decimal(text), None)
    if _RATE.search(text) or _BELOW_ZERO.match(text):
        return None
    if (ten_thousands := _TEN_THOUSANDS.search(text)) and (number := float(_plain(ten_thousands[1]))):
        return _money(Decimal(str(number)) * 10_000, "円")
    try:
        parsed = Price.fromstring(text)
    except (ValueError, InvalidOperation):
        return None
    return None if parsed.amount is None else _money(parsed.amount, parsed.currency, text)


def read_mileage(text: str) -> tuple[int, MileageUnit | None] | None:
    """A mileage as a whole number and its unit: "61.300 km", "61k miles", "5 641 mil" (Scandinavian, 10 km each)."""
    if len(text) > _LONGEST_AMOUNT or text.lstrip().startswith(("-", "−")):  # noqa: RUF001 (the minus sign)
        return None
    found = _MILEAGE.search(text)
    if found is None:
        return None
    unit = (found["unit"] or "").lower()
    factor = (found["factor"] or "").lower().rstrip(".")
    number = float(_plain(found["number"])) * _FACTORS.get(factor, 1000 if factor else 1) * (10 if unit == "mil" else 1)
    if not 0 <= number <= HIGHEST_MILEAGE:
        return None
    if not unit and factor != "tkm":
        return int(number), None
    return int(number), "mi" if unit.startswith(("mi", "ml", "smi")) and unit != "mil" else "km"


def read_year(text: str) -> int | None:
    """The first year in a text that a vehicle can have: "2019", "03/2019", "2019-05-01"."""
    found = _YEAR.search(text[:_LONGEST_AMOUNT])
    return int(found[1]) if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR else None


def read_currency(text: str) -> str | None:
    """An ISO 4217 code in a text or behind its symbol; None where the symbol has several meanings."""
    if found := _ISO.search(text.upper()):
        return found[1]
    return CURRENCIES.get(text.strip().lower())


def _money(amount: Decimal, symbol: str | None, text: str = "") -> Money | None:
    if not 0 < amount < HIGHEST_PRICE:
        return None
    if amount == amount.to_integral_value():
        amount = amount.quantize(Decimal(1))
    return Money(amount, read_currency(text) or (read_currency(symbol) if symbol else None), symbol)


def _plain(number: str) -> str:
    """Without grouping, and with a point: "61.300" → "61300", "61,3" → "61.3"."""
    if re.fullmatch(r"\d{1,3}(?:\D\d{3})+", number):
        return re.sub(r"\D", "", number)
    return number.replace(",", ".")
