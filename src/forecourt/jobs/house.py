"""What every job needs, opened in the right order and closed in the other."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Engine

from forecourt.db import applied_settings, joined_hosts, pauses
from forecourt.db.away import away_is_a_pause
from forecourt.db.database import Database
from forecourt.db.engine import open_database
from forecourt.db.hosts import Manners
from forecourt.db.migrate import upgrade
from forecourt.errors import Paused
from forecourt.fetch.bandwidth import SharedBandwidth
from forecourt.fetch.client import Fetcher
from forecourt.fetch.limits import Limits
from forecourt.fetch.resolver import LookUp, ask_system
from forecourt.fetch.traffic import Traffic
from forecourt.host_rules import HostRules
from forecourt.jobs.bounds import Bounds, Budget
from forecourt.pages import PageReader, reading_pool
from forecourt.photo.verify import Verifier, decoding_pool
from forecourt.settings import Settings
from forecourt.storage import PhotoStore, open_store
from forecourt.worker import lifeline
from forecourt.worker.lifeline import Lifeline
from forecourt.worker.turns import HostTurns

PATIENCE = timedelta(seconds=30)  # for a host that asked for it, before a run ends without it
_LOOK_SECONDS = 1.0

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""What is being worked on, how many are done, of how many (None: nobody knows yet)."""


@dataclass(frozen=True)
class House:
    """One process's view of the world while a job runs.

    Attributes:
        limits: Our patience with a stranger's server.
        look_up: Who tells addresses.
    """

    settings: Settings
    database: Database
    stop: asyncio.Event
    limits: Limits = field(default_factory=Limits)
    look_up: LookUp = ask_system
    budget: Budget = field(default_factory=lambda: Budget(Bounds(), Traffic()))


@dataclass(frozen=True)
class Worker:
    """A living worker: it may send requests."""

    turns: HostTurns
    fetcher: Fetcher


def ready_database(settings: Settings) -> Engine:
    """At its newest schema, its rows marked as the settings say."""
    engine = open_database(settings.database_url)
    upgrade(engine)
    with away_is_a_pause():
        applied_settings.apply_cap(engine, cap=settings.max_images_per_vehicle)
        applied_settings.apply_public_url(engine, public_url=public_url(settings))
        joined_hosts.gather_late(engine)
    return engine


def public_url(settings: Settings) -> str | None:
    """FORECOURT_PUBLIC_IMAGE_URL as text."""
    return str(settings.public_image_url) if settings.public_image_url else None


@asynccontextmanager
async def open_house(settings: Settings, stop: asyncio.Event, bounds: Bounds | None = None) -> AsyncIterator[House]:
    """The database, ready for these settings; the time of the bounds begins."""
    bounds = bounds or Bounds()
    database = Database(ready_database(settings), is_stopping=stop.is_set)
    try:
        with ExitStack() as closing:
            bandwidth = None
            if bounds.bandwidth is not None:
                bandwidth = SharedBandwidth(settings.home / "bandwidth", bytes_per_second=bounds.bandwidth)
                closing.callback(bandwidth.close)
            yield House(settings, database, stop, budget=Budget(bounds, Traffic(bandwidth)))
    finally:
        database.close()


async def bury_dead(house: House) -> None:
    """What dead workers held can be chosen again. Nothing is written where all live."""
    settings = house.settings
    await lifeline.bury_dead(house.database, _lock_folder(settings), interval_seconds=settings.host_interval_seconds)


@asynccontextmanager
async def living_worker(house: House) -> AsyncIterator[Worker]:
    """A registered worker with a heartbeat; what the dead held has been handed back."""
    settings = house.settings
    manners = Manners(settings.host_interval_seconds, settings.host_concurrency)
    life = Lifeline(house.database, _lock_folder(settings), interval_seconds=manners.interval_seconds)
    async with life:
        await life.bury_dead()
        turns = HostTurns(
            house.database,
            life,
            manners,
            concurrency=settings.concurrency,
            patience_seconds=PATIENCE.total_seconds(),
            enough=house.budget.enough,
        )
        send = Fetcher(settings, turns, limits=house.limits, look_up=house.look_up, traffic=house.budget.traffic)
        async with _looking_for_a_pause(house), send as fetcher:
            yield Worker(turns, fetcher)


async def look_for_a_pause(house: House) -> None:
    """What the budget knows of a pause is as the database says now."""
    house.budget.pause = await house.database.read(pauses.current)


@asynccontextmanager
async def _looking_for_a_pause(house: House) -> AsyncIterator[None]:
    """At once, and then about once a second."""

    async def look() -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with suppress(Paused):  # the database is away: whoever works in it says so
                await look_for_a_pause(house)

    await look_for_a_pause(house)
    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.wait([looking])


@asynccontextmanager
async def page_reader(house: House, worker: Worker) -> AsyncIterator[PageReader]:
    """Reads pages in confined children, one for each core."""
    async with reading_pool(processes=_cores()) as pool:
        yield PageReader(
            fetcher=worker.fetcher,
            pool=pool,
            database=house.database,
            user_agent=house.settings.user_agent,
            scratch=house.settings.home,
        )


def photo_rules(house: House, worker: Worker) -> HostRules | None:
    """What hosts let us read of their photos, where these obey robots.txt."""
    settings = house.settings
    if not settings.photos_obey_robots:
        return None
    return HostRules(fetcher=worker.fetcher, database=house.database, user_agent=settings.user_agent)


@asynccontextmanager
async def photo_verifier(settings: Settings) -> AsyncIterator[Verifier]:
    """Proves photos in confined children, one for each core."""
    async with decoding_pool(processes=_cores()) as pool:
        yield Verifier(pool, max_pixels=settings.max_image_pixels)


@asynccontextmanager
async def photo_store(settings: Settings) -> AsyncIterator[PhotoStore]:
    """The store, with a scratch folder of this process."""
    store = open_store(settings.store_url, public_url=public_url(settings))
    try:
        yield store
    finally:
        store.close()


def _lock_folder(settings: Settings) -> Path:
    return settings.home / "workers"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
