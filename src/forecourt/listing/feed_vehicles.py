"""One record of a feed → what it says of a vehicle.

Which column holds what is decided once for all records with the same columns: by the mapping file, then by the names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from forecourt.listing.claims import MOST_PHOTOS, Claims, text_of
from forecourt.listing.entities import unescaped
from forecourt.listing.feed_columns import column_fields, is_image_column, unit_of
from forecourt.listing.feed_mapping import FeedMapping
from forecourt.listing.feed_records import BadRecord, CountedIn, Record
from forecourt.listing.locales import Locale, locale_of
from forecourt.listing.makes import split_title
from forecourt.listing.merge import merge
from forecourt.listing.opengraph import TITLE_READER
from forecourt.listing.photo_urls import absolute, refusal
from forecourt.listing.values import Listing

READER = "feed"
_MOST_PLANS = 500  # kinds of records: those of JSON and XML leave out what they do not know
_USUAL_SPLIT = re.compile(
    r"[|\n]|(?<![\s,;])[\s,;]++(?=https?://|//?\w)|(?<=\.(?:jpg|png))\s*+[,;]|(?<=\.(?:jpeg|webp))\s*+[,;]"
)
_PHOTO_NAMES = ("url", "urls", "src", "href", "link", "uri", "original", "full", "large", "source", "image", "photo")


@dataclass(frozen=True, slots=True)
class FeedVehicle:
    """What a record says.

    Args:
        number: Of the line or record.
        listing: Its `url` is the record's page, else the feed's address with stock number or VIN as fragment.
        has_page: The record names a page of its own.
    """

    number: int
    listing: Listing
    has_page: bool
    counted_in: CountedIn = "line"

    def without(self, why: str) -> BadRecord:
        """What is left of it where it gives nothing."""
        return BadRecord(self.number, why, self.counted_in)

    @property
    def shows_itself(self) -> bool:
        """Whether it tells enough to be shown without a look at its page."""
        told = self.listing
        return bool((told.vin or (told.make and told.model)) and told.photos)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where in a record's values each field is, the most trusted place first; a text is the value itself."""

    fields: tuple[tuple[str, tuple[int | str, ...]], ...]
    images: tuple[int, ...]
    mileage_units: Mapping[int, str]


class RecordReader:
    """Reads the records of one feed.

    Args:
        url: Where the feed was served from: relative addresses are resolved against it.
        name: What the feed is called by us, for records without a page.
    """

    def __init__(self, *, url: str, name: str, mapping: FeedMapping) -> None:
        self._url = url
        self._name = name
        self._mapping = mapping
        habits = locale_of(url, None)
        self._locale = Locale(mapping.currency or habits.currency, mapping.mileage_unit or habits.mileage_unit)
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._unmet = {f"fields.{key}": said.columns for key, said in mapping.fields.items() if said.columns}
        self._unmet |= {"images.columns": mapping.images} if mapping.images else {}

    def unmet(self) -> tuple[str, ...]:
        """Keys of the mapping whose columns no record had; none where there was no record."""
        named = (f"{key} names {' and '.join(columns)}" for key, columns in self._unmet.items())
        return tuple(f"{each}, which the feed does not have" for each in named) if self._plans else ()

    def read(self, record: Record) -> FeedVehicle | BadRecord:
        """The vehicle of a record; a bad one where it tells neither of a vehicle nor of its page."""
        plan = self._plans.get(record.names)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[record.names] = self._plan(record.names)
        claims = Claims(READER, self._locale)
        link = ""
        for field, places in plan.fields:
            for place in places:
                raw = place if isinstance(place, str) else _said(record.values[place])
                if field == "listing_url":
                    link = link or self._page(text_of(raw))
                    continue
                claims.say(field, raw)
                if claims.value(field) is not None:
                    if field == "mileage" and place in plan.mileage_units:
                        claims.say("mileage_unit", plan.mileage_units[place])  # type: ignore[index]  # it is in there
                    break
        for place in plan.images:
            for photo in self._photos(record.values[place]):
                claims.show((absolute(photo, self._url),))
        return self._vehicle(record.number, claims, link)

    def _vehicle(self, number: int, claims: Claims, link: str) -> FeedVehicle | BadRecord:
        readers = [claims]
        if not (claims.value("make") and claims.value("model") and claims.value("year")) and (
            parts := split_title(str(claims.value("title") or ""))
        ):
            titled = Claims(TITLE_READER, self._locale)
            for field, part in (("year", parts.year), ("make", parts.make), ("model", parts.model)):
                titled.say(field, str(part) if part else None)
            readers.append(titled)
        listing = merge(link, readers, [], locale=self._locale)
        tells = listing.vin or (listing.make and listing.model) or len(readers) > 1
        if link:
            return FeedVehicle(number, listing, has_page=True)
        own = listing.stock_number or listing.vin
        if not tells:
            return BadRecord(number, "no VIN, no make and model, and no page to look at")
        if not own:
            return BadRecord(number, "no page, stock number or VIN that would tell it from others")
        return FeedVehicle(number, replace(listing, url=f"{self._name}#{quote(own, safe='')}"), has_page=False)

    def _page(self, text: str) -> str:
        if not text or "{" in text:  # of a template with gaps
            return ""
        url = absolute(text, self._url)
        return "" if refusal(url) or url == self._url else url

    def _plan(self, names: tuple[str, ...]) -> _Plan:
        mapping = self._mapping
        self._unmet = {key: columns for key, columns in self._unmet.items() if not set(columns) & set(names)}
        places = {name: place for place, name in reversed(list(enumerate(names)))}
        fields: dict[str, tuple[int | str, ...]] = {}
        for field, said in mapping.fields.items():
            found = tuple(places[column] for column in said.columns if column in places)
            fields[field] = found if said.constant is None else (said.constant,)
        images = tuple(places[column] for column in mapping.images if column in places)
        mapped = {place for found in fields.values() for place in found} | set(images)
        ranked: dict[str, list[tuple[int, int]]] = {}
        for place, name in enumerate(names):
            if place in mapped or name in mapping.ignore:
                continue
            if is_image_column(name):
                images += () if mapping.images else (place,)
                continue
            for field, rank in column_fields(name):
                if field not in mapping.fields:
                    ranked.setdefault(field, []).append((rank, place))
        fields |= {field: tuple(place for _, place in sorted(found)) for field, found in ranked.items()}
        units = {place: unit for place, name in enumerate(names) if (unit := unit_of(name))}
        return _Plan(tuple(fields.items()), images, units)

    def _photos(self, value: object) -> Iterator[str]:
        """The addresses in a cell: a list, objects with a url, or a text parted by the mark that the mapping names."""
        waiting: list[object] = [value]
        while waiting:
            one = waiting.pop(0)
            if isinstance(one, list):
                waiting[:0] = one[:MOST_PHOTOS]
            elif isinstance(one, Mapping):
                inner = {str(key).casefold(): each for key, each in one.items()}
                waiting[:0] = [next((inner[key] for key in _PHOTO_NAMES if inner.get(key)), None)]
            elif isinstance(one, str) and one:
                split = self._mapping.split
                parts = one.split(split) if split else _USUAL_SPLIT.split(one.strip())
                yield from (part.strip(" ,;\"'[]") for part in parts[:MOST_PHOTOS] if part.strip(" ,;\"'[]"))


def _said(value: object) -> object:
    return unescaped(value) if isinstance(value, str) else value
