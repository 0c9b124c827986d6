"""Import many listings from sites on this machine: rows a second, peak memory, SQL statements per listing.

    .venv/bin/python tools/import_bench.py --listings 100000
    .venv/bin/python tools/import_bench.py --listings 100000 --postgresql

All listings are imported, then all of them a second time, which must change no row of a photo. The importer is
`forecourt process-import-queue` in a process of its own; its statements are counted there, its memory with that of
its children from outside.
"""

import argparse
import asyncio
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection as Wire
from pathlib import Path
from typing import Any

from own_database import own_database
from sqlalchemy import Engine, event, func, select

from forecourt.cli import main as forecourt
from forecourt.db import hosts, import_queue, organizations
from forecourt.db.engine import open_database, reading, writing
from forecourt.db.migrate import upgrade
from forecourt.db.tables import import_queue as queue_table
from forecourt.db.tables import vehicle_images, vehicles

_ROOT = Path(__file__).parent.parent
_ROWS_AT_ONCE = 1_000
_LOOK_SECONDS = 0.5
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True)
class Pass:
    """One run of the importer over all rows."""

    name: str
    listings: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    statements: Counter[str]
    answer: dict[str, Any]

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield f"{self.name}: {self.listings:,} listings in {self.seconds:,.1f} s: {self.listings / self.seconds:,.1f}/s"
        yield f"  {1000 * self.cpu_seconds / self.listings:.2f} ms of processor time a listing, children included"
        yield f"  peak memory of the process and its children: {self.peak_bytes / 2**20:,.0f} MiB"
        yield f"  {self.statements.total() / self.listings:.2f} SQL statements a listing"
        for statement, count in self.statements.most_common(14):
            yield f"    {count / self.listings:8.3f}  {statement}"


