"""What claims, settlements, pages and commands read and take in tables of up to ten million photos.

    make bench-scale
    make bench-scale DATABASE=postgresql ROWS='100000 1000000 10000000'

50,000 hosts of very different sizes. Nothing is fetched: claims are settled as if their bytes were stored. Prints a
Markdown table for each subject, as they stand in docs/order-in-numbers.md, and writes all figures as JSON.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from many_images import Many, fill, stamp
from own_database import own_database
from running_program import program_at
from scale_looks import WORKER, Figure, Look, claiming, import_looks, look_for_hosts, measured, page_looks, worker_looks
from scale_photos import Photos
from sqlalchemy import Engine, text
from told_to_stop import end_in_order

from forecourt.db import applied_settings, due_images, workers
from forecourt.db.engine import open_database, writing
from forecourt.db.migrate import upgrade
from forecourt.db.tables import IMAGE_READY

_SETTLED = 10_000  # photos that the processor time is taken of
_WAITING = 100_000
_STATEMENTS_PROGRAM = Path(__file__).with_name("statements_program.py")
_UNITS = {"ms": "ms", "worker_ms": "ms in the worker", "server_ms": "ms in the server", "per_second": "a second"}


@dataclass
class Bench:
    """One database with its rows."""

    engine: Engine
    many: Many
    now: datetime

    def run(self, *, beside_snapshot: int) -> Iterator[Figure]:
        """Each measurement, as it is made."""
        yield from self._all("what a worker asks", worker_looks(self.now))
        yield from self._all("what an import writes", import_looks(self.now))
        yield from self._all("what pages and operators ask", page_looks(self.many, self.now))
        photos = Photos(self.engine, self.now)
        number = min(_SETTLED, self.many.images // 40)
        photos.store(number // 10, at_once=100)
        yield self._figure("one photo", "claimed and settled by hundreds", photos.best_of_five(number, at_once=100))
        yield self._figure("one photo", "claimed and settled by fours", photos.best_of_five(number // 4, at_once=4))
        yield from self._with_waiting_rows()
        if beside_snapshot and self.engine.dialect.name == "postgresql":
            yield from self._beside_snapshot(photos, min(beside_snapshot, self.many.images // 2))

    def _beside_snapshot(self, photos: Photos, number: int) -> Iterator[Figure]:
        """Somebody looks at the table as it was, so that no dead row version may go."""
        subject = "beside an old snapshot"
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as old:
            old.execute(text("SELECT count(*) FROM hosts"))
            yield self._figure(subject, "claim and settle by hundreds", photos.store(number, at_once=100))
            looks = {
                "claim 100, going on from the last": claiming(100, photos.host_id, now=self.now, place=photos.place),
                "claim 100 from the head": claiming(100, 1, now=self.now),
                "look for hosts, by the worker that has claimed there": photos.look_for_hosts,
            }
            yield from self._all(subject, looks | worker_looks(self.now) | page_looks(self.many, self.now))

    def _with_waiting_rows(self) -> Iterator[Figure]:
        """Of the largest host, half of them beyond the cap."""
        for priority, in_hours in ((4, 2), (9, 1)):
            with writing(self.engine) as connection:
                connection.execute(
                    text(
                        "UPDATE vehicle_images SET next_attempt_at = :later, priority = :priority WHERE id IN"  # noqa: S608
                        f" (SELECT id FROM vehicle_images WHERE {IMAGE_READY} AND host_id = 1 AND priority = 4"
                        f" LIMIT {min(_WAITING, self.many.images // 10) // 2})"
                    ),
                    {"later": stamp(self.engine, self.now + timedelta(hours=in_hours)), "priority": priority},
                )
        later = self.now + timedelta(hours=3)
        looks: dict[str, Look] = {
            **worker_looks(self.now),
            "wake a thousand": lambda connection: due_images.wake(connection, now=later),
            "look for hosts": look_for_hosts,
        }
        yield from self._all("where many rows of one host wait", looks)

    def _all(self, subject: str, looks: dict[str, Look]) -> Iterator[Figure]:
        for what, look in looks.items():
            yield self._figure(subject, what, measured(self.engine, look))

    def _figure(self, subject: str, what: str, values: dict[str, float]) -> Figure:
        return Figure(subject, what, self.engine.dialect.name, self.many.images, values)


def main() -> None:
    """Fill, measure, tell; one size after the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--hosts", type=int, default=50_000)
    parser.add_argument("--beside-snapshot", type=int, default=1_000_000, help="photos settled beside an old snapshot")
    parser.add_argument("--finished", type=int, default=1_000_000, help="rows, all stored, of a trickle's second run")
    parser.add_argument("--json", type=Path, default=Path(".cache/scale.json"))
    options = parser.parse_args()
    end_in_order()
    figures: list[Figure] = []
    for rows in options.rows:
        many = Many(rows, hosts=options.hosts)
        with _filled(options.database, many) as (engine, _):
            bench = Bench(engine, many, datetime.now(UTC))
            for figure in bench.run(beside_snapshot=options.beside_snapshot):
                _tell(figure)
                figures.append(figure)
    if options.finished:
        many = Many(options.finished, hosts=options.hosts, stored=True)
        with _filled(options.database, many) as (engine, home):
            figures.append(_second_run(engine, many, home))
            _tell(figures[-1])
    _write(options.json, figures)
    print(f"\n{_tables(figures)}")


