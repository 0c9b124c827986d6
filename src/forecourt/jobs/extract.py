"""extract-all-orgs: read the inventories of the emptiest organizations, and the listings that they name.

Photos get their rows and are not asked for.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from forecourt.db import hosts, import_queue, organizations
from forecourt.db.engine import database_now
from forecourt.db.listings_seen import Counted
from forecourt.db.organizations import Organization
from forecourt.discovery import Found, discover
from forecourt.errors import ForecourtError, HostTrouble, LeaseLost, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.address import host_of
from forecourt.importer import Imported, NotImported, Vanished
from forecourt.jobs.anew import begin_anew
from forecourt.jobs.feed_import import FeedRead, import_feed
from forecourt.jobs.house import PATIENCE, House, Progress, living_worker, page_reader
from forecourt.jobs.import_work import ImportWork
from forecourt.jobs.vanishing import count_listings
from forecourt.pages import PageReader
from forecourt.worker.run import Ending, Run

_log = structlog.get_logger()
_AT_ONCE = 8  # inventories; each on its own host, and pages of one host take turns anyway
_ROWS_AT_ONCE = 500


@dataclass
class Reading:
    """What became of one organization in this run.

    Attributes:
        found: Listings that its inventory names.
        trouble: Why nothing could be found, in one line.
        waits: That is for a passing reason: nobody has failed.
        is_read: The run came to it, and has noted so down.
        counted: What its inventory says of the listings that we know.
        vanished: Those whose pages were gone, too.
        feed: What its feed gave, where it has one that could be read.
    """

    organization: Organization
    found: int = 0
    trouble: str | None = None
    waits: bool = False
    is_read: bool = False
    counted: Counted | None = None
    feed: FeedRead | None = None
    imported: list[Imported] = field(default_factory=list)
    failed: list[NotImported] = field(default_factory=list)
    vanished: list[Vanished] = field(default_factory=list)


@dataclass(frozen=True)
class Extracted:
    """The whole run."""

    readings: Sequence[Reading]
    ending: Ending


async def choose(
    house: House, *, limit: int, offset: int, threshold: int, business_type: str | None
) -> Sequence[Organization]:
    """The organizations that a run would read now."""
    return await house.database.read(
        lambda connection: organizations.due_for_reading(
            connection,
            threshold=threshold,
            limit=limit,
            offset=offset,
            business_type=business_type,
            now=database_now(connection),
        )
    )


async def extract(house: House, chosen: Sequence[Organization], *, progress: Progress) -> Extracted:
    """Read their inventories, several at once; then the listings that are due."""
    readings = {each.organization_id: Reading(each) for each in chosen}
    if not chosen:
        return Extracted((), Ending())
    imported: list[Imported] = []
    failed: list[NotImported] = []
    vanished: list[Vanished] = []

    async def read() -> Ending:
        async with living_worker(house) as worker, page_reader(house, worker) as reader:
            await _read_all(house, [each for each in readings.values() if not each.is_read], reader, progress)
            worker.turns.lifeline.check()
            await worker.turns.let_go()
            work = ImportWork(
                reader,
                house.database,
                house.settings.max_images_per_vehicle,
                lambda work: progress("listings", work.done, None),
                organization_ids=list(readings),
                imported=imported,
                failed=failed,
                vanished=vanished,
            )
            run = Run(work, database=house.database, turns=worker.turns, stop=house.stop, patience=PATIENCE)
            return await run.until_done()

    ending = await begin_anew(read)
    for each in imported:
        readings[each.claim.organization_id].imported.append(each)
    for each_failed in failed:
        readings[each_failed.claim.organization_id].failed.append(each_failed)
    for each_vanished in vanished:
        readings[each_vanished.claim.organization_id].vanished.append(each_vanished)
    return Extracted(list(readings.values()), ending)


async def read_inventories(house: House, due: Sequence[Organization], reader: PageReader, progress: Progress) -> int:
    """What these organizations' websites name goes into the queue; the number that was read."""
    readings = [Reading(each) for each in due]
    await _read_all(house, readings, reader, progress)
    return sum(each.is_read for each in readings)