def main() -> None:
    """Parse, serve, import twice, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--listings", type=int, default=2_000)
    parser.add_argument("--photos", type=int, default=5)
    parser.add_argument("--hosts", type=int, default=8)
    parser.add_argument("--postgresql", action="store_true", help="its own server in place of SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="import-bench-") as folder, _sites(options.hosts, options.photos) as ports:
        home = Path(folder)
        with own_database(home, postgresql=options.postgresql) as url:
            engine = open_database(url)
            upgrade(engine)
            first = _run(engine, url, home, ports, options.listings, name="first")
            before = _photo_rows(engine)
            second = _run(engine, url, home, ports, options.listings, name="again")
            changed = "no row" if _photo_rows(engine) == before else "SOME ROWS"
            print(*first.lines(), *second.lines(), sep="\n")
            with reading(engine) as connection:
                counts = [
                    connection.scalar(select(func.count()).select_from(table)) for table in (vehicles, vehicle_images)
                ]
            print(f"{counts[0]:,} vehicles, {counts[1]:,} photos; the second time {changed} of a photo was changed")
            engine.dispose()


def _run(engine: Engine, url: str, home: Path, ports: Sequence[int], listings: int, *, name: str) -> Pass:
    _fill_queue(engine, ports, listings)
    counted = home / f"{name}.json"
    settings = {
        "FORECOURT_HOME": str(home),
        "FORECOURT_DATABASE_URL": url,
        "FORECOURT_ALLOWED_NETWORKS": "127.0.0.0/8",
        "FORECOURT_HOST_INTERVAL_SECONDS": "0",
        "FORECOURT_MIN_FREE_BYTES": "0",
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FORECOURT_")}
    words = [str(counted), "process-import-queue", "--skip-image-upload", "--json"]
    begun, cpu, peak = time.monotonic(), _cpu_of_children(), 0
    answered = counted.with_suffix(".answer")
    with (
        answered.open("wb") as out,
        subprocess.Popen([sys.executable, __file__, *words], env=kept | settings, stdout=out) as process,
    ):
        while process.poll() is None:
            peak = max(peak, _memory_of(process.pid))
            time.sleep(_LOOK_SECONDS)
        seconds = time.monotonic() - begun
    answer = json.loads(answered.read_bytes())
    cpu = _cpu_of_children() - cpu
    with reading(engine) as connection:
        done = connection.scalar(
            select(func.count()).select_from(queue_table).where(queue_table.c.status.in_(("complete", "duplicate")))
        )
    if done != listings:
        raise SystemExit(f"only {done} of {listings} listings were imported: {answer}")
    return Pass(name, listings, seconds, cpu, peak, Counter(json.loads(counted.read_text())), answer)


def _counted(file: Path, words: Sequence[str]) -> None:
    """The importer's process: the command itself, with a listener on every statement."""
    statements: Counter[str] = Counter()

    @event.listens_for(Engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements[_kind(statement)] += 1

    sys.argv = ["forecourt", *words]
    try:
        forecourt()
    finally:
        file.write_text(json.dumps(statements))


def _kind(statement: str) -> str:
    words = " ".join(statement.split())
    for verb in ("INSERT INTO", "UPDATE", "FROM"):
        if f"{verb} " in words and (verb == "FROM" or words.startswith(verb)):
            return f"{words.split(' ', 1)[0]} {words.split(f'{verb} ', 1)[1].split(' ', 1)[0]}"
    return words[:40]


def _fill_queue(engine: Engine, ports: Sequence[int], listings: int) -> None:
    """new → pending, or complete → pending."""
    names = [f"127.0.0.1:{port}" for port in ports]
    now = datetime.now(UTC)
    with writing(engine) as connection:
        dealer, _ = organizations.put(connection, name="Bench", website=f"http://{names[0]}", now=now)
        host_ids = hosts.ids_of(connection, names)
    for start in range(0, listings, _ROWS_AT_ONCE):
        numbers = range(start, min(start + _ROWS_AT_ONCE, listings))
        where = [names[number % len(names)] for number in numbers]
        urls = [(f"http://{name}/cars/{number}", host_ids[name]) for name, number in zip(where, numbers, strict=True)]
        with writing(engine) as connection:
            import_queue.enqueue(connection, dealer, urls, reread=timedelta(0), now=datetime.now(UTC))


def _photo_rows(engine: Engine) -> str:
    """One figure for all that stands in vehicle_images."""
    digest = hashlib.sha256()
    with reading(engine) as connection:
        found = connection.execution_options(yield_per=10_000).execute(
            select(vehicle_images).order_by(vehicle_images.c.id)
        )
        for row in found:
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def _memory_of(process_id: int) -> int:
    """Bytes of a process and all that it has started, what they share counted once (PSS)."""
    total, waiting = 0, [process_id]
    while waiting:
        place = Path("/proc", str(waiting.pop()))
        try:
            rollup = (place / "smaps_rollup").read_text()
            for task in (place / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        total += sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


def _cpu_of_children() -> float:
    """Seconds of all that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _sites(number: int, photos: int) -> Iterator[Sequence[int]]:
    """So many sites in a process of their own; their ports."""
    ours, theirs = Pipe()
    process = Process(target=_serve, args=(number, photos, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(number: int, photos: int, wire: Wire) -> None:
    async def go() -> None:
        loop = asyncio.get_running_loop()
        servers = [await loop.create_server(lambda: _Site(photos), "127.0.0.1", 0) for _ in range(number)]
        wire.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.Event().wait()

    asyncio.run(go())


class _Site(asyncio.Protocol):
    """Answers one request after the other."""

    def __init__(self, photos: int) -> None:
        self._photos = photos
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has come."""
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            head, _, self._asked = self._asked.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode("ascii")
            found = path.startswith("/cars/")
            body = _page(int(path.rpartition("/")[2]), self._photos) if found else b""
            status = "200 OK" if found else "404 Not Found"
            lines = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
            self._transport.write(lines.encode("ascii") + body)


def _page(number: int, photos: int) -> bytes:
    car = {
        "@context": "https://schema.org",
        "@type": "Car",
        "name": f"2019 Ford F-150 number {number}",
        "vehicleModelDate": "2019",
        "brand": {"@type": "Brand", "name": "Ford"},
        "model": "F-150",
        "vehicleIdentificationNumber": _vin(number),
        "mileageFromOdometer": {"@type": "QuantitativeValue", "value": str(10_000 + number), "unitCode": "SMI"},
        "offers": {"@type": "Offer", "price": str(20_000 + number), "priceCurrency": "USD"},
        "image": [f"https://photos.example/{number}/{place}.jpg" for place in range(photos)],
    }
    head = f'<title>{car["name"]}</title><script type="application/ld+json">{json.dumps(car)}</script>'
    return f"<!doctype html><html><head>{head}</head><body><h1>{car['name']}</h1></body></html>".encode()


def _vin(number: int) -> str:
    """With its check digit. Source: 49 CFR 565.15."""
    without = f"1FTEW1E40KF{number:06}"
    values = {letter: value for letters, value in _VIN_LETTERS for letter in letters}
    total = sum(
        weight * (int(letter) if letter.isdigit() else values[letter])
        for weight, letter in zip(_VIN_WEIGHTS, without, strict=True)
    )
    return f"{without[:8]}{'0123456789X'[total % 11]}{without[9:]}"


_VIN_LETTERS = (("AJ", 1), ("BKS", 2), ("CLT", 3), ("DMU", 4), ("ENV", 5), ("FW", 6), ("GPX", 7), ("HY", 8), ("RZ", 9))


if __name__ == "__main__":
    if len(sys.argv) > 2 and not sys.argv[1].startswith("--"):  # noqa: PLR2004 (a file and a command)
        _counted(Path(sys.argv[1]), sys.argv[2:])
    else:
        main()
