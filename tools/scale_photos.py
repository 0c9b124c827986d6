"""Photos claimed and settled as a worker does it, without their bytes: what one takes of worker and server."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TypeVar

from bench.cpu import own_cpu_seconds
from scale_looks import WORKER
from sqlalchemy import Connection, Engine, text

from forecourt.backfill import Settlement, Stored
from forecourt.db.engine import database_now, writing
from forecourt.db.hosts import Room
from forecourt.db.image_claims import HEAD, ImageClaim, Place
from forecourt.fetch.client import Download
from forecourt.jobs.photo_claims import PhotoClaims
from forecourt.photo.verify import VerifiedPhoto
from forecourt.settling import settle

_CAP = 20
T = TypeVar("T")


@dataclass
class Photos:
    """The photos of the largest hosts, one host after the other.

    Attributes:
        place: Of the last one that was claimed, at the host that it was claimed of.
    """

    engine: Engine
    now: datetime
    host_id: int = 1
    place: Place = HEAD
    _claims: PhotoClaims = field(default_factory=lambda: PhotoClaims(_CAP))
    _ours: float = 0.0

    def store(self, number: int, *, at_once: int) -> dict[str, float]:
        """Claim and settle so many; the processor time of each, ours and the server's, and the rate."""
        theirs, begun = self._server_seconds(), time.perf_counter()
        self._ours, done = 0.0, 0
        while done < number:
            done += self._some(min(at_once, number - done))
        took = time.perf_counter() - begun
        figures = {"photos": done, "worker_ms": round(1000 * self._ours / done, 4)}
        if self.engine.dialect.name == "postgresql":
            figures["server_ms"] = round(1000 * (self._server_seconds() - theirs) / done, 4)
        return figures | {"per_second": round(done / took)}

    def best_of_five(self, number: int, *, at_once: int) -> dict[str, float]:
        """The round in which others took the least of the machine."""
        rounds = [self.store(number // 5, at_once=at_once) for _ in range(5)]
        return min(rounds, key=lambda each: each["worker_ms"])

    def look_for_hosts(self, connection: Connection) -> object:
        """By the worker that has claimed them."""
        random = Random(1)  # noqa: S311 (no secret)
        return self._claims.hosts_with_ready(connection, random=random, now=database_now(connection))

    def _some(self, most: int) -> int:
        claims = self._timed(lambda connection: self._claim(connection, most))
        if not claims:
            self.host_id += 1
            return 0
        self.place = claims[-1].place
        settlements = [_stored(each) for each in claims]
        return len(self._timed(lambda connection: _settle(connection, settlements)))

    def _claim(self, connection: Connection, most: int) -> list[ImageClaim]:
        rooms = [Room(self.host_id, most)]
        return self._claims.claim(connection, rooms, worker_id=WORKER, now=database_now(connection))

    def _timed(self, change: Callable[[Connection], T]) -> T:
        """In a transaction of its own."""
        begun = time.process_time()
        with writing(self.engine) as connection:
            done = change(connection)
        self._ours += time.process_time() - begun
        return done

    def _server_seconds(self) -> float:
        """Of the one server process that the pool's one connection in use talks to."""
        if self.engine.dialect.name == "sqlite":
            return 0.0
        with self.engine.connect() as connection:
            process_id = connection.scalar(text("SELECT pg_backend_pid()"))
        return own_cpu_seconds(int(process_id or 0))


def _settle(connection: Connection, settlements: Sequence[Settlement]) -> Sequence[Settlement]:
    return settle(
        connection,
        settlements,
        shown_at=lambda image_id, _: f"/i/{image_id}",
        cap=_CAP,
        now=database_now(connection),
        random=Random(1),  # noqa: S311 (no secret)
    )


def _stored(claim: ImageClaim) -> Stored:
    digest = f"{claim.image_id:064x}"
    photo = VerifiedPhoto(
        digest, 190_000, "image/jpeg", "jpg", 1200, 900, "3OcRJYB4d3h/iIeHeEh3eIhw+j3A", "0123456789abcdef"
    )
    last_modified = "Tue, 03 Feb 2026 10:00:00 GMT"
    download = Download(
        Path("photo"), digest, photo.size, photo.mime_type, claim.source_url, '"5f3e-18a"', last_modified
    )
    return Stored(claim, photo, download)
