"""What a country means by "$" and by a mileage without a unit. Asked only where the page does not say."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from forecourt.listing.amounts import MileageUnit


@dataclass(frozen=True, slots=True)
class Locale:
    """The habits of the country that a page is made for. None where we cannot tell the country."""

    currency: str | None = None
    mileage_unit: MileageUnit | None = None


_EURO = ("de", "at", "fr", "it", "es", "nl", "be", "pt", "ie", "fi", "gr", "lu", "sk", "si", "ee", "lv", "lt", "hr")
_COUNTRIES: dict[str, Locale] = {
    **{country: Locale("EUR", "km") for country in _EURO},
    "us": Locale("USD", "mi"), "uk": Locale("GBP", "mi"), "gb": Locale("GBP", "mi"), "ca": Locale("CAD", "km"),
    "au": Locale("AUD", "km"), "nz": Locale("NZD", "km"), "ch": Locale("CHF", "km"), "se": Locale("SEK", "km"),
    "no": Locale("NOK", "km"), "dk": Locale("DKK", "km"), "pl": Locale("PLN", "km"), "cz": Locale("CZK", "km"),
    "hu": Locale("HUF", "km"), "ro": Locale("RON", "km"), "bg": Locale("BGN", "km"), "ua": Locale("UAH", "km"),
    "ru": Locale("RUB", "km"), "tr": Locale("TRY", "km"), "jp": Locale("JPY", "km"), "cn": Locale("CNY", "km"),
    "kr": Locale("KRW", "km"), "in": Locale("INR", "km"), "ae": Locale("AED", "km"), "za": Locale("ZAR", "km"),
    "mx": Locale("MXN", "km"), "br": Locale("BRL", "km"), "ar": Locale("ARS", "km"), "cl": Locale("CLP", "km"),
    "co": Locale("COP", "km"), "sg": Locale("SGD", "km"), "hk": Locale("HKD", "km"), "ke": Locale("KES", "km"),
}  # fmt: skip
# Languages of which no country counts in miles.
_METRIC = "de|fr|it|es|nl|pt|sv|nb|nn|no|da|fi|pl|cs|sk|hu|ro|bg|el|uk|ru|tr|ja|ko|zh"
# Symbols that several countries share; the locale decides between these.
_SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "MXN", "ARS", "CLP", "COP", "SGD", "HKD"),
    "kr": ("SEK", "NOK", "DKK"),
    "kr.": ("DKK", "NOK", "SEK"),
    "¥": ("JPY", "CNY"),
}


def locale_of(url: str, language: str | None) -> Locale:
    """From the country in the host's ending, else from the region of the page's language ("en-GB")."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    ending = host.rstrip(".").rpartition(".")[2]
    if ending in _COUNTRIES:
        return _COUNTRIES[ending]
    spoken = (language or "").strip().lower()
    region = re.fullmatch(r"[a-z]{2,3}[-_]([a-z]{2})", spoken)
    if region and region[1] in _COUNTRIES:
        return _COUNTRIES[region[1]]
    return Locale(mileage_unit="km") if re.match(rf"(?:{_METRIC})\b", spoken) else Locale()


def shared_symbol(symbol: str, locale: Locale) -> str | None:
    """What "$" means here. Without a country it is the United States' dollar; other symbols stay open."""
    meanings = _SHARED.get(symbol.strip().lower(), ())
    if locale.currency in meanings:
        return locale.currency
    return "USD" if meanings and symbol.strip() == "$" and locale.currency is None else None
