"""States that frameworks write flat, values by number, put together again.

    Nuxt 3, SvelteKit (devalue)    [{"car": 1}, {"make": 2}, "Ford"]
    React Router (turbo-stream)    [{"_1": 2}, "make", "Ford"]
    Astro                          {"car": [0, {"make": [0, "Ford"]}]}
    Apollo                         {"Car:7": {...}, ...} and {"__ref": "Car:7"} in place of what it is

Source: the devalue and turbo-stream packages' own descriptions of their formats.
"""

from collections.abc import Mapping
from typing import Final

MOST_VALUES = 200_000
CONTAINERS: Final = (dict, list)  # of JSON; a tuple, since `dict | list` is made anew each time that it is asked
_DEEPEST: Final = 60
_WRAPPERS: Final = frozenset({"Reactive", "ShallowReactive", "Ref", "ShallowRef", "EmptyRef", "EmptyShallowRef"})
_FEWEST = 4
_LONGEST_KEY: Final = 10  # "_" and a number below MOST_VALUES


def put_together(value: object) -> object:
    """The state itself, where it was written flat in a way that we know; else the value as it is."""
    if (
        isinstance(value, list)
        and len(value) >= _FEWEST
        and isinstance(value[0], dict | list)
        and len(value) < MOST_VALUES
    ):
        first = value[0]
        if (
            isinstance(first, dict)
            and first
            and all(_is_numbered(key) and _is_place(first[key], value) for key in first)
        ):
            return _Flat(value, numbered_keys=True).root()
        if _is_devalue(first, value):
            return _Flat(value, numbered_keys=False).root()
    if isinstance(value, dict) and value and all(_is_tuple(one) for one in value.values()):
        return {key: _of_astro(one, 0) for key, one in value.items()}
    return value


def resolved(value: object, cache: Mapping[str, object]) -> object:
    """What a reference points to, else the value."""
    if isinstance(value, dict) and len(value) <= 2 and isinstance(name := value.get("__ref"), str):  # noqa: PLR2004 (with a type)
        return cache.get(name, value)
    return value


def _is_devalue(first: object, flat: list[object]) -> bool:
    if isinstance(first, list):
        return len(first) == 2 and first[0] in _WRAPPERS and _is_place(first[1], flat)  # noqa: PLR2004 (name and place)
    return isinstance(first, dict) and bool(first) and all(_is_place(one, flat) for one in first.values())


def _is_place(value: object, flat: list[object]) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -10 < value < len(flat)  # noqa: PLR2004 (undefined, NaN and kin)


def _is_numbered(key: str) -> bool:
    return key.startswith("_") and key[1:].isdecimal() and len(key) <= _LONGEST_KEY


def _is_tuple(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and value[0] in range(12) and not isinstance(value[0], bool)  # noqa: PLR2004 (type and value)


def _of_astro(value: object, depth: int) -> object:
    if depth > _DEEPEST or not _is_tuple(value):
        return None
    inner = value[1] if isinstance(value, list) else None
    if isinstance(inner, dict):
        return {key: _of_astro(one, depth + 1) for key, one in inner.items()}
    if isinstance(inner, list):
        return [_of_astro(one, depth + 1) for one in inner]
    return inner


class _Flat:
    """Values by number; each is built once, so that a state that shares its parts does not grow."""

    def __init__(self, flat: list[object], *, numbered_keys: bool) -> None:
        self._flat = flat
        self._numbered_keys = numbered_keys
        self._built: dict[int, object] = {}

    def root(self) -> object:
        return self._at(0, 0)

    def _at(self, place: object, depth: int) -> object:
        if not isinstance(place, int) or not 0 <= place < len(self._flat) or depth > _DEEPEST:
            return None
        if place not in self._built:
            self._built[place] = None  # a ring ends here
            self._built[place] = self._build(self._flat[place], depth)
        return self._built[place]

    def _build(self, value: object, depth: int) -> object:
        if isinstance(value, dict):
            return {self._key(key): self._at(one, depth + 1) for key, one in value.items()}
        if isinstance(value, list):
            if value and isinstance(value[0], str):  # ["Reactive", 7], ["Date", "2024-…"], ["P", 7]
                last = value[-1]
                return self._at(last, depth + 1) if isinstance(last, int) else last if len(value) > 1 else None
            return [self._at(one, depth + 1) for one in value]
        return value

    def _key(self, key: str) -> str:
        if self._numbered_keys and _is_numbered(key):
            name = self._flat[int(key[1:])] if int(key[1:]) < len(self._flat) else None
            return name if isinstance(name, str) else key
        return key
