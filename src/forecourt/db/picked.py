"""Rows picked by one statement, each by one worker: whoever comes at the same moment picks others.

PostgreSQL may run a subquery more than once, and then `id IN (SELECT … LIMIT …)` picks too many; and two that lock the
same rows in another order wait for each other. So the rows are picked and locked first, those that are locked are
passed over, and what was picked is kept as an array: a join might read the whole table instead.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, any_, func, select

from forecourt.db import rows


def picked(column: Column[Any], some: Select[Any], *, sqlite: bool) -> ColumnElement[bool]:
    """Whether the row is among these, for the WHERE of an UPDATE.

    Args:
        column: The table's id.
        some: Selects one column, `id`, under all conditions that the row must still fulfil when it is locked.
    """
    if sqlite:  # one writer at a time
        return kept(column, some, sqlite=True)
    locked = some.with_for_update(skip_locked=True).cte("picked").prefix_with("MATERIALIZED", dialect="postgresql")
    return kept(column, select(locked.c.id), sqlite=False)


def kept(column: Column[Any], ids: Select[Any], *, sqlite: bool) -> ColumnElement[bool]:
    """Whether it is one of these ids, which are looked up once."""
    return column.in_(ids) if sqlite else column == any_(func.array(ids.scalar_subquery()))


def among(
    connection: Connection, column: Column[Any], ids: Collection[int], *, name: str = "wanted"
) -> ColumnElement[bool]:
    """Whether it is one of these ids, of which there may be many.

    Args:
        name: Another for each within one statement.
    """
    wanted = rows.ids(connection, name, ids)
    return kept(column, select(wanted.c.id), sqlite=connection.dialect.name == "sqlite")
