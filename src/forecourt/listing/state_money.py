"""An amount of money in a state: a number, a text, or an object that holds it with its currency."""

from collections.abc import Iterator, Mapping

from forecourt.listing.claims import Claims
from forecourt.listing.state_keys import plain_key
from forecourt.listing.state_words import word_of

_MINOR = frozenset(
    {"centamount", "amountincents", "priceincents", "cents", "minorunits", "amountminor", "valueincents"}
)
_AMOUNTS = (
    "amount", "value", "raw", "priceRaw", "rawPrice", "amountRaw", "price", "current", "total", "gross", "display",
    "formatted", "priceFormatted", "formattedPrice", "text",
)  # fmt: skip
_CURRENCIES = (
    "currency", "currencyCode", "currency_code", "currencyId", "currency_id", "currencyIso", "priceCurrency", "iso",
)  # fmt: skip
_WRITTEN = ("formatted", "priceFormatted", "formattedPrice", "display", "displayPrice", "text")
_SIGNS = ("suffix", "symbol", "currencySymbol", "prefix")
_MOST_DIGITS = 4


def say_price(raw: object, around: Mapping[str, object], claims: Claims) -> None:
    """Take the first price that can be read, and its currency from the same object or the one around it."""
    if claims.value("price") is not None:
        return
    holder = around
    for _ in range(3):
        if isinstance(raw, list) and len(raw) == 1:
            raw = raw[0]
        if not isinstance(raw, dict):
            break
        holder, raw = raw, _amount_in(raw)
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return
    claims.say("price", raw)
    if claims.value("price") is not None:
        for near in (holder, around):
            _say_currency(raw, near, claims)


def _amount_in(money: Mapping[str, object]) -> object:
    for key, one in money.items():
        if plain_key(key) in _MINOR and isinstance(one, int):
            digits = money.get("fractionDigits", money.get("scale", 2))
            return one / 10 ** (digits if isinstance(digits, int) and 0 <= digits <= _MOST_DIGITS else 2)
    found = (money.get(key) for key in _AMOUNTS)
    return next((one for one in found if one not in (None, "", 0) and not isinstance(one, list)), None)


def _say_currency(raw: object, near: Mapping[str, object], claims: Claims) -> None:
    for said in _named_currencies(near):
        claims.say("currency", said)
    for key in _WRITTEN:
        if isinstance(written := near.get(key), str):
            claims.say_currency_in(written)
    for key in _SIGNS:
        if isinstance(sign := near.get(key), str):
            claims.say_currency_in(f"{raw} {sign}")


def _named_currencies(near: Mapping[str, object]) -> Iterator[str]:
    for key in (*_CURRENCIES, *(key for key in near if "currency" in key.lower())):
        if isinstance(said := word_of(near.get(key)), str) and said:
            yield said
