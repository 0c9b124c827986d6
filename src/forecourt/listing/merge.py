"""Many readers, one listing: for each field the word of the reader that is trusted most with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from forecourt.listing import opengraph
from forecourt.listing.claims import Claims
from forecourt.listing.gallery import Gallery, merged
from forecourt.listing.locales import Locale
from forecourt.listing.makes import known_make
from forecourt.listing.photo_forms import stem, with_banner
from forecourt.listing.photo_templates import has_hole
from forecourt.listing.photo_urls import left_out, refusal, source_key
from forecourt.listing.taught_sizes import with_taught_sizes
from forecourt.listing.values import LeftOut, Listing, Source

FIELDS = (
    "title", "year", "make", "model", "trim", "vin", "price", "currency", "mileage", "mileage_unit", "exterior_color",
    "interior_color", "body_type", "engine", "transmission", "drivetrain", "fuel_type", "description", "stock_number",
    "dealer_name", "sale_status", "auction_ends_at",
)  # fmt: skip
_NOTHING = Source(None, "", "")
_VOTED = ("price", "mileage", "year")
# A value and what it is counted in come from one mouth.
_COUNTED_IN = {"price": "currency", "mileage": "mileage_unit"}


def merge(url: str, readers: Sequence[Claims], galleries: Sequence[Gallery], *, locale: Locale) -> Listing:
    """One listing from what the readers say.

    Args:
        readers: The most trusted first.
        galleries: The page's blocks of photos, the likeliest first.
    """
    sources: dict[str, Source] = {}
    for field in FIELDS:
        said = [source for claims in readers if (source := claims.fields.get(field))]
        if found := next((one for one in said if one.value is not None), said[0] if said else None):
            sources[field] = found
    for field in _VOTED:
        _outvote(sources, readers, field)
    _prefer_known_make(sources, readers)
    for field, unit in _COUNTED_IN.items():
        habit = getattr(locale, unit) or (_mileage_habit(sources) if unit == "mileage_unit" else None)
        _count_in(sources, readers, field, unit, habit)
    values: dict[str, Any] = {name: source.value for name, source in sources.items() if source.value is not None}
    if isinstance(model := values.get("model"), str) and (make := values.get("make")):
        values["model"] = _without_make(model, str(make))
    if sources.get("trim", _NOTHING).reader == opengraph.TITLE_READER and not _goes_with(sources, readers):
        values.pop("trim", None)
        sources.pop("trim")
    photos, forms, refused = photos_of(
        [claims.photos for claims in readers if claims.reader != opengraph.READER],
        galleries,
        shared=[forms for claims in readers if claims.reader == opengraph.READER for forms in claims.photos],
    )
    return Listing(
        url=url,
        photos=photos,
        other_forms=forms.others,
        written_forms=forms.written,
        left_out=refused,
        sources=MappingProxyType(sources),
        **values,
    )


def _goes_with(sources: Mapping[str, Source], readers: Sequence[Claims]) -> bool:
    """Whether a trim that stands behind the model in a title does so behind the model that counts."""
    return any(
        claims.reader == opengraph.TITLE_READER and claims.value("model") == sources["model"].value
        for claims in readers
        if "model" in sources
    )


def photos_of(
    named: Sequence[Sequence[tuple[str, ...]]],
    galleries: Sequence[Gallery],
    *,
    shared: Sequence[tuple[str, ...]] = (),
) -> tuple[tuple[str, ...], "Forms", tuple[LeftOut, ...]]:
    """The vehicle's photos, their other forms, and what gets no row.

    The longest list wins; of two that are as long, the page's own gallery, whose order a reader sees. Pictures that
    every list shares but the winner lacks are not added: they are mostly the lead photo at another address.

    Args:
        shared: What the page gives to those who link it (og:image): mostly one of its photos, cut to a banner. They
            count alone where no other reader names a photo, and as the last form of one that another names.
    """
    lists = [list(photos) for photos in named if photos]
    known = {stem(photo[0]) for photos in (*lists, shared) for photo in photos}
    gallery = galleries[0] if galleries else None
    shown = (
        [list(gallery.photos)]
        if gallery and (not known or gallery.stems & known or len(gallery.photos) > len(known))
        else []
    )
    ranked = sorted([*shown, *lists] or [list(shared)], key=lambda photos: -len({stem(photo[0]) for photo in photos}))
    kept: dict[str, str] = {}
    others: dict[str, tuple[str, ...]] = {}
    written: dict[str, str] = {}
    refused: dict[str, LeftOut] = {}
    banners = {stem(photo[0]): photo for photo in shared}
    as_page_has_them = merged([*ranked, *(one.photos for one in galleries[1:])])
    for own, as_written in zip(with_taught_sizes(as_page_has_them), as_page_has_them, strict=True):
        forms = with_banner(own, banners.get(stem(own[0]), ()))
        good = [url for url in forms if not refusal(url) and not has_hole(url)]
        if not good:
            refused.setdefault(forms[0], left_out(forms[0], refusal(forms[0]) or "waits for a size"))
        elif kept.setdefault(source_key(good[0]), good[0]) == good[0] and len(good) > 1:
            others[good[0]] = tuple(good[1:])
            if good[0] not in as_written and as_written[0] in good:
                written[good[0]] = as_written[0]
    return tuple(kept.values()), Forms(MappingProxyType(others), MappingProxyType(written)), tuple(refused.values())


class Forms(NamedTuple):
    """By the address that stands for a photo: its other ones, and the one that the page wrote where that one is new."""

    others: Mapping[str, tuple[str, ...]]
    written: Mapping[str, str]


def _outvote(sources: dict[str, Source], readers: Sequence[Claims], field: str) -> None:
    """Structured data go stale: where two other readers agree on another value, theirs is what the page says."""
    chosen = sources.get(field)
    if chosen is None or chosen.value is None:
        return
    said = [source for claims in readers if (source := claims.fields.get(field)) and source.value is not None]
    votes = Counter(source.value for source in said)
    if votes[chosen.value] == 1 and (other := next((one for one in said if votes[one.value] > 1), None)):
        sources[field] = other


def _prefer_known_make(sources: dict[str, Source], readers: Sequence[Claims]) -> None:
    """A "brand" is at times the dealer's: a make that we know is believed before one that nobody knows."""
    said = [source for claims in readers if (source := claims.fields.get("make")) and source.value]
    if known := next((source for source in said if known_make(str(source.value))), None):
        sources["make"] = known


def _count_in(sources: dict[str, Source], readers: Sequence[Claims], field: str, unit: str, habit: str | None) -> None:
    amount = sources.get(field)
    if amount is None or amount.value is None:
        sources.pop(unit, None)
        return
    agreeing = [claims.fields[unit] for claims in readers if claims.value(field) == amount.value and claims.value(unit)]
    if agreeing:
        votes = Counter(source.value for source in agreeing)
        sources[unit] = max(agreeing, key=lambda source: (votes[source.value], source.value == habit))
    elif habit:
        sources[unit] = Source(habit, "locale", "")
    else:
        sources.pop(unit, None)


def _mileage_habit(sources: Mapping[str, Source]) -> str | None:
    """Who asks dollars or pounds of a page that names no country counts in miles."""
    currency = sources.get("currency")
    return "mi" if currency and currency.value in ("USD", "GBP") else None


def _without_make(model: str, make: str) -> str:
    rest = model[len(make) :].strip(" -")
    return rest if rest and model.casefold().startswith(f"{make.casefold()} ") else model
