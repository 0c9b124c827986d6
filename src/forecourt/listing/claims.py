"""What one reader says of the page's vehicle, each field typed or absent with its raw words kept."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from forecourt.listing.amounts import read_currency, read_mileage, read_money, read_year
from forecourt.listing.entities import unescaped
from forecourt.listing.labels import is_label, sale_status
from forecourt.listing.locales import Locale, shared_symbol
from forecourt.listing.makes import known_make
from forecourt.listing.values import Source
from forecourt.listing.vin import valid_vin

LONGEST_TEXT = 300
LONGEST_DESCRIPTION = 20_000
_LONGEST_RAW = 500
MOST_PHOTOS = 1_000
_MARKUP = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)|<!--.*?(-->|\Z)|</?[a-zA-Z][^<>]*>", re.IGNORECASE | re.DOTALL)
# Controls, lone surrogates, and the characters that turn the direction of text around.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
# What pages write where they have nothing to say.
_NO_TRIM = re.compile(r"\||\d\s?(?:km|kms|miles|mi)\b|[€$£]\s?\d", re.IGNORECASE)  # a line of facts
_NOTHING = frozenset(
    """
    - -- — \u2013 n/a na none null undefined unknown nan . 0 ? tba tbc tbd other
    """.split()
)


class Claims:
    """Collects what a reader finds. The first word on a field counts."""

    def __init__(self, reader: str, locale: Locale) -> None:
        self.reader = reader
        self.locale = locale
        self.fields: dict[str, Source] = {}
        self.photos: list[tuple[str, ...]] = []

    def __bool__(self) -> bool:
        return any(source.value is not None for source in self.fields.values()) or bool(self.photos)

    def value(self, field: str) -> object:
        """What has been said of a field so far."""
        source = self.fields.get(field)
        return source.value if source else None

    def say(self, field: str, raw: object) -> None:
        """Take a field from what stands on the page: text, a number, or a schema.org value that holds one."""
        text = text_of(raw)
        if not text or self.value(field) is not None:
            return
        for name, value in self._typed(field, text).items():
            if value is not None and self.value(name) is None:
                self.fields[name] = Source(value, self.reader, text[:_LONGEST_RAW])
        if field not in self.fields:
            self.fields[field] = Source(None, self.reader, text[:_LONGEST_RAW])

    def say_currency_in(self, text: str) -> None:
        """Take the currency of an amount whose number came from elsewhere: "€ 34.990" beside 34990."""
        money = read_money(text)
        if money and self.value("currency") is None:
            currency = money.currency or (shared_symbol(money.symbol, self.locale) if money.symbol else None)
            if currency:
                self.fields["currency"] = Source(currency, self.reader, text[:_LONGEST_RAW])

    def show(self, forms: tuple[str, ...]) -> None:
        """Add a photo: its absolute addresses, the best first."""
        if forms and len(self.photos) < MOST_PHOTOS:
            self.photos.append(forms)

    def _typed(self, field: str, text: str) -> Mapping[str, object]:
        match field:
            case "price":
                money = read_money(text)
                if money is None:
                    return {}
                currency = money.currency or (shared_symbol(money.symbol, self.locale) if money.symbol else None)
                return {"price": money.amount, "currency": currency}
            case "mileage":
                number, unit = read_mileage(text) or (None, None)
                return {"mileage": number, "mileage_unit": unit}
            case _:
                return {field: _READERS.get(field, _word)(text)}


def text_of(raw: object) -> str:
    """The text of a JSON value: of a list its first, of an object its name or value."""
    for _ in range(4):
        if isinstance(raw, list):
            raw = next((one for one in raw if one not in (None, "")), None)
        elif isinstance(raw, Mapping):
            raw = next(
                (raw[key] for key in ("name", "value", "@value", "title", "text") if raw.get(key) not in (None, "")),
                None,
            )
        else:
            break
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:  # noqa: PLR2004 (beyond, a float is no count)
        raw = int(raw)
    return str(raw).strip()


def clean_text(text: str, *, longest: int = LONGEST_TEXT, lines: bool = False) -> str | None:
    """Text without markup, controls and turned directions, in one line unless `lines`; None where nothing is left."""
    text = text[: 4 * longest]
    if "&" in text:
        text = unescaped(text)
    if "<" in text:
        text = _MARKUP.sub(" ", re.sub(r"(?i)<br\s*/?>|</p>|</li>", "\n", text))
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    if lines:
        kept = (" ".join(line.split()) for line in text.splitlines())
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    else:
        text = " ".join(text.split())
    return text[:longest].rstrip() or None


def read_moment(text: str) -> datetime | None:
    """An ISO 8601 date with a time, or seconds since 1970, as UTC. A time without a zone is taken for UTC."""
    text = text.strip()[:40]
    try:
        if text.isascii() and text.isdigit() and len(text) in (10, 13):
            return datetime.fromtimestamp(int(text[:10]), UTC)
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _word(text: str) -> str | None:
    cleaned = clean_text(text)
    return None if cleaned is None or cleaned.casefold() in _NOTHING else cleaned


def _unit(text: str) -> str | None:
    found = read_mileage(f"1 {text}")
    return found[1] if found else None


_READERS: Mapping[str, Callable[[str], object]] = {
    "year": read_year,
    "vin": valid_vin,
    "currency": read_currency,
    "mileage_unit": _unit,
    "trim": lambda text: None if _NO_TRIM.search(text) else _word(text),
    "make": lambda text: known_make(text) or _word(text),
    "sale_status": sale_status,
    "auction_ends_at": read_moment,
    "description": lambda text: None if is_label(text) else clean_text(text, longest=LONGEST_DESCRIPTION, lines=True),
}
