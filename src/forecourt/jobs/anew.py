"""What a job does when the world has moved on without it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import structlog

from forecourt.errors import LeaseLost, Paused, StoreUnavailable
from forecourt.jobs.house import House

_PAUSE_SECONDS = 30.0
_log = structlog.get_logger()
T = TypeVar("T")


async def begin_anew(work: Callable[[], Awaitable[T]]) -> T:
    """Do it, and again under a new worker id where the lease was lost: the machine slept, or the database was away."""
    while True:
        try:
            return await work()
        except LeaseLost as lost:
            _log.warning("worker.begins_anew", reason=str(lost))


async def go_on(house: House, work: Callable[[], Awaitable[None]]) -> None:
    """Do it again and again until somebody says stop; after a pause where disk or database were away."""
    while not house.stop.is_set():
        try:
            await begin_anew(work)
        except (StoreUnavailable, Paused) as error:
            _log.warning("worker.pauses", reason=str(error), seconds=_PAUSE_SECONDS)
            await sleep(house, _PAUSE_SECONDS)


async def sleep(house: House, seconds: float) -> None:
    """So long, or until somebody says stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(house.stop.wait(), seconds)
