"""What a state says of one of its vehicles, as claims: the nearer to the facts that gave it away, the sooner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forecourt.listing.amounts import read_year
from forecourt.listing.claims import Claims
from forecourt.listing.flattened import CONTAINERS, resolved
from forecourt.listing.makes import split_title
from forecourt.listing.state_keys import field_of, is_another_price, is_its_own, is_of_others, is_of_seller
from forecourt.listing.state_money import say_price
from forecourt.listing.state_shapes import StateVehicle
from forecourt.listing.state_words import row_of, word_of

READER = "state"
MOST_VISITED = 5_000
_DEEPEST = 7
_FAR = 4  # levels that an object beside the kernel counts as away
_LONGEST_TITLE = 250
_UNITS = ("unit", "unitCode", "unitText", "units", "uom")
_SELLER_NAMES = (
    "companyName",
    "company",
    "dealerName",
    "dealershipName",
    "name",
    "displayName",
    "tradingName",
    "title",
)


@dataclass(frozen=True, slots=True)
class _Fact:
    """A key of the state that names a field. `near` and `rank` order it among its rivals."""

    field: str
    near: int
    rank: int
    raw: object
    around: Mapping[str, object]


def tell_state(vehicle: StateVehicle, claims: Claims) -> None:
    """Say all that a state says of a vehicle."""
    facts = sorted(_facts(vehicle), key=lambda fact: (_lacks_year(fact), fact.near, fact.rank))
    for fact in facts:
        match fact.field:
            case "price":
                say_price(fact.raw, fact.around, claims)
            case "mileage" | "mileage_km" | "mileage_mi":
                _say_mileage(fact, claims)
            case "title":
                _say_title(fact, claims)
            case "is_sold":
                if fact.raw is True:
                    claims.say("sale_status", "sold")
            case "year":
                claims.say("year", word_of(fact.raw))
            case field:
                claims.say(field, word_of(fact.raw))


def _lacks_year(fact: _Fact) -> bool:
    """Of several titles the one with a year says the most."""
    return fact.field == "title" and read_year(str(word_of(fact.raw))) is None


def _facts(vehicle: StateVehicle) -> Iterator[_Fact]:
    """Level by level from the scope down; what speaks of others is left out."""
    level: list[tuple[object, int]] = [(vehicle.scope, _FAR)]
    visited = 0
    for depth in range(_DEEPEST):
        below: list[tuple[object, int]] = []
        for container, distance in level:
            visited += 1
            value = resolved(container, vehicle.cache)
            if visited > MOST_VISITED or (id(value) in vehicle.closed and depth):
                continue
            near = 0 if id(value) in vehicle.kernels else distance
            if isinstance(value, list):
                yield from _labelled(value, near)
                below += [(one, near + 1) for one in value[:60] if isinstance(one, CONTAINERS)]
            elif isinstance(value, dict):
                for key, raw in value.items():
                    inner = resolved(raw, vehicle.cache) if isinstance(raw, dict) else raw
                    leads = id(inner) in vehicle.trail
                    if not leads:
                        yield from _told_by(key, inner, value, near)
                    if isinstance(inner, CONTAINERS) and (leads or is_its_own(key)):
                        below.append((inner, near + 1))
        level = below


def _told_by(key: str, raw: object, around: Mapping[str, object], near: int) -> Iterator[_Fact]:
    """The fact that a key names, if any; of a seller the name."""
    if isinstance(raw, dict) and is_of_seller(key):
        yield from _seller(raw, near)
        return
    named = field_of(key)
    if named is None or raw in (None, "") or (isinstance(raw, list) and any(isinstance(one, list) for one in raw)):
        return
    field, rank = named
    if (field == "price" and is_another_price(key)) or (isinstance(raw, dict) and is_of_others(key)):
        return
    if field == "auction_ends_at" and not any("bid" in other.lower() or "auction" in other.lower() for other in around):
        return
    yield _Fact(field, near, rank, raw, around)


def _labelled(rows: list[object], near: int) -> Iterator[_Fact]:
    """A list of labels with their values: `{"label": "Mileage", "value": "55,945 miles"}`."""
    for row in rows[:200]:
        if isinstance(row, dict) and (said := row_of(row)):
            yield _Fact(said[0], near, 1, said[1], row)


def _seller(value: Mapping[str, object], near: int) -> Iterator[_Fact]:
    name = next((value[key] for key in _SELLER_NAMES if isinstance(value.get(key), str) and value[key]), None)
    if name:
        yield _Fact("dealer_name", near + 1, 0, name, value)


def _say_mileage(fact: _Fact, claims: Claims) -> None:
    raw, unit = fact.raw, {"mileage_km": "km", "mileage_mi": "mi"}.get(fact.field, "")
    if isinstance(raw, dict):
        unit = unit or str(next((raw[key] for key in _UNITS if raw.get(key)), ""))
        raw = next(
            (
                raw[key]
                for key in ("value", "reading", "raw", "amount", "formatted", "display")
                if raw.get(key) not in (None, "")
            ),
            None,
        )
    if isinstance(raw, str | int | float) and not isinstance(raw, bool):
        is_bare = not isinstance(raw, str) or raw.strip().replace(".", "").replace(",", "").isdigit()
        claims.say("mileage", f"{raw} {unit}".strip() if is_bare else raw)


def _say_title(fact: _Fact, claims: Claims) -> None:
    """Only what stands with the vehicle, and is no heading of the page."""
    text = word_of(fact.raw)
    if isinstance(text, str) and len(text) <= _LONGEST_TITLE and split_title(text):
        claims.say("title", text)
