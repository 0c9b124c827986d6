"""Two transactions, of which the second begins before the first has ended."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from servers.dealer_site import wait_until
from sqlalchemy import Connection, Engine, text

from forecourt.db.engine import reading, writing


def overlapping(db: Engine, first: Callable[[Connection], object], second: Callable[[Connection], object]) -> None:
    """The first one commits when the second has done all it can, or waits for it."""

    def late() -> None:
        with writing(db) as connection:
            second(connection)

    with ThreadPoolExecutor(1) as other:
        with writing(db) as connection:
            first(connection)
            ended = other.submit(late)
            wait_until(lambda: ended.done() or _somebody_waits(db))
        ended.result()


def _somebody_waits(db: Engine) -> bool:
    if db.dialect.name == "sqlite":  # one writer at a time: it cannot do anything before
        return True
    here = "datname = current_database() AND wait_event_type = 'Lock'"
    with reading(db) as connection:
        return bool(connection.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE {here}")))  # noqa: S608