@contextmanager
def _filled(database: str, many: Many) -> Iterator[tuple[Engine, Path]]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-scale-") as folder,
        own_database(Path(folder), postgresql=database == "postgresql", durable=True) as url,
    ):
        engine = open_database(url)
        upgrade(engine)
        applied_settings.apply_cap(engine, cap=20)
        applied_settings.apply_public_url(engine, public_url=None)
        begun, now = time.monotonic(), datetime.now(UTC)
        fill(engine, many, now=now)
        with writing(engine) as connection:
            workers.register(connection, worker_id=WORKER, machine=WORKER, now=now)
        _say(f"{many.images:,} rows in {database}, filled in {time.monotonic() - begun:.0f} s")
        yield engine, Path(folder)
        engine.dispose()


def _second_run(engine: Engine, many: Many, home: Path) -> Figure:
    """The real command, where nothing is left to do."""
    program = program_at(home / "home", engine, engine.url.render_as_string(hide_password=False))
    counted = home / "statements"
    program.command = (str(_STATEMENTS_PROGRAM), str(counted))
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        with program.started("trickle-backfill-images", "--json") as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        taken.append((time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss))
        if process.returncode:
            raise SystemExit(f"the trickle ended with {process.returncode}: {process.stderr and process.stderr.read()}")
    seconds, processor, kilobytes = min(taken)
    statements = len(counted.read_text(encoding="utf-8").split("\n;\n"))
    values = {"statements": statements, "ms": round(1000 * seconds), "processor_ms": round(1000 * processor)}
    what = "trickle-backfill-images, all stored"
    return Figure("a second run", what, engine.dialect.name, many.images, values | {"peak_mb": kilobytes // 1024})


def _tell(figure: Figure) -> None:
    _say(f"{figure.database} {figure.rows:,}: {figure.subject}: {figure.what}: {_told(figure)}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _tables(figures: Sequence[Figure]) -> str:
    """One for each subject, a column for each size."""
    lines: list[str] = []
    for subject in dict.fromkeys(figure.subject for figure in figures):
        about = [figure for figure in figures if figure.subject == subject]
        sizes = list(dict.fromkeys(figure.rows for figure in about))
        lines += [f"| {subject} | {' | '.join(f'{size:,}' for size in sizes)} |", f"|---|{'---|' * len(sizes)}"]
        for what in dict.fromkeys(figure.what for figure in about):
            cells = [_told(figure) for size in sizes for figure in about if (figure.what, figure.rows) == (what, size)]
            lines.append(f"| {what} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def _told(figure: Figure) -> str:
    return ", ".join(f"{value:,} {_UNITS.get(unit, unit)}" for unit, value in figure.values.items())


def _write(path: Path, figures: Sequence[Figure]) -> None:
    machine = {"system": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()}
    versions = {name: version(name) for name in ("forecourt", "sqlalchemy", "psycopg")}
    told = {"measured_at": datetime.now(UTC).isoformat(), "machine": machine, "versions": versions}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told | {"figures": [asdict(figure) for figure in figures]}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
