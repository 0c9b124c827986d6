"""Rows of import_queue as work for the worker."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from sqlalchemy import Connection

from forecourt import importer
from forecourt.db import import_queue
from forecourt.db.database import Database
from forecourt.db.hosts import Room
from forecourt.db.import_queue import QueueClaim
from forecourt.errors import TransientError
from forecourt.failure_kinds import FailureKind
from forecourt.importer import Imported, Moved, NotImported, Vanished
from forecourt.pages import PageReader


@dataclass
class ImportWork:
    """Every listing URL that is due, or those of some organizations.

    Attributes:
        most: How many to read in this run, those that were read under another worker id included; None is all.
        batch_size: The most per claim.
        progress: Called with this after each batch.
    """

    reader: PageReader
    database: Database
    cap: int
    progress: Callable[["ImportWork"], None]
    organization_ids: Collection[int] | None = None
    most: int | None = None
    batch_size: int = 40
    imported: list[Imported] = field(default_factory=list)
    failed: list[NotImported] = field(default_factory=list)
    vanished: list[Vanished] = field(default_factory=list)
    random: Random = field(default_factory=Random)
    _begun: set[int] = field(default_factory=set)  # and not settled yet

    @property
    def done(self) -> int:
        """Listings that were brought to some end."""
        return len(self.imported) + len(self.failed) + len(self.vanished)

    def wake(self, connection: Connection, *, now: datetime) -> None:
        """Make ready what has come due."""
        import_queue.wake(connection, now=now)

    def hosts_with_work(self, connection: Connection) -> Sequence[int]:
        """In random order, so that workers take turns among the hosts."""
        if self._is_enough():
            return []
        found = import_queue.hosts_with_ready(
            connection, organization_ids=self.organization_ids, limit=1000, random=self.random
        )
        self.random.shuffle(found)
        return found

    def next_wake(self, connection: Connection) -> datetime | None:
        """When the first row that waits comes due."""
        if self._is_enough():
            return None
        return import_queue.next_wake(connection, organization_ids=self.organization_ids)

    def claim(
        self, connection: Connection, rooms: Sequence[Room], *, worker_id: str, now: datetime
    ) -> Sequence[QueueClaim]:
        """The first of each host, and of all no more than `most`: a claim that was rolled back does not count."""
        del now
        left = None
        if self.most is not None:
            left = self.most - self.done - len(import_queue.held(connection, worker_id=worker_id) | self._begun)
        claims: list[QueueClaim] = []
        for room in rooms:
            limit = min(room.most, self.batch_size)
            claims += import_queue.claim(
                connection,
                room.host_id,
                organization_ids=self.organization_ids,
                worker_id=worker_id,
                limit=limit if left is None else max(0, min(limit, left - len(claims))),
                is_probe=room.is_probe,
            )
        return claims

    async def do(self, claim: QueueClaim) -> importer.Settlement:
        """Fetch, read, save."""
        self._begun.add(claim.queue_id)
        return await importer.import_one(claim, reader=self.reader, database=self.database, cap=self.cap)

    def broke(self, claim: QueueClaim, error: Exception) -> importer.Settlement:
        """A bug of ours counts on this listing, so that it cannot hold up the others."""
        return NotImported(claim, TransientError(FailureKind.INTERNAL_ERROR, f"{type(error).__name__}: {error}"))

    def settle(
        self, connection: Connection, settlements: Sequence[importer.Settlement], *, now: datetime
    ) -> Sequence[importer.Settlement]:
        """Write down the failures; a listing that was imported is settled with its vehicle."""
        self._begun -= {each.claim.queue_id for each in settlements}
        return [each for each in settlements if self._settle(connection, each, now=now)]

    def settled(self, settlements: Sequence[importer.Settlement]) -> None:
        """Count them, show them."""
        for settlement in settlements:
            match settlement:
                case Imported():
                    self.imported.append(settlement)
                case Vanished():
                    self.vanished.append(settlement)
                case NotImported():
                    self.failed.append(settlement)
                case Moved():
                    pass  # it is still to be read
        self.progress(self)

    def hand_back(self, connection: Connection, claims: Sequence[QueueClaim]) -> None:
        """Let others have what was not begun or not finished."""
        import_queue.hand_back(connection, claims)
        self._begun -= {each.queue_id for each in claims}

    def _is_enough(self) -> bool:
        return self.most is not None and self.done + len(self._begun) >= self.most

    def _settle(self, connection: Connection, settlement: importer.Settlement, *, now: datetime) -> bool:
        match settlement:
            case Imported():
                return True
            case Vanished():
                return importer.settle_vanished(connection, settlement, cap=self.cap, now=now)
            case Moved():
                return importer.settle_moved(connection, settlement)
            case NotImported():
                return importer.settle_failure(connection, settlement, cap=self.cap, now=now, random=self.random)
