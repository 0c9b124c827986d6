"""What the readers of tables, JSON and XML hand on: one record of a feed, or a line that is none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from forecourt.listing.feed_columns import is_image_column

LONGEST_RECORD = 1_000_000  # characters: a description, and a thousand addresses of photos
MOST_COLUMNS = 1_000
_DEEPEST = 6


CountedIn = Literal["line", "record"]
"""Tables and JSON Lines: the line of the file where a record begins. XML and JSON: its ordinal, from 1."""


@dataclass(frozen=True, slots=True)
class Record:
    """One vehicle, as the feed has it.

    Args:
        number: Of its line or record.
        names: Of its columns, a path with dots where records nest. The same object for rows of one table.
    """

    number: int
    names: tuple[str, ...]
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """What costs its own line and nothing else."""

    number: int
    why: str
    counted_in: CountedIn = "line"

    @property
    def place(self) -> str:
        """For a person."""
        return f"{self.counted_in} {self.number}"


def record_of(number: int, tree: Mapping[str, object]) -> Record | BadRecord:
    """A nested record laid flat: {"mileage": {"value": 5}} → mileage.value."""
    flat: dict[str, object] = {}
    for name, value in _leaves(tree, "", 0):
        flat.setdefault(name, value)
        if len(flat) > MOST_COLUMNS:
            return BadRecord(number, f"more than {MOST_COLUMNS} fields")
    return Record(number, tuple(flat), tuple(flat.values()))


def _leaves(tree: Mapping[str, object], path: str, depth: int) -> Iterator[tuple[str, object]]:
    """The values; lists, and whatever belongs to photos, stay as they are."""
    for key, value in tree.items():
        name = f"{path}{key}"
        if isinstance(value, Mapping) and not is_image_column(name) and depth < _DEEPEST:
            yield from _leaves(value, f"{name}.", depth + 1)
        elif isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping) and depth < _DEEPEST:
            yield from (((name, value),) if is_image_column(name) else _leaves(value[0], f"{name}.", depth + 1))
        else:
            yield name, value