async def _read_all(house: House, readings: Sequence[Reading], reader: PageReader, progress: Progress) -> None:
    """Until all are read, or somebody says stop."""
    done = 0
    few = asyncio.Semaphore(_AT_ONCE)

    async def read_one(reading: Reading) -> None:
        async with few:
            if not await _read_feed(house, reading, reader, progress):
                await _read_inventory(house, reading, reader)
            nonlocal done
            done += 1
            progress("organizations", done, len(readings))

    stopping = asyncio.create_task(house.stop.wait())
    tasks = {asyncio.create_task(read_one(reading)): reading for reading in readings}
    waiting = set(tasks)
    try:
        while waiting and not house.stop.is_set():
            await asyncio.wait([*waiting, stopping], return_when=asyncio.FIRST_COMPLETED)
            waiting = {task for task in waiting if not task.done()}
    finally:  # we may be cancelled ourselves: nobody else would end them
        for left in (*waiting, stopping):
            left.cancel()
        await asyncio.wait([*tasks, stopping])
    for task, reading in tasks.items():
        if task.cancelled():
            reading.trouble, reading.waits = "not read: the run was stopped", True
        elif isinstance(task.exception(), ForecourtError | None):
            task.result()  # a pause of all
        else:
            await _met_a_bug(house, reading, task.exception())


async def _met_a_bug(house: House, reading: Reading, bug: BaseException | None) -> None:
    """It costs its organization a day, and neither the others their turn nor the worker its life."""
    _log.error("worker.bug", organization=reading.organization.website, exc_info=bug)
    reading.trouble = f"{FailureKind.INTERNAL_ERROR}: {type(bug).__name__}: {bug}"
    await _note(house, reading, FailureKind.INTERNAL_ERROR)


async def _note(house: House, reading: Reading, outcome: str) -> None:
    organization_id = reading.organization.organization_id
    await house.database.write(
        lambda connection: organizations.was_read(
            connection, organization_id, outcome=outcome, now=database_now(connection)
        )
    )
    reading.is_read = True


async def _read_feed(house: House, reading: Reading, reader: PageReader, progress: Progress) -> bool:
    """Whether its feed gave anything, or the run is over for it; else its website is looked at."""
    organization = reading.organization
    if not organization.feed_url:
        return False
    reading.feed = FeedRead()
    began_at = await house.database.read(database_now)
    try:
        await import_feed(house, organization, reader, reading.feed, show=lambda done: progress("listings", done, None))
    except LeaseLost as lost:
        reading.trouble, reading.waits = str(lost), True
        return True
    except HostTrouble as trouble:
        reading.trouble, reading.waits = str(trouble), True
        await _note(house, reading, str(trouble.kind))
        return True
    except Trouble as trouble:
        reading.feed.trouble = str(trouble)
    reading.found = len(reading.feed.seen)
    if reading.found:
        named, gap = reading.feed.seen, reading.feed.incomplete_because
        reading.counted = await count_listings(house, organization, named, gap=gap, began_at=began_at)
        await _note(house, reading, "read")
    return reading.found > 0


async def _read_inventory(house: House, reading: Reading, reader: PageReader) -> None:
    organization = reading.organization
    began_at = await house.database.read(database_now)
    try:
        found = await discover(organization, reader=reader)
        outcome = found.outcome
        reading.trouble = _why_nothing(found)
        reading.found = len(found.listing_urls)
    except Trouble as trouble:
        found, outcome = Found(gaps=[str(trouble)]), str(trouble.kind)
        reading.trouble, reading.waits = str(trouble), isinstance(trouble, HostTrouble)
    except LeaseLost as lost:
        reading.trouble, reading.waits = str(lost), True
        return
    await house.database.write(lambda connection: _enqueue(house, connection, organization, list(found.listing_urls)))
    named, gap = found.listing_urls.keys(), found.incomplete_because
    reading.counted = await count_listings(house, organization, named, gap=gap, began_at=began_at)
    await _note(house, reading, outcome)


def _why_nothing(found: Found) -> str | None:
    if found.listing_urls:
        return None
    return str(found.troubles[0][1]) if found.troubles else "no listing was found on its website"


def _enqueue(house: House, connection: Connection, organization: Organization, urls: Sequence[str]) -> None:
    host_ids = hosts.ids_of(connection, {host_of(url) for url in urls})
    for start in range(0, len(urls), _ROWS_AT_ONCE):
        import_queue.enqueue(
            connection,
            organization.organization_id,
            [(url, host_ids[host_of(url)]) for url in urls[start : start + _ROWS_AT_ONCE]],
            reread=timedelta(hours=house.settings.listing_reread_hours),
            now=database_now(connection),
        )
