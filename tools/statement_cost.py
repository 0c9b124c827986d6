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
        statements: How many there are.
        rows: That scans have looked at, kept or not; PostgreSQL only.
        blocks: Of 8 KiB, of tables and indexes, each time that they were looked at; PostgreSQL only.
        steps: Instructions of SQLite's virtual machine.
        plans: A line for each node or step of each plan.
    """

    statements: int = 0
    rows: int = 0
    blocks: int = 0
    steps: int = 0
    plans: tuple[str, ...] = ()


def cost_of(engine: Engine, work: Callable[[Connection], object]) -> Cost:
    """Do it, look at what that takes, and undo it."""
    return _steps(engine, work) if engine.dialect.name == "sqlite" else _analyzed(engine, work)


def _steps(engine: Engine, work: Callable[[Connection], object]) -> Cost:
    plans: list[str] = []
    steps, statements = 0, 0

    def explain(connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401 (the driver's)
        nonlocal statements
        if _is_ours(statement):
            statements += 1
            cursor = connection.connection.cursor()
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", _first(parameters))
            plans.extend(str(row[3]) for row in cursor.fetchall())

    def step() -> int:
        nonlocal steps
        steps += _STEPS_AT_ONCE
        return 0

    with writing(engine) as connection:
        event.listen(connection, "before_cursor_execute", explain)
        work(connection)
        connection.rollback()
    with writing(engine) as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(step, _STEPS_AT_ONCE)
        work(connection)
        driver.set_progress_handler(None, 0)
        connection.rollback()
    return Cost(statements, steps=steps, plans=tuple(dict.fromkeys(plans)))


def _analyzed(engine: Engine, work: Callable[[Connection], object]) -> Cost:
    """Each statement is explained, which does it, and undone, before it is done."""
    plans: list[dict[str, Any]] = []
    statements = 0

    def explain(
        connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Any,  # noqa: ANN401 (the driver's)
        _context: object,
        is_many: bool,  # noqa: FBT001 (the event's)
    ) -> None:
        nonlocal statements
        if not _is_ours(statement):
            return
        cursor = connection.connection.cursor()
        cursor.execute("SAVEPOINT explained")
        for each in parameters if is_many else [parameters]:
            statements += 1
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}", each)
            [[[plan]]] = cursor.fetchall()
            plans.append(plan["Plan"])
        cursor.execute("ROLLBACK TO SAVEPOINT explained")
        cursor.execute("RELEASE SAVEPOINT explained")

    with writing(engine) as connection:
        event.listen(connection, "before_cursor_execute", explain)
        work(connection)
        connection.rollback()
    nodes = [node for plan in plans for node in _nodes(plan)]
    return Cost(
        statements,
        round(sum(map(_rows, nodes))),
        sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans),
        plans=tuple(_line(node) for node in nodes),
    )


def _is_ours(statement: str) -> bool:
    return statement.startswith(("SELECT", "UPDATE", "WITH", "INSERT", "--")) and "clock_timestamp" not in statement


def _first(parameters: Any) -> Any:  # noqa: ANN401 (the driver's)
    return parameters[0] if isinstance(parameters, list) else parameters


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
