"""Listings and photos as one kind of work, so that one worker with one set of host leases does both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from forecourt import backfill, importer
from forecourt.db.image_claims import ImageClaim
from forecourt.db.import_queue import QueueClaim
from forecourt.importer import Imported, NotImported, Vanished
from forecourt.jobs.import_work import ImportWork
from forecourt.jobs.photo_work import PhotoWork

Claim: TypeAlias = QueueClaim | ImageClaim
Settlement: TypeAlias = importer.Settlement | backfill.Settlement


@dataclass
class AllWork:
    """Listings first: each of them shows photos at once."""

    imports: ImportWork
    photos: PhotoWork

    def wake(self, connection: Connection, *, now: datetime) -> None:
        """Make ready what has come due."""
        self.imports.wake(connection, now=now)
        self.photos.wake(connection, now=now)

    def hosts_with_work(self, connection: Connection) -> Sequence[int]:
        """Of either kind."""
        both = (*self.imports.hosts_with_work(connection), *self.photos.hosts_with_work(connection))
        return list(dict.fromkeys(both))

    def next_wake(self, connection: Connection) -> datetime | None:
        """Of either kind."""
        moments = (self.imports.next_wake(connection), self.photos.next_wake(connection))
        return min((moment for moment in moments if moment), default=None)

    def claim(self, connection: Connection, host_id: int, *, limit: int, worker_id: str) -> Sequence[Claim]:
        """A host's listings, then its photos."""
        listings = self.imports.claim(connection, host_id, limit=limit, worker_id=worker_id)
        rest = limit - len(listings)
        photos = self.photos.claim(connection, host_id, limit=rest, worker_id=worker_id) if rest else ()
        return [*listings, *photos]

    async def do(self, claim: Claim) -> Settlement:
        """As its kind does."""
        return await (self.imports.do(claim) if isinstance(claim, QueueClaim) else self.photos.do(claim))

    def broke(self, claim: Claim, error: Exception) -> Settlement:
        """As its kind does."""
        return self.imports.broke(claim, error) if isinstance(claim, QueueClaim) else self.photos.broke(claim, error)

    def settle(
        self, connection: Connection, settlements: Sequence[Settlement], *, now: datetime
    ) -> Sequence[Settlement]:
        """Each as its kind does, in one transaction."""
        listings, photos = _sorted(settlements)
        return [
            *self.imports.settle(connection, listings, now=now),
            *self.photos.settle(connection, photos, now=now),
        ]

    def settled(self, settlements: Sequence[Settlement]) -> None:
        """Count them, show them."""
        listings, photos = _sorted(settlements)
        self.imports.settled(listings)
        self.photos.settled(photos)

    def hand_back(self, connection: Connection, claims: Sequence[Claim]) -> None:
        """Let others have what was not begun or not finished."""
        self.imports.hand_back(connection, [each for each in claims if isinstance(each, QueueClaim)])
        self.photos.hand_back(connection, [each for each in claims if isinstance(each, ImageClaim)])


def _sorted(settlements: Sequence[Settlement]) -> tuple[list[importer.Settlement], list[backfill.Settlement]]:
    listings = [each for each in settlements if isinstance(each, Imported | NotImported | Vanished)]
    return listings, [each for each in settlements if not isinstance(each, Imported | NotImported | Vanished)]
