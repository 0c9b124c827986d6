"""The outcome words of the catalogue of cases, as what is written into a row."""

from dataclasses import dataclass

HOUR = 3600.0


@dataclass(frozen=True)
class Outcome:
    """What becomes of a row at its first try.

    Attributes:
        waits: Seconds from the try to the next one, from and to; None for no next one.
        host_waits: The host waits as long, and nothing is counted on the photo.
    """

    status: str
    kind: str | None
    failures: int
    waits: tuple[float, float] | None
    host_waits: bool = False

    @property
    def written(self) -> tuple[str, str | None, int]:
        """As it stands in the row."""
        return (self.status, self.kind, self.failures)


STORED = Outcome("stored", None, 0, None)
GONE_ONCE = Outcome("pending", "gone", 1, (24 * HOUR, 24 * HOUR))


def later(kind: str) -> Outcome:
    """Pending, in a minute; jitter adds up to a fifth."""
    return Outcome("pending", kind, 1, (60, 72))


def host_waits(kind: str, *, seconds: float = 60, jitter: float = 1.2) -> Outcome:
    """The host is left alone for a while."""
    return Outcome("pending", kind, 0, (seconds, seconds * jitter), host_waits=True)


def blocked(kind: str = "blocked") -> Outcome:
    """Another look after six hours."""
    return Outcome("blocked", kind, 1, (6 * HOUR, 7.2 * HOUR))


def rejected(kind: str) -> Outcome:
    """Final."""
    return Outcome("rejected", kind, 1, None)


REFUSED_URL = rejected("forbidden_url")
REFUSED_ADDRESS = rejected("forbidden_address")
