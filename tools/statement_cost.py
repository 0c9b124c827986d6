"""What the statements of a piece of work read: rows and blocks on PostgreSQL, steps of its machine on SQLite."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

from forecourt.db.engine import writing

_STEPS_AT_ONCE = 10


@dataclass(frozen=True)
class Cost:
    """Of all statements together.

    Attributes:
        rows: That scans have looked at, kept or not; PostgreSQL only.
        blocks: Of 8 KiB, of tables and indexes, each time that they were looked at; PostgreSQL only.
        steps: Instructions of SQLite's virtual machine.
        plans: A line for each node or step of each plan.
        statements: How many.
    """

    rows: int = 0
    blocks: int = 0
    steps: int = 0
    plans: tuple[str, ...] = ()
    statements: int = 0


def cost_of(engine: Engine, work: Callable[[Connection], object]) -> Cost:
    """Do it, look at what that takes, and undo it."""
    return _steps(engine, work) if engine.dialect.name == "sqlite" else _analyzed(engine, work)


def _steps(engine: Engine, work: Callable[[Connection], object]) -> Cost:
    statements = _captured(engine, work)
    plans: list[str] = []
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += _STEPS_AT_ONCE
        return 0

    with writing(engine) as connection:
        for statement, parameters in statements:
            plans += [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(step, _STEPS_AT_ONCE)
        work(connection)
        driver.set_progress_handler(None, 0)
        connection.rollback()
    return Cost(steps=steps, plans=tuple(dict.fromkeys(plans)), statements=len(statements))


def _analyzed(engine: Engine, work: Callable[[Connection], object]) -> Cost:
    """Each statement by itself: EXPLAIN ANALYZE does what it explains."""
    costs = []
    for statement, parameters in _captured(engine, work):
        with writing(engine) as connection:
            explained = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}"
            [plan] = connection.exec_driver_sql(explained, parameters).scalar_one()
            connection.rollback()
        nodes = list(_nodes(plan["Plan"]))
        costs.append(
            Cost(
                round(sum(map(_rows, nodes))),
                plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"],
                plans=tuple(_line(node) for node in nodes),
            )
        )
    return Cost(
        sum(each.rows for each in costs),
        sum(each.blocks for each in costs),
        plans=tuple(line for each in costs for line in each.plans),
        statements=len(costs),
    )


def _captured(engine: Engine, work: Callable[[Connection], object]) -> list[tuple[str, Any]]:
    statements: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401 (the driver's)
        if statement.startswith(("SELECT", "UPDATE", "WITH", "INSERT")) and "clock_timestamp" not in statement:
            statements.append((statement, parameters))

    with writing(engine) as connection:
        event.listen(connection, "before_cursor_execute", note)
        work(connection)
        connection.rollback()
    return statements


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _rows(node: dict[str, Any]) -> float:
    if "Relation Name" not in node or "Scan" not in node["Node Type"]:
        return 0
    removed = sum(value for key, value in node.items() if key.startswith("Rows Removed by"))
    return float((node["Actual Rows"] + removed) * node["Actual Loops"])


def _line(node: dict[str, Any]) -> str:
    names = (node["Node Type"], node.get("Index Name"), node.get("Relation Name"))
    return " ".join(name for name in names if name)
