"""What a job does when the world has moved on without it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import structlog

from forecourt.errors import LeaseLost, Paused, StoreUnavailable
from forecourt.jobs.house import House, look_for_a_pause

_FIRST_PAUSE_SECONDS = 1.0  # then twice as long each time
_LONGEST_PAUSE_SECONDS = 30.0
_LOOK_SECONDS = 1.0
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
    """Do it again and again until somebody says stop, or a bound of the run is reached.

    After a pause where disk or database were away; while an operator has paused all work, only that is looked at.
    """
    seconds = _FIRST_PAUSE_SECONDS
    while not house.stop.is_set() and not house.budget.used_up():
        try:
            await _wait_for_the_operator(house)
            await begin_anew(work)
            seconds = _FIRST_PAUSE_SECONDS
        except (StoreUnavailable, Paused) as error:
            _log.warning("worker.pauses", reason=str(error), seconds=seconds)
            await sleep(house, seconds)
            seconds = min(2 * seconds, _LONGEST_PAUSE_SECONDS)


async def _wait_for_the_operator(house: House) -> None:
    await look_for_a_pause(house)
    if house.budget.pause:
        _log.warning("worker.waits", reason=house.budget.enough())
    while house.budget.pause and not house.stop.is_set() and not house.budget.used_up():
        await sleep(house, _LOOK_SECONDS)
        await look_for_a_pause(house)


async def sleep(house: House, seconds: float) -> None:
    """So long, or until somebody says stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(house.stop.wait(), seconds)
