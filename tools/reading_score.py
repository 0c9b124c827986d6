"""How much of what is true of a saved page was read. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

FIELDS = ("title", "year", "make", "model", "trim", "vin", "price", "currency", "mileage", "mileage_unit")
_TYPOGRAPHIC = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})  # noqa: RUF001 (these are meant)


@dataclass(frozen=True)
class FieldScore:
    """The fields of one vehicle, by name."""

    right: tuple[str, ...]
    missing: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class SetScore:
    """Photos of a vehicle, or listings of an inventory: how many of the wanted, and how many that are none."""

    right: int
    wanted: int
    foreign: int


def score_fields(truth: Mapping[str, Any], told: Mapping[str, Any]) -> FieldScore:
    """`told` are the columns of `vehicles`; None says that the page does not tell."""
    fields, accept = truth["fields"], truth.get("accept", {})
    pairs = {
        ("price", "currency"): accept.get("price_currency", []),
        ("mileage", "mileage_unit"): accept.get("mileage_unit_pairs", []),
    }
    by_pair = {
        name
        for names, others in pairs.items()
        for other in others
        if [_plain(told[each]) for each in names] == [_plain(each) for each in other]
        for name in names
    }
    right: list[str] = []
    missing: list[str] = []
    wrong: list[str] = []
    for name in FIELDS:
        others = [_plain(other) for other in accept.get(name, [])]
        true, said = _plain(fields.get(name)), _plain(told[name])
        if said is not None:
            (right if said == true or said in others or name in by_pair else wrong).append(name)
        elif true is not None and None not in others:
            missing.append(name)
    return FieldScore(tuple(right), tuple(missing), tuple(wrong))


def score_photos(truth: Mapping[str, Any], told: Sequence[str]) -> SetScore:
    """Whatever the size in which a photo is named."""
    key = _photo_key(truth.get("photo_key"))
    wanted = {key(url) for url in truth["photos"]}
    optional = set(truth.get("photos_optional_keys") or []) | {key(url) for url in truth.get("photos_also_ok") or []}
    return _score({key(url) for url in told}, wanted, optional)


def score_listings(truth: Mapping[str, Any], told: Iterable[str]) -> SetScore:
    """Addresses without query, or by the key that the page's truth gives."""
    key = _listing_key(truth["base_url"], truth.get("url_key"))
    wanted = {key(url) for url in truth.get("detail_urls") or []}
    return _score({key(url) for url in told}, wanted, {key(url) for url in truth.get("also_ok") or []})


def _score(said: set[str], wanted: set[str], optional: set[str]) -> SetScore:
    return SetScore(len(said & wanted), len(wanted), len(said - wanted - optional))


def _photo_key(pattern: str | None) -> Callable[[str], str]:
    def key(url: str) -> str:
        found = re.search(pattern, url) if pattern else None
        return found[1] if found else urldefrag(url)[0]

    return key


def _listing_key(base: str, pattern: str | None) -> Callable[[str], str]:
    def key(url: str) -> str:
        found = re.search(pattern, url) if pattern else None
        parts = urlsplit(urljoin(base, url))
        return found[1] if found else f"{parts.netloc}{parts.path}".rstrip("/").casefold()

    return key


def _plain(value: object) -> object:
    """For comparison: numbers as numbers, text without case, repeated blanks and typographic quotes."""
    if value is None or value == "":
        return None
    text = " ".join(str(value).translate(_TYPOGRAPHIC).split()).casefold()
    return float(text) if re.fullmatch(r"\d{1,11}(\.\d+)?", text) else text
