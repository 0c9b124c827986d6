"""Rows of vehicle_images as work for the worker: of all vehicles, or of some that were chosen before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from sqlalchemy import Connection

from forecourt import backfill
from forecourt.db import image_claims, vehicle_images
from forecourt.db.image_claims import Due, ImageClaim
from forecourt.errors import StoreUnavailable, TransientError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.client import Fetcher
from forecourt.jobs.tally import Tally
from forecourt.photo.verify import Verifier
from forecourt.settings import Settings
from forecourt.storage import PhotoStore


@dataclass
class PhotoWork:
    """Every photo that is due, of whatever vehicle.

    Attributes:
        progress: Called with the tally after each batch.
    """

    settings: Settings
    fetcher: Fetcher
    verifier: Verifier
    photos: PhotoStore
    progress: Callable[[Tally], None]
    tally: Tally = field(default_factory=Tally)
    random: Random = field(default_factory=Random)

    def wake(self, connection: Connection, *, now: datetime) -> None:
        """Make ready what has come due."""
        image_claims.wake(connection, now=now)

    def hosts_with_work(self, connection: Connection) -> Sequence[int]:
        """In random order, so that workers take turns among the hosts."""
        found = image_claims.hosts_with_ready(connection, limit=1000)
        self.random.shuffle(found)
        return found

    def next_wake(self, connection: Connection) -> datetime | None:
        """When the first waiting image comes due."""
        return image_claims.next_wake(connection)

    def claim(self, connection: Connection, host_id: int, *, limit: int, worker_id: str) -> Sequence[ImageClaim]:
        """The first of this host, in the order of schedule.py."""
        image_ids = image_claims.due_on(connection, host_id, limit=limit)
        return image_claims.claim(connection, image_ids, worker_id=worker_id)

    async def do(self, claim: ImageClaim) -> backfill.Settlement:
        """Fetch, verify, store the bytes."""
        free, least = self.photos.free_bytes(), self.settings.min_free_bytes
        if free is not None and free < least:
            raise StoreUnavailable(
                f"{free:,} bytes are free at {self.settings.store_url}, fewer than FORECOURT_MIN_FREE_BYTES ({least:,})"
            )
        try:
            return await backfill.backfill_one(claim, fetcher=self.fetcher, verifier=self.verifier, store=self.photos)
        except OSError as error:  # a stranger's is a Trouble by now: this is about our own scratch folder
            raise StoreUnavailable(f"{self.settings.store_url}: {error.strerror or type(error).__name__}") from error

    def broke(self, claim: ImageClaim, error: Exception) -> backfill.Settlement:
        """A bug of ours counts on this photo, so that it cannot hold up the others."""
        return backfill.Failed(claim, TransientError(FailureKind.INTERNAL_ERROR, f"{type(error).__name__}: {error}"))

    def settle(
        self, connection: Connection, settlements: Sequence[backfill.Settlement], *, now: datetime
    ) -> Sequence[backfill.Settlement]:
        """Write down how they ended."""
        changed = backfill.settle(
            connection,
            settlements,
            shown_at=lambda image_id, path: self.photos.url(path) or f"/i/{image_id}",
            cap=self.settings.max_images_per_vehicle,
            now=now,
            random=self.random,
        )
        return [each for each in settlements if each.claim.image_id in changed]

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
    _due: list[Due] = field(default_factory=list)

    def hosts_with_work(self, connection: Connection) -> Sequence[int]:
        """Of the chosen vehicles only, the most urgent photo's host first."""
        self._due = image_claims.due_of(connection, self.vehicle_ids, max_images=self.max_images)
        if self.image_ids is not None:
            self._due = [due for due in self._due if due.image_id in self.image_ids]
        return list(dict.fromkeys(due.host_id for due in self._due))

    def next_wake(self, connection: Connection) -> datetime | None:
        """When the first of theirs comes due."""
        return image_claims.next_wake(connection, vehicle_ids=self.vehicle_ids)

    def claim(self, connection: Connection, host_id: int, *, limit: int, worker_id: str) -> Sequence[ImageClaim]:
        """The first of this host, of `batch_size` vehicles at most."""
        vehicles: set[int] = set()
        chosen: list[Due] = []
        for due in (due for due in self._due if due.host_id == host_id):
            if len(chosen) == limit or len(vehicles | {due.vehicle_id}) > self.batch_size:
                break
            vehicles.add(due.vehicle_id)
            chosen.append(due)
        taken = {due.image_id for due in chosen}
        self._due = [due for due in self._due if due.image_id not in taken]
        return image_claims.claim(connection, [due.image_id for due in chosen], worker_id=worker_id)
