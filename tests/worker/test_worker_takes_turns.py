"""A worker that cannot hold all hosts at once lets each of them have its turn."""

import asyncio
from datetime import timedelta
from pathlib import Path

from running_program import shown
from servers.dealer_site import dealer_site
from sqlalchemy import Engine

from forecourt.db.database import Database
from forecourt.db.hosts import Manners
from forecourt.fetch.client import Fetcher
from forecourt.jobs.house import photo_store, photo_verifier
from forecourt.jobs.photo_work import PhotoWork
from forecourt.settings import load_settings
from forecourt.worker.lifeline import Lifeline
from forecourt.worker.run import Run
from forecourt.worker.turns import HostTurns

PHOTOS = 12


def test_a_host_with_many_photos_does_not_keep_the_worker_for_itself(db: Engine, tmp_path: Path) -> None:
    """There is room for two hosts, and what lies on the third may not be there for long."""
    with dealer_site(vehicles=3, photos=PHOTOS, photo_hosts=3, delay_seconds=0.3) as site:
        shown(db, site)
        asyncio.run(_fetch_all(db, tmp_path))

        asked = list(site.photo_requests)
    asked_of = [[asked.index(url) for url in site.photo_urls_of(number)] for number in range(3)]
    assert len(asked) == 3 * PHOTOS
    assert max(map(min, asked_of)) < min(map(max, asked_of))  # each began before any had ended


async def _fetch_all(db: Engine, home: Path) -> None:
    """With one request at a time."""
    settings = load_settings(
        {
            "FORECOURT_HOME": str(home),
            "FORECOURT_ALLOWED_NETWORKS": "127.0.0.0/16",
            "FORECOURT_MIN_FREE_BYTES": "0",
        },
        folder=home,
    )
    database = Database(db)
    async with (
        photo_store(settings) as store,
        photo_verifier(settings) as verifier,
        Lifeline(database, home / "workers", interval_seconds=0) as lifeline,
    ):
        turns = HostTurns(database, lifeline, Manners(0, 1), concurrency=1, hold_seconds=0)
        async with Fetcher(settings, turns) as fetcher:
            work = PhotoWork(settings, fetcher, verifier, store, lambda _: None)
            run = Run(work, database=database, turns=turns, stop=asyncio.Event(), patience=timedelta(seconds=5))
            await run.until_done()
    database.close()
