"""The program as a person runs it: a process, its output, and what it leaves in database and store."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servers.dealer_site import DealerSite, wait_until
from sqlalchemy import Engine, func, select, update

from forecourt.db import organizations, vehicles
from forecourt.db.engine import reading, writing
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.tables import hosts, import_queue, vehicle_images
from forecourt.db.tables import organizations as organizations_table
from forecourt.db.tables import vehicles as vehicles_table
from forecourt.db.tables import workers as workers_table
from forecourt.db.vehicles import ListedVehicle
from forecourt.fetch.address import host_of
from forecourt.listing import expires_at, source_key

RUN_SECONDS = 60
OURS = (vehicle_images, vehicles_table, organizations_table, import_queue)


@dataclass(frozen=True)
class Ended:
    """A process that has ended."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """The one object on stdout, and nothing else."""
        answer: dict[str, Any] = json.loads(self.out)
        return answer


@dataclass
class Program:
    """`forecourt` with a home, a database and a store of its own."""

    home: Path
    engine: Engine
    environment: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("-m", "forecourt")

    @property
    def store(self) -> Path:
        return self.home / "images"

    def run(self, *arguments: str, **settings: object) -> Ended:
        """To its end; keywords are settings for this run."""
        with self.started(*arguments, **settings) as process:
            return ended(process)

    @contextmanager
    def started(self, *arguments: str, **settings: object) -> Iterator[subprocess.Popen[str]]:
        """While it runs; whatever still lives at the end is killed."""
        named = {f"FORECOURT_{name.upper()}": str(value) for name, value in settings.items()}
        with subprocess.Popen(
            [sys.executable, *self.command, *arguments],
            env=self.environment | named,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def files(self) -> list[Path]:
        """Every file of the store, half ones too."""
        return [path for path in self.store.rglob("*") if path.is_file()]

    def strays(self) -> list[Path]:
        """Downloads that nobody works on any more, and their folders."""
        return [path for path in (self.store / ".tmp").iterdir() if path.name != "lock"]


def program_at(home: Path, engine: Engine, database_url: str) -> Program:
    """With manners that let a test run quickly, and loopback opened."""
    home.mkdir(exist_ok=True)
    settings = {
        "HOME": home,
        "DATABASE_URL": database_url,
        "ALLOWED_NETWORKS": "127.0.0.0/16",
        "HOST_INTERVAL_SECONDS": 0,
        "MIN_FREE_BYTES": 0,
    }
    environment = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "error::DeprecationWarning"}
    return Program(home, engine, environment | {f"FORECOURT_{name}": str(value) for name, value in settings.items()})


def ended(process: subprocess.Popen[str], *, seconds: float = RUN_SECONDS) -> Ended:
    """Wait for it; nothing that a stranger does may end in a traceback."""
    out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err, err
    return Ended(process.returncode, out, err)


def shown(engine: Engine, site: DealerSite) -> list[int]:
    """Write the site's vehicles down as an import does, by the same functions and without a request; their ids."""
    now = datetime.now(UTC)
    with writing(engine) as connection:
        organization_id, _ = organizations.put(connection, name="Dealer", website=site.website, now=now)
        return [
            vehicles.save(connection, _listed(site, number, organization_id), cap=20, now=now).vehicle_id
            for number in range(site.vehicles)
        ]


def images(engine: Engine) -> list[dict[str, Any]]:
    """All rows, by id."""
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(_ordered(vehicle_images)).mappings()]


def everything(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """All rows of what is ours to keep; hosts and workers may change with a look."""
    with reading(engine) as connection:
        return {table.name: [dict(row) for row in connection.execute(_ordered(table)).mappings()] for table in OURS}


def all_comes_due(engine: Engine) -> None:
    """Time passes for the rows: what waits is ready."""
    with writing(engine) as connection:
        for table in (vehicle_images, import_queue):
            connection.execute(update(table).values(next_attempt_at=None))


def held(engine: Engine) -> int:
    """Images that some worker has claimed."""
    with reading(engine) as connection:
        counted = select(func.count()).where(vehicle_images.c.lease_owner.is_not(None))
        return connection.execute(counted).scalar_one()


def nothing_is_held(engine: Engine) -> bool:
    """No row, no host, and nobody is registered."""
    tables = (vehicle_images, import_queue, hosts)
    with reading(engine) as connection:
        owners = [
            connection.scalars(select(table.c.lease_owner).where(table.c.lease_owner.is_not(None))).all()
            for table in tables
        ]
        return not any(owners) and not connection.scalars(select(workers_table.c.id)).all()


def is_whole(program: Program, row: dict[str, Any]) -> bool:
    """A stored row: its file is there, has the name of its bytes, and the row knows its size and type."""
    path = program.store / row["storage_path"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return bool(
        path.name == f"{digest}.jpg"
        and row["storage_path"] == f"{digest[:2]}/{digest[2:4]}/{digest}.jpg"
        and row["file_hash"] == digest
        and row["file_size"] == path.stat().st_size
        and row["mime_type"] == "image/jpeg"
        and (row["width"], row["height"]) == (160, 120)
    )


def identity(rows: Sequence[dict[str, Any]]) -> list[tuple[object, ...]]:
    """What of an image never changes."""
    return [tuple(row[name] for name in ("id", "vehicle_id", "position", "is_primary", "source_url")) for row in rows]


def children(process_id: int) -> set[int]:
    """The processes that this one has started and that live."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    table = [line.split() for line in listed.splitlines()]
    return {int(pid) for pid, parent, state in table if int(parent) == process_id and not state.startswith("Z")}


def lives(process_id: int) -> bool:
    """It runs; one that has ended and that nobody has fetched does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process_id)], capture_output=True, text=True, check=False)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


def kill(process: subprocess.Popen[str]) -> None:
    """As the kernel does when memory runs out; none of its children may outlive it."""
    started = children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: not any(lives(child) for child in started), seconds=10)


def _listed(site: DealerSite, number: int, organization_id: int) -> ListedVehicle:
    return ListedVehicle(
        organization_id=organization_id,
        listing_url=site.listing_urls[number],
        fields={"year": 1973, "make": "Porsche", "model": f"911 number {number}"},
        origin={},
        photos=[
            ListedPhoto(url, source_key(url), host_of(url), expires_at=expires_at(url))
            for url in site.photo_urls_of(number)
        ],
    )


def _ordered(table: Any) -> Any:
    return select(table).order_by(table.c.id)
