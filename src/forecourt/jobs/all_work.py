"""Listings and photos as one kind of work, so that one worker with one set of host leases does both."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from forecourt import backfill, importer
from forecourt.db.hosts import Room
from forecourt.db.image_claims import ImageClaim
from forecourt.db.import_queue import QueueClaim
from forecourt.jobs.import_work import ImportWork
from forecourt.jobs.photo_work import PhotoWork
from forecourt.schedule import EXPIRING

Claim: TypeAlias = QueueClaim | ImageClaim
Settlement: TypeAlias = importer.Settlement | backfill.Settlement


@dataclass
class AllWork:
    """Listings first: each of them shows photos at once. Before them only photos that will not wait."""

    imports: ImportWork
    photos: PhotoWork

    def wake(self, connection: Connection, *, now: datetime) -> None:
        """Make ready what has come due."""
        self.imports.wake(connection, now=now)
        self.photos.wake(connection, now=now)

    def hosts_with_work(self, connection: Connection) -> Sequence[int]:
        """Of either kind."""
        photos = self.photos.ready_hosts(connection)
        expiring = (each.host_id for each in photos if each.priority == EXPIRING)
        both = (*expiring, *self.imports.hosts_with_work(connection), *(each.host_id for each in photos))
        return list(dict.fromkeys(both))

    def next_wake(self, connection: Connection) -> datetime | None:
        """Of either kind."""
        moments = (self.imports.next_wake(connection), self.photos.next_wake(connection))
        return min((moment for moment in moments if moment), default=None)

    def claim(self, connection: Connection, rooms: Sequence[Room], *, worker_id: str, now: datetime) -> Sequence[Claim]:
        """A host's listings, then its photos; those that expire before them."""
        claims: list[Claim] = []
        for claim in (self.photos.claim_expiring, self.imports.claim, self.photos.claim):
            claims += claim(connection, _left(rooms, claims), worker_id=worker_id, now=now)
        return claims

    async def do(self, claim: Claim) -> Settlement:
        """As its kind does."""
        return await (self.imports.do(claim) if isinstance(claim, QueueClaim) else self.photos.do(claim))

    def broke(self, claim: Claim, error: Exception) -> Settlement:
        """As its kind does."""
        return self.imports.broke(claim, error) if isinstance(claim, QueueClaim) else self.photos.broke(claim, error)

    def settle(
        self, connection: Connection, settlements: Sequence[Settlement], *, now: datetime
    ) -> Sequence[Settlement]:
        """Each as its kind does, in one transaction; the photos first, which hold their vehicles first of all."""
        listings, photos = _sorted(settlements)
        settled = self.photos.settle(connection, photos, now=now)
        return [*self.imports.settle(connection, listings, now=now), *settled]

    def settled(self, settlements: Sequence[Settlement]) -> None:
        """Count them, show them."""
        listings, photos = _sorted(settlements)
        self.imports.settled(listings)
        self.photos.settled(photos)

    def hand_back(self, connection: Connection, claims: Sequence[Claim]) -> None:
        """Let others have what was not begun or not finished."""
        self.imports.hand_back(connection, [each for each in claims if isinstance(each, QueueClaim)])
        self.photos.hand_back(connection, [each for each in claims if isinstance(each, ImageClaim)])


def _left(rooms: Sequence[Room], claims: Sequence[Claim]) -> list[Room]:
    taken = Counter(claim.host_id for claim in claims)
    left = (replace(room, most=room.most - taken[room.host_id]) for room in rooms)
    return [room for room in left if room.most > 0]


def _sorted(settlements: Sequence[Settlement]) -> tuple[list[importer.Settlement], list[backfill.Settlement]]:
    listings = [each for each in settlements if isinstance(each, importer.Settlement)]
    return listings, [each for each in settlements if not isinstance(each, importer.Settlement)]
