"""The database goes away under workers, and comes back: what they send meanwhile, and what it costs.

Some of the hosts may be asked so slowly that what was claimed of them would last far beyond the lease.
"""

import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Thread

from photo_watch import Watch
from running_program import Program, images, is_whole, nothing_is_held, shown
from servers.dealer_site import DealerSite, wait_until
from sqlalchemy import Engine, update

from forecourt.db import workers
from forecourt.db.engine import writing
from forecourt.db.tables import hosts

DELAY_SECONDS = 0.2
_SLOW_HOSTS = 2
_BACK_SECONDS = 180.0
_LAST_TOLD = 30
_LEASE_SECONDS = workers.LEASE.total_seconds()


@dataclass
class Figures:
    """What was seen. Seconds count from the moment when it went, or came back."""

    away_seconds: float = 0
    requests_away: int = 0
    last_request_seconds: float = 0  # 0 as well where there was none
    changed_rows: int = 0
    first_request_back_seconds: float = 0
    all_stored_back_seconds: float = 0
    photos: int = 0
    stored: int = 0
    files: int = 0
    requests: int = 0
    told: Sequence[str] = ()
    faults: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """For a person."""
        return [
            f"away for {self.away_seconds:.0f} s; requests that began in that time: {self.requests_away}",
            f"the last of them after it went: {self.last_request_seconds:.1f} s",
            f"rows that changed in that time: {self.changed_rows}",
            f"the first request after it was back: {self.first_request_back_seconds:.1f} s",
            f"all stored after it was back: {self.all_stored_back_seconds:.0f} s",
            f"photos {self.photos}, stored {self.stored}, files {self.files}, requests {self.requests}",
            *(f"FAULT: {fault}" for fault in self.faults),
            *(f"told: {line.rstrip()}" for line in self.told[-_LAST_TOLD:] if self.faults),
        ]


@dataclass(frozen=True)
class Outage:
    """One time away.

    Attributes:
        goes: The database is away inside of it.
        lasts: Returns when it has been away for long enough; it is given what the workers have told so far.
        url: Where the workers look for their database.
        slow_seconds: The interval of some hosts, until it is back.
    """

    goes: Callable[[], AbstractContextManager[None]]
    lasts: Callable[[list[str]], None]
    url: str
    processes: int = 1
    slow_seconds: float = 0

    def run(self, program: Program, site: DealerSite, watch: Watch) -> Figures:
        """All photos of the site, with the outage in the middle."""
        shown(program.engine, site)
        _slow_down(program.engine, site.ports[1 : 1 + _SLOW_HOSTS], self.slow_seconds)
        watch.begin()
        figures = Figures(photos=len(site.photo_urls))
        arguments = ("worker", "--processes", str(self.processes))
        with program.started(*arguments, database_url=self.url) as process, _told(process) as told:
            wait_until(lambda: all(site.hosts[port].starts for port in site.ports[1:]))
            with self.goes():
                went = time.monotonic()
                before = images(program.engine)
                self.lasts(told)
                figures.changed_rows = sum(old != new for old, new in zip(before, images(program.engine), strict=True))
                back = time.monotonic()
            figures.away_seconds = back - went
            _slow_down(program.engine, site.ports[1 : 1 + _SLOW_HOSTS], 0)
            while not _all_stored(program) and time.monotonic() < back + _BACK_SECONDS:
                time.sleep(0.05)
            figures.all_stored_back_seconds = time.monotonic() - back
            process.terminate()
            process.wait(20)
        starts = sorted(start for seen in site.hosts.values() for start in seen.starts)
        away = [start for start in starts if went < start < back]
        figures.requests_away = len(away)
        figures.last_request_seconds = max(away, default=went) - went
        figures.first_request_back_seconds = min((start for start in starts if start > back), default=back) - back
        figures.told = told
        _judge(figures, program, site, watch, process.returncode)
        return figures


@contextmanager
def locked(path: str) -> Iterator[None]:
    """SQLite: another process writes, and does not end."""
    file = sqlite3.connect(path, isolation_level=None, timeout=60)
    file.execute("BEGIN IMMEDIATE")
    yield
    file.execute("ROLLBACK")
    file.close()


def _judge(figures: Figures, program: Program, site: DealerSite, watch: Watch, code: int) -> None:
    rows = images(program.engine)
    figures.stored = sum(row["status"] == "stored" and is_whole(program, row) for row in rows)
    figures.files = sum(path.suffix == ".jpg" for path in program.files())
    figures.requests = site.photo_requests.total()
    found = {
        "a request was sent when the lease was over": figures.last_request_seconds > _LEASE_SECONDS,
        "rows changed while nobody could change them": figures.changed_rows,
        "not all were stored": figures.stored != figures.photos,
        "a file is too many or too few": figures.files != figures.photos,
        "something temporary was left": program.strays(),
        "something is held": not nothing_is_held(program.engine),
        "a photo counts a failure": any(row["failures"] for row in rows),
        f"the worker ended with {code}": code,
        "a traceback": any("Traceback" in line for line in figures.told),
    }
    figures.faults = [*(fault for fault, is_so in found.items() if is_so), *watch.losses]


def _all_stored(program: Program) -> bool:
    return all(row["status"] == "stored" for row in images(program.engine))


def _slow_down(engine: Engine, ports: Sequence[int], seconds: float) -> None:
    names = [f"127.0.0.1:{port}" for port in ports]
    with writing(engine) as connection:
        connection.execute(update(hosts).where(hosts.c.host.in_(names)).values(interval_seconds=seconds))


@contextmanager
def _told(process: subprocess.Popen[str]) -> Iterator[list[str]]:
    """Its lines on stderr, as they come."""
    lines: list[str] = []

    def read() -> None:
        lines.extend(process.stderr or ())

    reading = Thread(target=read, name="told", daemon=True)
    reading.start()
    yield lines
    process.kill()
    reading.join(20)
