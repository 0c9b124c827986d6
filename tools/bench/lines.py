"""What was measured of each entry, and what is left of it: medians, start-up removed."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench.contestant import Contestant, Task
from bench.measure import Measured
from bench.nginx import Nginx


@dataclass(frozen=True)
class Entry:
    """One line of the table: who does what, against which server.

    Args:
        at: Where on the axis of a chart of growth it stands.
    """

    name: str
    contestant: Contestant
    task: Task
    nginx: Nginx
    at: float = 0


@dataclass(frozen=True)
class Turn:
    """One run.

    Attributes:
        answers: Requests that the web server has answered.
        server_cpu_seconds: What a database server took beside it.
        nginx_cpu_seconds: What the web server took, on the same machine.
    """

    measured: Measured
    stored: int
    answers: int
    server_cpu_seconds: float
    nginx_cpu_seconds: float


@dataclass(frozen=True)
class Line:
    """All turns of one entry; `starts` are those with a single photo."""

    entry: Entry
    starts: list[Turn]
    turns: list[Turn]

    @property
    def stored(self) -> int:
        """The fewest of all turns."""
        return min(turn.stored for turn in self.turns)

    @property
    def start_seconds(self) -> float:
        """What a run with one photo takes, from the start of the command to its end."""
        return median(turn.measured.seconds for turn in self.starts)

    @property
    def photos_per_second(self) -> float:
        """Start-up removed; 0 where the run was too short to tell."""
        return median(self._rate(turn) for turn in self.turns)

    @property
    def cpu_ms(self) -> float:
        """Of one photo, start-up removed; the same figure is seconds per 1,000."""
        return self._of_a_photo(lambda turn: turn.measured.cpu_seconds)

    @property
    def all_cpu_ms(self) -> float:
        """Of one photo, with the database server's."""
        return self.cpu_ms + self.server_cpu_ms

    @property
    def server_cpu_ms(self) -> float:
        """The database server's, of one photo."""
        return self._of_a_photo(lambda turn: turn.server_cpu_seconds)

    @property
    def nginx_cpu_ms(self) -> float:
        """The web server's, of one photo."""
        return self._of_a_photo(lambda turn: turn.nginx_cpu_seconds)

    @property
    def peak_bytes(self) -> int:
        """The highest of all turns."""
        return max(turn.measured.peak_bytes for turn in self.turns)

    @property
    def requests_a_photo(self) -> float:
        """As the web server counted."""
        return median(turn.answers for turn in self.turns) / len(self.entry.task.urls)

    def _of_a_photo(self, figure: Callable[[Turn], float]) -> float:
        start = median(map(figure, self.starts))
        return median(1000 * (figure(turn) - start) / max(turn.stored - 1, 1) for turn in self.turns)

    def _rate(self, turn: Turn) -> float:
        seconds = turn.measured.seconds - self.start_seconds
        return (turn.stored - 1) / seconds if seconds > 0 else 0.0
