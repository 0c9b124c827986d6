"""How many listings a bounded run takes, whatever becomes of its transactions."""

from collections.abc import Sequence

import pytest
from made import NOW, organization, queued, worker
from servers.errands import NotedTurns
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from forecourt.db import workers
from forecourt.db.database import Database
from forecourt.db.engine import writing
from forecourt.db.hosts import Room
from forecourt.db.import_queue import QueueClaim
from forecourt.fetch.client import Fetcher
from forecourt.jobs.import_work import ImportWork
from forecourt.pages import PageReader, reading_pool
from forecourt.settings import Settings

ROOMS = [Room(1, most=10)]


def test_a_claim_that_was_lost_does_not_count(db: Engine) -> None:
    """The connection broke before the COMMIT: the same function is called again, and takes as many."""
    work = _work(db, most=2)
    with pytest.raises(DBAPIError):
        _claim_and_fail(work, db)

    with writing(db) as connection:
        assert len(_claim(work, connection)) == 2
        assert _claim(work, connection) == []


def test_a_claim_that_nobody_knows_of_counts_until_it_is_handed_back(db: Engine) -> None:
    """The COMMIT went through, and its answer was lost."""
    work = _work(db, most=2)
    with writing(db) as connection:
        _claim(work, connection)

    with writing(db) as connection:
        assert _claim(work, connection) == []
        workers.hand_back_rows(connection, worker_id="w1")
        assert len(work.hosts_with_work(connection)) == 1
        assert len(_claim(work, connection)) == 2


def _claim_and_fail(work: ImportWork, db: Engine) -> None:
    with writing(db) as connection:
        assert len(_claim(work, connection)) == 2
        connection.execute(text("SELECT nothing FROM nowhere"))


def _claim(work: ImportWork, connection: Connection) -> Sequence[QueueClaim]:
    return work.claim(connection, ROOMS, worker_id="w1", now=NOW)


def _work(db: Engine, *, most: int) -> ImportWork:
    """Five listings wait, and no more than so many are to be read."""
    worker(db)
    queued(db, organization_id=organization(db), urls=[f"https://dealer.example/cars/{number}" for number in range(5)])
    settings = Settings()
    database = Database(db)
    reader = PageReader(
        fetcher=Fetcher(settings, NotedTurns()),
        pool=reading_pool(processes=1),
        database=database,
        user_agent=settings.user_agent,
    )
    return ImportWork(reader, database, cap=20, progress=lambda _: None, most=most)
