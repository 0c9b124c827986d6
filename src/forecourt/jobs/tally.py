"""What a run did, counted as it is committed."""

from collections import Counter
from dataclasses import dataclass, field

from forecourt.backfill import Damaged, Failed, Moved, Settlement, Stored
from forecourt.errors import DecoderDied, HostTrouble
from forecourt.failure_kinds import FailureKind
from forecourt.schedule import Verdict


@dataclass(slots=True)
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
        waiting: Photos that wait without a failure, for their host or after deaths, by kind.
    """

    stored: int = 0
    stored_bytes: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    vehicles: dict[int, VehicleTally] = field(default_factory=dict)

    def count(self, settlement: Settlement) -> None:
        """Add one image. One that moved to another host, or may be asked for again at once, is not done yet."""
        if isinstance(settlement, Moved) or (isinstance(settlement, Failed) and _is_due_at_once(settlement.verdict)):
            return
        vehicle = self.vehicles.setdefault(settlement.claim.vehicle_id, VehicleTally())
        vehicle.asked += 1
        match settlement:
            case Stored(photo=photo):
                self.stored += 1
                self.stored_bytes += photo.size
                vehicle.stored += 1
            case Damaged(detail=detail):
                self.failed[FailureKind.DAMAGED] += 1
                vehicle.first_trouble = vehicle.first_trouble or f"{FailureKind.DAMAGED}: {detail}"
            case Failed(error=error, verdict=verdict):
                waits = isinstance(error, HostTrouble) or (isinstance(error, DecoderDied) and not _is_final(verdict))
                group = self.waiting if waits else self.failed
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


def _is_final(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.is_final


def _is_due_at_once(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.is_due_at_once
