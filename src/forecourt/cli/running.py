"""Run one job to its end: settings, log, signals, progress, and its report on stdout."""

import asyncio
import gc
import json as json_text
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog
from sqlalchemy import Engine

from forecourt import event_loop
from forecourt.cli.progress import ProgressLine
from forecourt.db.away import away_is_a_pause
from forecourt.jobs.bounds import Bounds
from forecourt.jobs.house import House, Progress, open_house, ready_database
from forecourt.jobs.report import Report
from forecourt.settings import Settings, read_settings
from forecourt.stop_signals import STOP_SIGNALS, stop_let_through


def run_job(job: Callable[[House, Progress], Awaitable[Report]], *, json: bool, bounds: Bounds | None = None) -> int:
    """Run an asynchronous job with progress on stderr; print what came of it; the exit code.

    SIGINT or SIGTERM asks it to finish what is in flight; the same signal a second time ends the process at once.
    One of each is one wish: a terminal tells a whole group, and `worker --processes` passes it on.
    """
    settings = read_settings()
    log_to_stderr()
    report = event_loop.run(_run(settings, job, bounds))
    return print_report(report, json=json)


@contextmanager
def with_database() -> Iterator[tuple[Settings, Engine]]:
    """Settings and the migrated database, for commands that only look or note something down."""
    settings = read_settings()
    log_to_stderr()
    engine = ready_database(settings)
    try:
        with away_is_a_pause():
            yield settings, engine
    finally:
        engine.dispose()


def print_report(report: Report, *, json: bool) -> int:
    """On stdout, as one object or as lines; the exit code."""
    plain = not sys.stdout.encoding.lower().startswith("utf")  # JSON has its own way to write what a locale lacks
    text = json_text.dumps(report.answer, default=str, ensure_ascii=plain) if json else "\n".join(report.lines)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    return int(report.exit)


def say_where(address: str) -> None:
    """On stderr: where a browser finds us."""
    sys.stderr.write(f"serving {address} until Ctrl-C\n")


def log_to_stderr() -> None:
    """Warnings and what is worse, a line each."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S"),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


async def _run(
    settings: Settings, job: Callable[[House, Progress], Awaitable[Report]], bounds: Bounds | None
) -> Report:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    seen: set[int] = set()

    def on_signal(number: int) -> None:
        if number in seen:
            os._exit(130)  # what we held is handed back by whoever comes next
        seen.add(number)
        if stop.is_set():
            return
        sys.stderr.write("forecourt: finishing what is in flight; once more ends it at once\n")
        stop.set()

    # Not by the loop's own: where two signals come at almost the same time, uvloop may tell of one of them twice.
    before = {number: signal.signal(number, partial(_tell, loop, on_signal)) for number in STOP_SIGNALS}
    stop_let_through()
    try:
        return await _in_house(settings, job, bounds, stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _in_house(
    settings: Settings, job: Callable[[House, Progress], Awaitable[Report]], bounds: Bounds | None, stop: asyncio.Event
) -> Report:
    gc.freeze()  # what is imported lives as long as we do: no collection need look at it
    async with open_house(settings, stop, bounds) as house:
        with ProgressLine() as line:
            return await job(house, line.show)


def _tell(loop: asyncio.AbstractEventLoop, heard: Callable[[int], None], number: int, _: object) -> None:
    """A signal handler runs between any two steps of the loop; what it does comes in its turn."""
    loop.call_soon_threadsafe(heard, number)
