"""Forecourt: the command that a person runs, over rows that an import has written."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bench.contestant import Prepared, Task
from bench.cpu import cpu_seconds_of_tree
from bench.measure import Command
from postgres import PostgresServer

from forecourt.db import organizations, vehicles
from forecourt.db.engine import open_database, writing
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.migrate import upgrade
from forecourt.db.vehicles import ListedVehicle
from forecourt.fetch.address import host_of
from forecourt.listing import source_key

_VEHICLES_AT_ONCE = 500
_GOOD_CODES = (0, 75)  # of two, the one may end while the other still holds a host


@dataclass(frozen=True)
class Forecourt:
    """All promises on; its settings are the defaults, but for the interval between requests and loopback.

    Args:
        processes: Commands that run at once.
        database: An empty one, for a home folder: its URL.
        server: Whose processor time is told beside ours.
    """

    name: str
    database: Callable[[Path], str]
    processes: int = 1
    server: PostgresServer | None = None
    proves: str = "everything; fenced and durable"
    least_stored: float = 1.0

    def prepare(self, task: Task, folder: Path) -> Prepared:
        """Write the rows; no photo is fetched."""
        home = folder / "home"
        home.mkdir()
        url = self.database(home)
        _write_rows(url, task)
        settings = {
            "HOME": home,
            "DATABASE_URL": url,
            "ALLOWED_NETWORKS": "127.0.0.0/8",
            "HOST_INTERVAL_SECONDS": 0,
            "HOST_CONCURRENCY": task.of_one_host,
            "CONCURRENCY": -(-task.concurrency // self.processes),
            "CA_FILE": task.authority or "",
        }
        environment = {f"FORECOURT_{name}": str(value) for name, value in settings.items()}
        return Prepared(
            Command(self._words(len(task.vehicles)), folder, environment),
            home / "images",
            good_codes=_GOOD_CODES[: self.processes],
        )

    def server_cpu_seconds(self) -> float:
        """0 without a server."""
        return cpu_seconds_of_tree(self.server.process_id()) if self.server else 0.0

    def _words(self, number_of_vehicles: int) -> list[str | Path]:
        words: list[str | Path] = [Path(sys.executable).with_name("forecourt")]
        words += ["trickle-backfill-images", "--limit", str(number_of_vehicles), "--max-images", "0"]
        if self.processes == 1:
            return words
        beside = '"$@" & others="$others $!"; ' * (self.processes - 1)
        ends = "code=$?; for each in $others; do wait $each || code=$?; done; exit $code"
        return ["sh", "-c", f'{beside} "$@"; {ends}', "sh", *words]


def on_sqlite(home: Path) -> str:
    """A file in the home folder."""
    return f"sqlite:///{home / 'forecourt.db'}"


def on_postgresql(server: PostgresServer) -> Callable[[Path], str]:
    """A database of its own for each run."""
    numbers = count()
    return lambda _: server.create_database(f"bench_{next(numbers)}")


def _write_rows(database_url: str, task: Task) -> None:
    engine = open_database(database_url)
    upgrade(engine)
    now = datetime.now(UTC)
    with writing(engine) as connection:
        dealer, _ = organizations.put(connection, name="Dealer", website="https://dealer.example", now=now)
    for start in range(0, len(task.vehicles), _VEHICLES_AT_ONCE):
        with writing(engine) as connection:
            for number, urls in enumerate(task.vehicles[start : start + _VEHICLES_AT_ONCE], start):
                photos = [ListedPhoto(url, source_key(url), host_of(url)) for url in urls]
                listed = ListedVehicle(dealer, f"https://dealer.example/{number}", {"title": "Car"}, {}, photos)
                vehicles.save(connection, listed, cap=0, now=now)
    engine.dispose()
