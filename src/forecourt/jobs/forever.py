"""worker: read inventories, listings and photos as they come due, until somebody says stop."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog

from forecourt.db import organizations
from forecourt.db.engine import database_now
from forecourt.errors import LeaseLost, Paused, StoreUnavailable
from forecourt.jobs.all_work import AllWork
from forecourt.jobs.extract import read_inventories
from forecourt.jobs.house import House, Progress, living_worker, page_reader, photo_store, photo_verifier
from forecourt.jobs.import_work import ImportWork
from forecourt.jobs.photo_work import PhotoWork
from forecourt.pages import PageReader
from forecourt.worker.run import Run

_log = structlog.get_logger()
_PAUSE_SECONDS = 30.0
_INVENTORIES_EVERY_SECONDS = 60.0
_INVENTORIES_AT_ONCE = 8


async def work_forever(house: House, progress: Progress) -> None:
    """Go on under a new worker id where the lease was lost, and after a pause where disk or database were away."""
    while not house.stop.is_set():
        try:
            await _work(house, progress)
        except LeaseLost as lost:
            _log.warning("worker.begins_anew", reason=str(lost))
        except (StoreUnavailable, Paused) as error:
            _log.warning("worker.pauses", reason=str(error), seconds=_PAUSE_SECONDS)
            await _sleep(house, _PAUSE_SECONDS)


async def _work(house: House, progress: Progress) -> None:
    async with (
        photo_store(house.settings) as store,
        photo_verifier(house.settings) as verifier,
        living_worker(house) as worker,
        page_reader(house, worker) as reader,
    ):
        photos = PhotoWork(
            house.settings, worker.fetcher, verifier, store, lambda tally: progress("photos", tally.done, None)
        )
        imports = ImportWork(
            reader,
            house.database,
            house.settings.max_images_per_vehicle,
            lambda work: progress("listings", len(work.imported) + len(work.failed), None),
        )
        run = Run(AllWork(imports, photos), database=house.database, turns=worker.turns, stop=house.stop, patience=None)
        inventories = asyncio.create_task(_read_inventories_as_due(house, reader, progress))
        try:
            await run.until_done()
        finally:
            inventories.cancel()
            await asyncio.wait([inventories])


async def _read_inventories_as_due(house: House, reader: PageReader, progress: Progress) -> None:
    """Each organization's once in FORECOURT_LISTING_REREAD_HOURS, whatever the number of its vehicles."""
    every = timedelta(hours=house.settings.listing_reread_hours)
    while not house.stop.is_set():
        due = await house.database.read(
            lambda connection: organizations.not_read_since(
                connection, database_now(connection) - every, limit=_INVENTORIES_AT_ONCE
            )
        )
        await read_inventories(house, due, reader, progress)
        await _sleep(house, 0 if due else _INVENTORIES_EVERY_SECONDS)


async def _sleep(house: House, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(house.stop.wait(), seconds)
