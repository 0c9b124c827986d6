"""Mapping files: what an operator says of a feed whose columns nobody else would understand. TOML, read once.

delimiter = ";"                               how the file is written; guessed where absent
rows = "data.fahrzeuge"                       where the records are, in JSON and XML
currency = "EUR"                              where a price does not say it

[fields]
vin = "FIN"                                   a column
title = ["Titel", "Bezeichnung"]              the first of them that has a value
make = { constant = "Porsche" }               the same for all

[images]
columns = ["Bild1", "Bild2"]
split = "|"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from forecourt.errors import WrongUse
from forecourt.listing.amounts import MileageUnit, read_currency
from forecourt.listing.document import known_charset
from forecourt.listing.merge import FIELDS

FeedFormat = Literal["csv", "json", "jsonl", "xml"]
MAPPED_FIELDS = (*FIELDS, "listing_url")
_LONGEST_PATH = 10


@dataclass(frozen=True, slots=True)
class Said:
    """Where a field is: the first of these columns that has a value, or one text for all records."""

    columns: tuple[str, ...] = ()
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class FeedMapping:
    """A mapping file, checked.

    Args:
        rows: The names that lead to the records, from the outside in; None: they are looked for.
        ignore: Columns that say nothing, whatever they are called.
        images: Columns with addresses of photos, in order; () where they are found by their names.
        split: What parts several addresses in one column; None: what usually does.
    """

    format: FeedFormat | None = None
    delimiter: str | None = None
    encoding: str | None = None
    rows: tuple[str, ...] | None = None
    currency: str | None = None
    mileage_unit: MileageUnit | None = None
    ignore: frozenset[str] = frozenset()
    fields: Mapping[str, Said] = field(default_factory=lambda: MappingProxyType({}))
    images: tuple[str, ...] = ()
    split: str | None = None


def parse_mapping(text: str, *, name: str) -> Mapping[str, Any]:
    """The table that a mapping file holds, checked: as it is kept, and as `read_mapping` takes it.

    Args:
        name: Of the file, for the line that says what is wrong.

    Raises:
        WrongUse: Names the file and the key.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(f"{name} is not TOML: {error}") from error
    read_mapping(table, name=name)
    return table


def read_mapping(table: Mapping[str, Any], *, name: str = "the feed mapping") -> FeedMapping:
    """A mapping from its table.

    Raises:
        WrongUse: Names the file and the key.
    """
    return _Reader(name).mapping(table)


@dataclass(frozen=True)
class _Reader:
    file: str

    def mapping(self, table: Mapping[str, Any]) -> FeedMapping:
        known = FeedMapping.__dataclass_fields__.keys() - {"split"}
        self._only(table, known, "")
        images = self._table(table, "images")
        self._only(images, {"columns", "split"}, "images.")
        return FeedMapping(
            format=self._one_of(table, "format", get_args(FeedFormat)),
            delimiter=self._delimiter(table),
            encoding=self._encoding(table),
            rows=self._rows(table),
            currency=self._currency(table),
            mileage_unit=self._one_of(table, "mileage_unit", get_args(MileageUnit)),
            ignore=frozenset(self._texts(table, "ignore", "ignore")),
            fields=MappingProxyType(self._fields(self._table(table, "fields"))),
            images=self._texts(images, "columns", "images.columns"),
            split=self._text(images, "split", "images.split"),
        )

    def _fields(self, table: Mapping[str, Any]) -> dict[str, Said]:
        self._only(table, MAPPED_FIELDS, "fields.")
        return {key: self._said(table, key) for key in table}

    def _said(self, table: Mapping[str, Any], key: str) -> Said:
        value = table[key]
        if isinstance(value, Mapping):
            self._only(value, {"constant"}, f"fields.{key}.")
            constant = value.get("constant")
            if not isinstance(constant, str | int | float) or isinstance(constant, bool):
                raise self._wrong(f"fields.{key}.constant", "must be a text or a number")
            return Said(constant=str(constant))
        return Said(columns=self._texts(table, key, f"fields.{key}"))

    def _rows(self, table: Mapping[str, Any]) -> tuple[str, ...] | None:
        path = self._text(table, "rows", "rows")
        if path is None:
            return None
        names = tuple(path.split(".")) if path else ()
        if not all(names) or len(names) > _LONGEST_PATH:
            raise self._wrong("rows", 'must be names with dots between them, such as "data.vehicles"')
        return names

    def _delimiter(self, table: Mapping[str, Any]) -> str | None:
        mark = self._text(table, "delimiter", "delimiter")
        if mark is not None and (len(mark) != 1 or mark in '"\r\n '):
            raise self._wrong("delimiter", "must be one character, such as ; or a tab")
        return mark

    def _encoding(self, table: Mapping[str, Any]) -> str | None:
        name = self._text(table, "encoding", "encoding")
        if name is not None and known_charset(name) is None:
            raise self._wrong("encoding", f"{name!r} is no character set that we know")
        return name

    def _currency(self, table: Mapping[str, Any]) -> str | None:
        code = self._text(table, "currency", "currency")
        if code is not None and read_currency(code) != code:
            raise self._wrong("currency", f"{code!r} is no ISO 4217 code that we know, such as EUR")
        return code

    def _one_of(self, table: Mapping[str, Any], key: str, words: tuple[str, ...]) -> Any:  # noqa: ANN401 (one of them)
        word = self._text(table, key, key)
        if word is not None and word not in words:
            raise self._wrong(key, f"must be one of {', '.join(words)}")
        return word

    def _table(self, table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, Mapping):
            raise self._wrong(key, f"must be a table: [{key}]")
        return value

    def _text(self, table: Mapping[str, Any], key: str, where: str) -> str | None:
        value = table.get(key)
        if value is not None and not isinstance(value, str):
            raise self._wrong(where, "must be a text in quotes")
        return value

    def _texts(self, table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        value = table.get(key, [])
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(each, str) and each.strip() for each in texts):
            raise self._wrong(where, "must name a column, or a list of columns")
        return tuple(each.strip() for each in texts)

    def _only(self, table: Mapping[str, Any], known: Any, prefix: str) -> None:  # noqa: ANN401 (any set of names)
        for key in table:
            if key not in known:
                raise self._wrong(f"{prefix}{key}", f"is unknown; known are {', '.join(sorted(known))}")

    def _wrong(self, key: str, why: str) -> WrongUse:
        return WrongUse(f"{self.file}: {key} {why}")
