"""C03: whoever cannot renew its lease sends nothing any more when the others may think it dead."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from forecourt.db.database import Database
from forecourt.db.engine import database_now, reading, writing
from forecourt.db.hosts import Manners
from forecourt.db.tables import workers
from forecourt.errors import LeaseLost
from forecourt.worker.lifeline import Lifeline
from forecourt.worker.turns import HostTurns

LEASE = timedelta(seconds=1.5)


def test_c03_sending_stops_within_the_lease_when_the_database_does_not_answer(db: Engine, tmp_path: Path) -> None:
    """It holds the host all the while, and needs no database to send to it. What comes back later revives nobody."""
    asyncio.run(_story(db, tmp_path))


async def _story(db: Engine, folder: Path) -> None:
    database = Database(db)
    async with Lifeline(database, folder, interval_seconds=0, lease=LEASE) as lifeline:
        turns = HostTurns(database, lifeline, Manners(0, 2), concurrency=4)
        async with turns.turn("a.example"):  # and is not let go: nothing asks the database for it again
            pass
        with _no_answer(db):
            until = _alive_until(db)
            while _now(db) < until:  # noqa: ASYNC110 (it is the database's clock that decides)
                await asyncio.sleep(0.01)
            await _sends_nothing(turns)
        await _sends_nothing(turns)
    database.close()


async def _sends_nothing(turns: HostTurns) -> None:
    with pytest.raises(LeaseLost):
        async with turns.turn("a.example"):
            pytest.fail("a request would have been sent")


@contextmanager
def _no_answer(db: Engine) -> Iterator[None]:
    """Whatever the worker writes waits."""
    with writing(db) as connection:
        if db.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE workers IN EXCLUSIVE MODE"))
        yield


def _alive_until(db: Engine) -> datetime:
    with reading(db) as connection:
        until: datetime = connection.scalars(select(workers.c.alive_until)).one()
    return until


def _now(db: Engine) -> datetime:
    with reading(db) as connection:
        return database_now(connection)
