"""Four workers, thirty hosts with limits of their own: what each host saw, against what it allows.

    make manners
    .venv/bin/python tools/manners_bench.py --database postgresql

Each host is a name that a hosts file gives a loopback address of its own. Starts of requests are noted twice: by the
workers, as they are handed to their connections (exact), and by the server, when it has read them. The server's are
late by what the machine needs, each by another bit, so its gaps may be a little shorter than they were; requests in
flight are counted there. Three of the hosts ask for patience at their first photo; when that is written down, all
workers are killed and others started.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path

from many_hosts import ManyHosts, Seen, many_hosts
from own_program import DATABASES, own_program
from running_program import Program, images
from servers.dealer_site import wait_until
from sqlalchemy import func, select, update

from forecourt.db import organizations, vehicles
from forecourt.db.engine import reading, writing
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.tables import hosts, vehicle_images
from forecourt.db.vehicles import ListedVehicle

_WORKERS = 4
_LIMITS = ((0.0, 1), (0.0, 4), (0.1, 1), (0.1, 3), (0.25, 2), (0.5, 1), (0.5, 4), (1.0, 1), (1.0, 2), (2.0, 1))
_PATIENCE_SECONDS = 10
_CLOCK_SECONDS = 0.002  # what two clock readings and a rounded sleep may differ by
_MACHINE_SECONDS = 0.05  # a gap that the server saw shorter by more than that is told
_TOOL = Path(__file__).parent / "noting_program.py"


@dataclass(frozen=True)
class Line:
    """One host: what it allows, and what it saw."""

    host: str
    interval: float
    concurrency: int
    requests: int
    most: int
    gap_sent: float
    gap_seen: float
    short_gaps: int
    too_early: int

    @property
    def is_kept(self) -> bool:
        """By what was sent, and by how many were there at once."""
        return self.most <= self.concurrency and self.gap_sent >= self.interval - _CLOCK_SECONDS and not self.too_early

    def __str__(self) -> str:
        verdict = "" if self.is_kept else "  BROKEN"
        early = f"  {self.too_early} before its time" if self.too_early else ""
        return (
            f"{self.host:<18} {self.interval:>8.2f} {self.gap_sent:>8.3f} {self.gap_seen:>8.3f}"
            f" {self.concurrency:>8} {self.most:>8} {self.requests:>8}{early}{verdict}"
        )


def main() -> int:
    """0 where every host's limits were kept."""
    options = _options()
    begun = time.monotonic()
    with own_program(options.database) as program, many_hosts(options.hosts, _PATIENCE_SECONDS) as server:
        _show(program, server, options.photos)
        notes = _run(program, server, options.photos)
        lines = [_line(name, server, notes) for name in server.names]
        stored = sum(row["status"] == "stored" for row in images(program.engine))
    print(f"{options.database}: {_WORKERS} workers, {options.hosts} hosts, {time.monotonic() - begun:.0f} s")
    print(f"{'host':<18} {'interval':>8} {'sent':>8} {'seen':>8} {'at once':>8} {'seen':>8} {'requests':>8}")
    print("\n".join(map(str, lines)))
    broken = sum(not line.is_kept for line in lines)
    requests, short = sum(line.requests for line in lines), sum(line.short_gaps for line in lines)
    print(f"{stored} photos stored, {requests} requests, {broken} hosts' limits broken")
    print(f"{short} gaps were seen shorter by more than {_MACHINE_SECONDS * 1000:.0f} ms than they were to be")
    return 1 if broken else 0


def _run(program: Program, server: ManyHosts, photos: int) -> list[tuple[float, str]]:
    """Workers, killed while some hosts wait, and their heirs; the starts of their requests."""
    folder = program.home / "notes"
    folder.mkdir()
    numbers = count()
    with _workers(program, server, folder, numbers):
        wait_until(lambda: _waiting(program) == len(server.impatient), seconds=60)
    with _workers(program, server, folder, numbers):
        wait_until(lambda: _stored(program) == photos * len(server.names), seconds=600)
    lines = [line.split() for path in sorted(folder.iterdir()) for line in path.read_text("utf-8").splitlines()]
    return sorted((float(moment), name) for moment, name in lines)


@contextmanager
def _workers(program: Program, server: ManyHosts, folder: Path, numbers: Iterator[int]) -> Iterator[None]:
    """Killed at the end, as if the machine had lost its power."""
    environment = program.environment | {"FORECOURT_HOSTS_FILE": str(server.write_hosts_file(program.home))}
    with ExitStack() as stack:
        for _ in range(_WORKERS):
            command = [sys.executable, str(_TOOL), str(folder / f"{next(numbers)}"), "worker"]
            worker = stack.enter_context(
                subprocess.Popen(command, env=environment, cwd=program.home, stderr=subprocess.DEVNULL)
            )
            stack.callback(worker.kill)
        yield


def _waiting(program: Program) -> int:
    """Hosts whose wish for patience has been written down."""
    with reading(program.engine) as connection:
        told = select(func.count()).select_from(hosts).where(hosts.c.consecutive_failures > 0)
        return connection.execute(told).scalar_one()


def _show(program: Program, server: ManyHosts, photos: int) -> None:
    """A vehicle for each host, and its limits as an operator sets them."""
    now = datetime.now(UTC)
    with writing(program.engine) as connection:
        dealer, _ = organizations.put(
            connection, name="Dealer", website="https://dealer.example", now=now, is_public=False
        )
        for number, name in enumerate(server.names):
            urls = [server.url(name, photo) for photo in range(photos)]
            listed = ListedVehicle(
                dealer,
                f"https://dealer.example/{number}",
                {"title": name},
                {},
                [ListedPhoto(url, url, f"{name}:{server.port}") for url in urls],
            )
            vehicles.save(connection, listed, cap=0, now=now)
    for number, name in enumerate(server.names):
        interval, concurrency = _LIMITS[number % len(_LIMITS)]
        with writing(program.engine) as connection:
            connection.execute(
                update(hosts)
                .where(hosts.c.host == f"{name}:{server.port}")
                .values(interval_seconds=interval, max_concurrency=concurrency)
            )
        server.limits[name] = (interval, concurrency)


def _line(name: str, server: ManyHosts, notes: Sequence[tuple[float, str]]) -> Line:
    seen: Seen = server.seen[name]
    interval, concurrency = server.limits[name]
    sent = [moment for moment, host in notes if host == name]
    told = server.asked_for_patience.get(name)
    early = [moment for moment in sent if told and told < moment < told + _PATIENCE_SECONDS - _CLOCK_SECONDS]
    short = sum(after - before < interval - _MACHINE_SECONDS for before, after in pairwise(seen.starts))
    gaps = _smallest_gap(sent), _smallest_gap(seen.starts)
    return Line(name, interval, concurrency, len(sent), seen.most, *gaps, short, len(early))


def _smallest_gap(moments: Sequence[float]) -> float:
    return min((after - before for before, after in pairwise(moments)), default=float("inf"))


def _stored(program: Program) -> int:
    with reading(program.engine) as connection:
        return connection.scalar(select(func.count()).where(vehicle_images.c.status == "stored")) or 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=30, help="at most 200 (default 30)")
    parser.add_argument("--photos", type=int, default=20, help="of each host (default 20)")
    parser.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
