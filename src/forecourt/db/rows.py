"""A batch of rows as one bound JSON text: the statement stays the same for 1 row and for 1,000.

SQLAlchemy compiles `VALUES` of 100 rows anew each time; this text is compiled once.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CTE, BindParameter, Connection, Text, bindparam, cast, column, func, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from forecourt.db.types import Id, storable


def rows(
    connection: Connection, name: str, columns: Mapping[str, TypeEngine[Any]], values: Sequence[Mapping[str, object]]
) -> CTE:
    """A CTE with these columns that holds `values`; may be joined and updated from like a table."""
    sqlite = connection.dialect.name == "sqlite"
    payload = bindparam(f"{name}_rows", _as_text(values, sqlite=sqlite), type_=Text, unique=True)
    return _table_of(payload, name, columns, sqlite=sqlite)


def ids(connection: Connection, name: str, values: Collection[int]) -> CTE:
    """A CTE with the column `id`, of which there may be very many: they are bound as bare numbers."""
    payload = bindparam(f"{name}_ids", json.dumps([*values]), type_=Text, unique=True)
    if connection.dialect.name == "sqlite":
        each = func.json_each(payload).table_valued("value", name=f"{name}_each")
        return select(type_coerce(each.c.value, Id).label("id")).cte(name)
    number = func.jsonb_array_elements_text(cast(payload, JSONB)).column_valued(f"{name}_each")
    return select(cast(number, Id).label("id")).cte(name)


def bound_rows(name: str, columns: Mapping[str, TypeEngine[Any]], *, sqlite: bool) -> CTE:
    """The same for a statement that is made once: `bound` gives it its rows each time that it is executed."""
    return _table_of(bindparam(f"{name}_rows", type_=Text), name, columns, sqlite=sqlite)


def bound(connection: Connection, name: str, values: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """The parameter that holds the rows."""
    return {f"{name}_rows": _as_text(values, sqlite=connection.dialect.name == "sqlite")}


def _table_of(payload: BindParameter[str], name: str, columns: Mapping[str, TypeEngine[Any]], *, sqlite: bool) -> CTE:
    if sqlite:
        each = func.json_each(payload).table_valued("value", name=f"{name}_each")
        picked = [
            type_coerce(func.json_extract(each.c.value, f"$.{key}"), kind).label(key) for key, kind in columns.items()
        ]
        return select(*picked).cte(name)
    record = (
        func.jsonb_to_recordset(cast(payload, JSONB))
        .table_valued(*(column(key, kind) for key, kind in columns.items()), name=f"{name}_record")
        .render_derived(with_types=True)
    )
    return select(*(record.c[key] for key in columns)).cte(name)


def _as_text(values: Sequence[Mapping[str, object]], *, sqlite: bool) -> str:
    def moment(value: object) -> str:
        if isinstance(value, datetime):
            return _moment(value, sqlite=sqlite)
        raise TypeError(f"{type(value).__name__} is not for a row")

    text = json.dumps(values, default=moment)
    is_clean = "\\u0000" not in text and "\\ud" not in text  # no NUL and no surrogate: most rows, seen at one glance
    return text if is_clean else json.dumps(storable(values), default=moment)


def _moment(value: datetime, *, sqlite: bool) -> str:
    """The text that UtcDateTime writes on SQLite; with its zone on PostgreSQL."""
    text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return text if sqlite else f"{text}+00"
