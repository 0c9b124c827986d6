"""Claim and settle in tables of many rows: what a claim reads, and what a photo costs in processor time.

    .venv/bin/python tools/claim_bench.py --rows 100000 1000000
    .venv/bin/python tools/claim_bench.py --rows 100000 1000000 10000000 --postgresql --beside-snapshot 1000000

Nothing is fetched: the claims are settled as if their bytes were stored. Each table of rows is a Markdown table, as it
stands in docs/order-in-numbers.md.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from many_images import Many, fill
from own_database import own_database
from sqlalchemy import Connection, Engine, text
from statement_cost import Cost, cost_of

from forecourt.db import chosen, due_images, image_claims, vehicle_images, workers
from forecourt.db.engine import open_database, writing
from forecourt.db.image_claims import END, HEAD, ImageClaim, Place, Range
from forecourt.db.migrate import upgrade
from forecourt.db.tables import IMAGE_READY
from forecourt.db.vehicle_images import StoredImage

_ROOT = Path(__file__).parent.parent
_CLAIMED = 100
_SETTLED = 10_000  # photos that the time is taken of
_WAITING = 100_000
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Bench:
    """One database with its rows."""

    engine: Engine
    many: Many
    now: datetime

    def run(self, *, beside_snapshot: int) -> Iterator[tuple[str, str]]:
        """(what, figure) for each measurement."""
        yield "claim 100 of one host", self.cost(self.claims([Range(1, _CLAIMED, HEAD, END)]))
        some = [Range(host_id, 4, HEAD, END) for host_id in range(2, 27)]
        yield "claim 4 of each of 25 hosts", self.cost(self.claims(some))
        yield "look for hosts with ready photos (1,000 hosts)", self.cost(_look_for_hosts)
        yield "choose 100 vehicles for a run", self.cost(_choose)
        yield "the same, each one's first 3 photos", self.cost(lambda connection: _choose(connection, max_images=3))
        yield from self.processor("one photo, claimed by hundreds", step=100)
        yield from self.processor("one photo, claimed by fours", step=4)
        if beside_snapshot:
            yield from self.beside_snapshot(beside_snapshot)
        yield from self.with_waiting_rows()

    def claims(self, ranges: Sequence[Range]) -> Callable[[Connection], object]:
        """A claim as a worker makes it."""
        return lambda connection: image_claims.claim_ranges(connection, ranges, worker_id="bench", now=self.now)

    def cost(self, work: Callable[[Connection], object]) -> str:
        """What it reads, and how long it takes."""
        cost_of(self.engine, work)  # so that the statements are compiled and the blocks are there
        cost = cost_of(self.engine, work)
        begun = time.perf_counter()
        with writing(self.engine) as connection:
            work(connection)
            taken = time.perf_counter() - begun
            connection.rollback()
        return f"{_figures(self.engine, cost)}, {1000 * taken:.1f} ms"

    def processor(self, name: str, *, step: int) -> Iterator[tuple[str, str]]:
        """Processor time of a photo, ours and the database's."""
        ours, theirs, begun = time.process_time(), self._server_seconds(), time.perf_counter()
        place, photos = HEAD, 0
        while photos < min(_SETTLED, self.many.images // 40):
            photos, place = photos + step, self.claim_and_settle(place, step=step)
        figures = [f"{1000 * (time.process_time() - ours) / photos:.3f} ms in the worker"]
        if self.engine.dialect.name == "postgresql":
            figures.append(f"{1000 * (self._server_seconds() - theirs) / photos:.3f} ms in the server")
        yield name, ", ".join([*figures, f"{photos / (time.perf_counter() - begun):,.0f}/s"])

    def claim_and_settle(self, place: Place, *, step: int) -> Place:
        """The next ones of the first host; the place of the last."""
        with writing(self.engine) as connection:
            claims = image_claims.claim_ranges(
                connection, [Range(1, step, place, END)], worker_id="bench", now=self.now
            )
        with writing(self.engine) as connection:
            vehicle_images.store(connection, [_stored(each) for each in claims], now=self.now)
        if len(claims) < step:
            raise SystemExit("the first host has no more rows: begin with more")
        return claims[-1].place

    def beside_snapshot(self, number: int) -> Iterator[tuple[str, str]]:
        """Somebody looks at the table as it was, so that no dead row version may go."""
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as old:
            old.execute(text("SELECT count(*) FROM hosts"))
            place, done = HEAD, 0
            while done < number:
                done, place = done + 1000, self.claim_and_settle(place, step=1000)
            went_on = self.claims([Range(1, _CLAIMED, place, END)])
            yield f"claim 100 after {done:,} claims beside an old snapshot, going on", self.cost(went_on)
            yield "the same from the head, once a minute", self.cost(self.claims([Range(1, _CLAIMED, HEAD, END)]))
            yield "look for hosts then", self.cost(_look_for_hosts)

    def with_waiting_rows(self) -> Iterator[tuple[str, str]]:
        """Of the first host, half of them beyond the cap."""
        for priority, in_hours in ((4, 2), (9, 1)):
            with writing(self.engine) as connection:
                connection.execute(
                    text(
                        "UPDATE vehicle_images SET next_attempt_at = :later, priority = :priority WHERE id IN"  # noqa: S608
                        f" (SELECT id FROM vehicle_images WHERE {IMAGE_READY} AND host_id = 1 AND priority = 4"
                        f" LIMIT {min(_WAITING, self.many.images // 100)})"
                    ),
                    {"later": _stamp(self.engine, self.now + timedelta(hours=in_hours)), "priority": priority},
                )
        yield "claim 100 where many wait", self.cost(self.claims([Range(1, _CLAIMED, HEAD, END)]))
        yield "wake nothing", self.cost(lambda connection: due_images.wake(connection, now=self.now))
        later = self.now + timedelta(hours=3)
        yield "wake a thousand", self.cost(lambda connection: due_images.wake(connection, now=later))
        yield "when the first comes due", self.cost(due_images.next_wake)
        yield "look for hosts where many wait", self.cost(_look_for_hosts)

    def _server_seconds(self) -> float:
        """Of the one server process that the pool's one connection in use talks to."""
        if self.engine.dialect.name == "sqlite":
            return 0.0
        with self.engine.connect() as connection:
            process_id = connection.scalar(text("SELECT pg_backend_pid()"))
        fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def main() -> None:
    """Fill, measure, tell; one size after the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000])
    parser.add_argument("--postgresql", action="store_true", help="its own server in place of SQLite")
    parser.add_argument("--beside-snapshot", type=int, default=0, help="claims beside an old snapshot; PostgreSQL only")
    options = parser.parse_args()
    for rows in options.rows:
        many, now = Many(rows), datetime.now(UTC)
        with (
            tempfile.TemporaryDirectory(prefix="claim-bench-") as folder,
            own_database(Path(folder), postgresql=options.postgresql) as url,
        ):
            engine = open_database(url)
            upgrade(engine)
            begun = time.monotonic()
            fill(engine, many, now=now)
            with writing(engine) as connection:
                workers.register(connection, worker_id="bench", machine="bench", now=now)
            print(f"\n{rows:,} rows in {engine.dialect.name}, filled in {time.monotonic() - begun:.0f} s\n", flush=True)
            print("| what | |\n|---|---|")
            beside = min(options.beside_snapshot, rows // 25) if options.postgresql else 0
            for what, figure in Bench(engine, many, now).run(beside_snapshot=beside):
                print(f"| {what} | {figure} |", flush=True)
            engine.dispose()


def _figures(engine: Engine, cost: Cost) -> str:
    if engine.dialect.name == "sqlite":
        return f"{cost.steps:,} steps"
    return f"{cost.rows:,} rows, {cost.blocks:,} blocks"


def _look_for_hosts(connection: Connection) -> object:
    return due_images.hosts_with_ready(connection, random=Random(1))  # noqa: S311 (no secret)


def _choose(connection: Connection, *, max_images: int | None = None) -> object:
    return chosen.with_ready_images(connection, limit=100, max_images=max_images)


def _stamp(engine: Engine, moment: datetime) -> object:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if engine.dialect.name == "sqlite" else moment


def _stored(claimed: ImageClaim) -> StoredImage:
    digest = f"{claimed.image_id:064x}"
    return StoredImage(
        claimed,
        storage_path=f"{digest[-2:]}/{digest[-4:-2]}/{digest}.jpg",
        image_url=f"/i/{claimed.image_id}",
        file_hash=digest,
        file_size=190_000,
        mime_type="image/jpeg",
        width=1200,
        height=900,
        thumbhash="3OcRJYB4d3h/iIeHeEh3eIhw+j3A",
        dhash="0123456789abcdef",
        etag='"5f3e-18a"',
        last_modified="Tue, 03 Feb 2026 10:00:00 GMT",
    )


if __name__ == "__main__":
    main()
