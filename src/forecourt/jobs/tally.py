"""What a run did, counted as it is committed."""

from collections import Counter
from dataclasses import dataclass, field

from forecourt.backfill import Failed, Moved, Settlement, Stored
from forecourt.errors import HostTrouble


@dataclass
class VehicleTally:
    """One vehicle's part of a run."""

    asked: int = 0
    stored: int = 0
    first_trouble: str | None = None


@dataclass
class Tally:
    """The whole run's.

    Attributes:
        failed: Photos that a failure was counted on, by kind.
        waiting: Photos that wait for their host, by kind.
    """

    stored: int = 0
    stored_bytes: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    vehicles: dict[int, VehicleTally] = field(default_factory=dict)

    def count(self, settlement: Settlement) -> None:
        """Add one image; one that moved to another host is not done yet."""
        if isinstance(settlement, Moved):
            return
        vehicle = self.vehicles.setdefault(settlement.claim.vehicle_id, VehicleTally())
        vehicle.asked += 1
        match settlement:
            case Stored(photo=photo):
                self.stored += 1
                self.stored_bytes += photo.size
                vehicle.stored += 1
            case Failed(error=error):
                group = self.waiting if isinstance(error, HostTrouble) else self.failed
                group[error.kind] += 1
                vehicle.first_trouble = vehicle.first_trouble or str(error)

    def add(self, other: "Tally") -> None:
        """Add another run, but for its vehicles."""
        self.stored += other.stored
        self.stored_bytes += other.stored_bytes
        self.failed += other.failed
        self.waiting += other.waiting

    @property
    def done(self) -> int:
        """Photos that were brought to some end."""
        return self.stored + self.failed.total() + self.waiting.total()
