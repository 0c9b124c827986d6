"""One value of a state: a text, a number, or an object or a list that stands for one."""

from collections.abc import Mapping
from typing import Final

from forecourt.listing.labels import label_of
from forecourt.listing.state_keys import LABEL_KEYS, VALUE_KEYS, WORD_KEYS, field_of

_SAYS_A_VALUE = frozenset(VALUE_KEYS)
_WORDS: Final = (str, int, float)
_EMPTY: tuple[object, ...] = (None, "", [], {})


def word_of(raw: object) -> str | int | float | None:
    """`"BMW"`, `{"code": 9, "name": "BMW"}`, `{"label": "Make", "value": "BMW"}`, `["BMW"]`: each is BMW."""
    for _ in range(4):
        if isinstance(raw, list):
            raw = raw[0] if raw else None
        elif isinstance(raw, Mapping):
            labelled = row_of(raw)
            raw = labelled[1] if labelled else next((raw[key] for key in WORD_KEYS if raw.get(key) not in _EMPTY), None)
        else:
            break
    return raw if isinstance(raw, _WORDS) and not isinstance(raw, bool) else None


def row_of(row: Mapping[str, object]) -> tuple[str, object] | None:
    """The field and the value of an object that says one fact by a label; None where it is no such row."""
    if _SAYS_A_VALUE.isdisjoint(row):
        return None
    value = next((row[key] for key in VALUE_KEYS if row.get(key) not in _EMPTY), None)
    if value is None:
        return None
    for key in LABEL_KEYS:
        label = row.get(key)
        if isinstance(label, str) and label is not value:
            named = label_of(label)
            if named is None and (found := field_of(label)):
                named = found[0]
            if named:
                return named, value
    return None
