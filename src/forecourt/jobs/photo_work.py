"""Rows of vehicle_images as work for the worker: of all vehicles, or of some that were chosen before."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from sqlalchemy import Connection

from forecourt import backfill, settling
from forecourt.db import due_images, image_claims, probes, vehicle_images
from forecourt.db.due_images import ReadyHost
from forecourt.db.engine import database_now
from forecourt.db.hosts import Room
from forecourt.db.image_claims import ImageClaim
from forecourt.errors import StoreUnavailable, TransientError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.client import Fetcher
from forecourt.host_rules import HostRules
from forecourt.jobs.disk_floor import DiskFloor
from forecourt.jobs.due_photos import DuePhotos
from forecourt.jobs.photo_claims import PhotoClaims
from forecourt.jobs.tally import Tally
from forecourt.photo.verify import Verifier
from forecourt.schedule import PRIMARY
from forecourt.settings import Settings
from forecourt.storage import PhotoStore

_LOOK_AGAIN_SECONDS = 10.0
_REST_BETWEEN_LOOKS = 30  # times as long as the last one took, at least


@dataclass
class PhotoWork:
    """Every photo that is due, of whatever vehicle.

    Attributes:
        progress: Called with the tally after each batch.
        rules: Where photos obey robots.txt.
    """

    settings: Settings
    fetcher: Fetcher
    verifier: Verifier
    photos: PhotoStore
    progress: Callable[[Tally], None]
    tally: Tally = field(default_factory=Tally)
    random: Random = field(default_factory=Random)
    rules: HostRules | None = None

    def __post_init__(self) -> None:
        """Hold nothing yet, know nothing of the disk."""
        self._claims = PhotoClaims(self.settings.max_images_per_vehicle)
        self._floor = DiskFloor(self.settings, self.photos)

    def wake(self, connection: Connection, *, now: datetime) -> None:
        """Make ready what has come due."""
        due_images.wake(connection, now=now)

    def ready_hosts(self, connection: Connection) -> list[ReadyHost]:
        """Those with photos that will not be there for long first; else in random order, so that workers take turns."""
        found = self._claims.hosts_with_ready(connection, random=self.random, now=database_now(connection))
        self.random.shuffle(found)
        return sorted(found, key=lambda each: min(each.priority, PRIMARY))

    def hosts_with_work(self, connection: Connection) -> Sequence[int]:
        """In the order in which they are leased where there are more than a worker can hold."""
        return [each.host_id for each in self.ready_hosts(connection)]

    def next_wake(self, connection: Connection) -> datetime | None:
        """When the first waiting image comes due."""
        return due_images.next_wake(connection)

    def claim(
        self, connection: Connection, rooms: Sequence[Room], *, worker_id: str, now: datetime
    ) -> Sequence[ImageClaim]:
        """The first of each host, in the order of schedule.py."""
        rest = [room for room in rooms if not room.is_probe]
        found = [probes.image(connection, room.host_id, random=self.random) for room in rooms if room.is_probe]
        ones = [image_id for image_id in found if image_id is not None]
        return [
            *image_claims.claim(connection, ones, worker_id=worker_id, now=now),
            *self._claims.claim(connection, rest, worker_id=worker_id, now=now),
        ]

    def claim_expiring(
        self, connection: Connection, rooms: Sequence[Room], *, worker_id: str, now: datetime
    ) -> Sequence[ImageClaim]:
        """Of these only such whose URLs say when they die; one that probes its host is left to `claim`."""
        rest = [room for room in rooms if not room.is_probe]
        return self._claims.claim(connection, rest, worker_id=worker_id, now=now, only_expiring=True)

    async def do(self, claim: ImageClaim) -> backfill.Settlement:
        """Fetch, verify, store the bytes."""
        self._floor.check()
        try:
            return await backfill.backfill_one(
                claim, fetcher=self.fetcher, verifier=self.verifier, store=self.photos, rules=self.rules
            )
        except OSError as error:  # a stranger's is a Trouble by now: this is about our own scratch folder
            raise StoreUnavailable(f"{self.settings.store_url}: {error.strerror or type(error).__name__}") from error

    def broke(self, claim: ImageClaim, error: Exception) -> backfill.Settlement:
        """A bug of ours counts on this photo, so that it cannot hold up the others."""
        return backfill.Failed(claim, TransientError(FailureKind.INTERNAL_ERROR, f"{type(error).__name__}: {error}"))

    def settle(
        self, connection: Connection, settlements: Sequence[backfill.Settlement], *, now: datetime
    ) -> Sequence[backfill.Settlement]:
        """Write down how they ended."""
        return settling.settle(
            connection,
            settlements,
            shown_at=lambda image_id, path: self.photos.url(path) or f"/i/{image_id}",
            cap=self.settings.max_images_per_vehicle,
            now=now,
            random=self.random,
        )

    def settled(self, settlements: Sequence[backfill.Settlement]) -> None:
        """Count them, show them."""
        for settlement in settlements:
            self.tally.count(settlement)
        self.progress(self.tally)

    def hand_back(self, connection: Connection, claims: Sequence[ImageClaim]) -> None:
        """Let others have what was not begun or not finished."""
        vehicle_images.hand_back(connection, claims)


@dataclass
class ChosenPhotoWork(PhotoWork):
    """The photos of chosen vehicles: each one's first `max_images` living ones, 0 for all.

    Attributes:
        batch_size: The most vehicles per claim.
    """

    vehicle_ids: Sequence[int] = ()
    max_images: int = 0
    batch_size: int = 10
    image_ids: frozenset[int] | None = None
    _due: DuePhotos = field(default_factory=DuePhotos)
    _look_again_at: float = 0.0

    def hosts_with_work(self, connection: Connection) -> Sequence[int]:
        """Of the chosen vehicles only, the most urgent photo's host first."""
        if time.monotonic() >= self._look_again_at or not self._due.hosts():
            self._look(connection)
        return self._due.hosts()

    def next_wake(self, connection: Connection) -> datetime | None:
        """When the first of theirs comes due."""
        return due_images.next_wake(connection, vehicle_ids=self.vehicle_ids, max_images=self.max_images)

    def claim(
        self, connection: Connection, rooms: Sequence[Room], *, worker_id: str, now: datetime
    ) -> Sequence[ImageClaim]:
        """The first of each host, of `batch_size` vehicles at most."""
        chosen: list[int] = []
        for room in rooms:
            if room.is_probe:
                chosen += self._one(connection, room)
            else:
                chosen += self._due.take(room.host_id, most=room.most, most_vehicles=self.batch_size)
        return image_claims.claim(connection, chosen, worker_id=worker_id, now=now)

    def _one(self, connection: Connection, room: Room) -> list[int]:
        first = self._due.first(room.host_id, probes.MOST_LOOKED_AT)
        image_id = probes.image_among(connection, first, random=self.random)
        if image_id is None:
            return []
        self._due.take_one(room.host_id, image_id)
        return [image_id]

    def _look(self, connection: Connection) -> None:
        """Read what is ready of all of them: where they are many that takes a while, and is done more seldom."""
        begun = time.monotonic()
        self._due = DuePhotos()  # not both at once: they may be many
        self._due = DuePhotos(
            due
            for due in due_images.due_of(connection, self.vehicle_ids, max_images=self.max_images)
            if self.image_ids is None or due.image_id in self.image_ids
        )
        ended = time.monotonic()
        self._look_again_at = ended + max(_LOOK_AGAIN_SECONDS, _REST_BETWEEN_LOOKS * (ended - begun))
