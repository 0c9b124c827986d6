"""The kernels of a state: objects that name several facts of one vehicle together, found in one walk.

A kernel has a VIN, or make and model, or a title with a make in it, and further facts. Names of keys are all that is
known beforehand (state_keys.py).
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from forecourt.listing.flattened import CONTAINERS, resolved
from forecourt.listing.makes import is_of_parts, known_make, split_title
from forecourt.listing.photo_forms import is_photo_url
from forecourt.listing.state_keys import field_of, is_of_others
from forecourt.listing.state_words import row_of, word_of
from forecourt.listing.vin import valid_vin

MOST_CONTAINERS = 150_000
_SHORTEST_TEXT = 100
_FEWEST_FACTS = 2
_MOST_ROWS = 60
_FACTS = frozenset(
    """
    year mileage mileage_km mileage_mi price fuel_type transmission body_type engine exterior_color stock_number
    drivetrain
    """.split()
)
_FOR_ADVERTISERS = re.compile("target|track|analytic")
_WHO = ("vin", "make", "model", "year", "title")

Node = Mapping[str, object]


class Identity(NamedTuple):
    """Who a vehicle is, as its kernel says; empty where it does not."""

    vin: str
    make: str
    model: str
    year: str

    def agrees(self, other: "Identity") -> bool:
        """Whether both may be one vehicle."""
        if self.vin and other.vin:
            return self.vin == other.vin
        if (known_make(self.make) or self.make.casefold()) != (known_make(other.make) or other.make.casefold()):
            return False
        one, two = self.model.casefold(), other.model.casefold()
        if not (one.startswith(two) or two.startswith(one)):
            return False
        return not (self.year and other.year) or bool(
            {self.year[:4], self.year[-4:]} & {other.year[:4], other.year[-4:]}
        )


@dataclass(slots=True)
class Place:
    """A container of a state, where it hangs, and whether a key above says that it is of others."""

    value: object
    parent: int
    key: str
    is_others: bool


@dataclass(slots=True)
class Kernel:
    """Where an object that tells a vehicle hangs, and which one it tells."""

    at: int
    identity: Identity


def walk(root: object, cache: Node) -> tuple[list[Place], list[Kernel]]:
    """Every container of a state, from the top down and in its order, and the kernels among them."""
    places: list[Place] = []
    kernels: list[Kernel] = []
    waiting: list[tuple[object, int, str, bool]] = [(root, -1, "", False)]
    seen: set[int] = set()
    while waiting and len(places) < MOST_CONTAINERS:
        value, parent, key, is_others = waiting.pop()
        value = resolved(value, cache)
        if id(value) in seen:
            continue  # a state that was put together may hold one part twice
        seen.add(id(value))
        at = len(places)
        places.append(Place(value, parent, key, is_others))
        inner: list[tuple[object, int, str, bool]] = []
        if isinstance(value, dict):
            _open_texts(value)
            if identity := identity_of(value):
                kernels.append(Kernel(at, identity))
            inner = [
                (one, at, name, is_others or is_of_others(name))
                for name, one in value.items()
                if isinstance(one, CONTAINERS) and one
            ]
        elif isinstance(value, list):
            inner = [(one, at, "", is_others) for one in value if isinstance(one, CONTAINERS) and one]
        waiting.extend(reversed(inner))
    return places, kernels


def identity_of(node: Node) -> Identity | None:
    """The vehicle that an object tells; None where it is no kernel."""
    said: dict[str, object] = {}
    facts = 0
    for key, value in node.items():
        if isinstance(value, list):
            rows = [row for one in value[:_MOST_ROWS] if isinstance(one, dict) and (row := row_of(one))]
        elif (named := field_of(key)) and value not in (None, "", False) and not _is_photo(value):
            rows = [(named[0], value)]
        else:
            continue
        for name, raw in rows:
            facts += name in _FACTS
            if name in _WHO:
                said.setdefault(name, raw)
    if not (facts or "vin" in said or "make" in said):
        return None  # a title and a photo are none, and most objects have no more
    facts += any(is_gallery(one) if isinstance(one, list) else _is_photo(one) for one in node.values())
    vin, make, model, year, title = (str(word_of(said.get(name)) or "").strip() for name in _WHO)
    vin = valid_vin(vin) or ""
    is_named = bool(make and model) and any(map(str.isalpha, make))
    if facts and (vin or is_named):
        return Identity(vin, make, model, year)
    if vin and is_named:
        return Identity(vin, make, model, year)
    if facts >= _FEWEST_FACTS and (parts := split_title(title)) and parts.model and not is_of_parts(title):
        return Identity("", parts.make, parts.model, str(parts.year or ""))
    return None


def is_gallery(value: list[object]) -> bool:
    """A list of photos, or of objects that name photos."""
    first = value[0] if value else None
    if isinstance(first, dict):
        return any(map(_is_photo, first.values()))
    return _is_photo(first)


def _is_photo(value: object) -> bool:
    return isinstance(value, str) and is_photo_url(value)


def _open_texts(node: dict[str, object]) -> None:
    """JSON that stands as a text in JSON becomes what it says."""
    texts = [(key, one) for key, one in node.items() if isinstance(one, str) and len(one) >= _SHORTEST_TEXT]
    for key, value in texts:
        if value[0] not in "{[" or value[-1] not in "}]":
            continue
        if not _FOR_ADVERTISERS.search(key.lower()):
            with suppress(ValueError, RecursionError):
                node[key] = json.loads(value)
