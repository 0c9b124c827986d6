"""What the loop asks of a kind of work. There are two kinds: rows of import_queue and rows of vehicle_images."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from forecourt.db.hosts import Room


class Claimed(Protocol):
    """What the loop must know of a claim."""

    @property
    def host_id(self) -> int:
        """The host that it will ask first."""


ClaimT = TypeVar("ClaimT", bound=Claimed)
SettlementT = TypeVar("SettlementT")


class Work(Protocol[ClaimT, SettlementT]):
    """A kind of row that is claimed, done and settled."""

    def wake(self, connection: Connection, *, now: datetime) -> object:
        """Make ready what has come due."""

    def hosts_with_work(self, connection: Connection) -> Sequence[int]:
        """Hosts that have something ready; whether they are free is not asked here."""

    def next_wake(self, connection: Connection) -> datetime | None:
        """When the first row that waits comes due."""

    def claim(
        self, connection: Connection, rooms: Sequence[Room], *, worker_id: str, now: datetime
    ) -> Sequence[ClaimT]:
        """Take ready rows of hosts that we hold, as many as there is room for."""

    async def do(self, claim: ClaimT) -> SettlementT:
        """Bring one row to an end, outside the database."""

    def broke(self, claim: ClaimT, error: Exception) -> SettlementT:
        """What to settle where `do` met a bug of ours."""

    def settle(
        self, connection: Connection, settlements: Sequence[SettlementT], *, now: datetime
    ) -> Sequence[SettlementT]:
        """Write down how they ended, in one transaction with the rest of the batch; those that the fence let pass."""

    def settled(self, settlements: Sequence[SettlementT]) -> None:
        """These took effect and are committed: count them, show them."""

    def hand_back(self, connection: Connection, claims: Sequence[ClaimT]) -> None:
        """Let others have what was not begun or not finished."""
