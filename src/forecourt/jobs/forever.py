"""worker: read inventories, listings and photos as they come due, until somebody says stop."""

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from forecourt.db import organizations
from forecourt.db.engine import database_now
from forecourt.db.organizations import Organization
from forecourt.errors import Paused
from forecourt.jobs.all_work import AllWork
from forecourt.jobs.anew import go_on
from forecourt.jobs.extract import read_inventories
from forecourt.jobs.house import House, Progress, living_worker, page_reader, photo_rules, photo_store, photo_verifier
from forecourt.jobs.import_work import ImportWork
from forecourt.jobs.photo_work import PhotoWork
from forecourt.pages import PageReader
from forecourt.worker.run import Run

_log = structlog.get_logger()
_INVENTORIES_EVERY_SECONDS = 60.0
_INVENTORIES_AT_ONCE = 8
_FINISH_SECONDS = 2.0  # of the ten that a stop may take; the photos may have had six


async def work_forever(house: House, progress: Progress) -> None:
    """Go on under a new worker id where the lease was lost, and after a pause where disk or database were away."""
    await go_on(house, lambda: _work(house, progress))


async def _work(house: House, progress: Progress) -> None:
    async with (
        photo_store(house.settings) as store,
        photo_verifier(house.settings) as verifier,
        living_worker(house) as worker,
        page_reader(house, worker) as reader,
    ):
        photos = PhotoWork(
            house.settings,
            worker.fetcher,
            verifier,
            store,
            lambda tally: progress("photos", tally.done, None),
            rules=photo_rules(house, worker),
        )
        imports = ImportWork(
            reader,
            house.database,
            house.settings.max_images_per_vehicle,
            lambda work: progress("listings", work.done, None),
        )
        run = Run(AllWork(imports, photos), database=house.database, turns=worker.turns, stop=house.stop, patience=None)
        over = asyncio.Event()
        await _both(_then(run.until_done(), over), _read_inventories_as_due(house, reader, progress, over))


async def _then(work: Awaitable[object], over: asyncio.Event) -> None:
    """Do it, and say that it is over."""
    try:
        await work
    finally:
        over.set()


async def _both(first: Coroutine[object, object, object], other: Coroutine[object, object, object]) -> None:
    """Until both have ended. Where one fails, the other is ended; where the first has ended, some seconds later."""
    tasks = [asyncio.create_task(first), asyncio.create_task(other)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not any(task.done() and task.exception() for task in tasks):
            await asyncio.wait(tasks[:1])
            await asyncio.wait(tasks, timeout=_FINISH_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()


async def _read_inventories_as_due(house: House, reader: PageReader, progress: Progress, over: asyncio.Event) -> None:
    """Each organization's once in FORECOURT_LISTING_REREAD_HOURS, whatever the number of its vehicles.

    One that gave nothing is due a day later, or then if that is sooner.
    """
    every = timedelta(hours=house.settings.listing_reread_hours)
    while not over.is_set() and not house.stop.is_set():
        try:
            due = await house.database.read(lambda connection: _due(connection, every))
            read = await read_inventories(house, due, reader, progress)
        except Paused as error:
            _log.warning("worker.reads_no_inventories", reason=str(error), seconds=_INVENTORIES_EVERY_SECONDS)
            read = 0
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), 0 if read else _INVENTORIES_EVERY_SECONDS)


def _due(connection: Connection, every: timedelta) -> Sequence[Organization]:
    now = database_now(connection)
    return organizations.not_read_since(connection, now - every, limit=_INVENTORIES_AT_ONCE, now=now)
