"""Rounds in which everybody takes a turn, and what is left of them: medians, start-up removed."""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.contestant import Contestant, Task
from bench.measure import CommandFailed, Measured, measure
from bench.nginx import Nginx


@dataclass(frozen=True)
class Turn:
    """One run of one contestant.

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


@dataclass
class Line:
    """All turns of one contestant; `starts` are those with a single photo."""

    contestant: Contestant
    photos: int
    starts: list[Turn]
    turns: list[Turn]

    @property
    def start_seconds(self) -> float:
        """What it takes before and after its work."""
        return median(turn.measured.seconds for turn in self.starts)

    @property
    def photos_per_second(self) -> float:
        """Start-up removed."""
        return (self.photos - 1) / (median(turn.measured.seconds for turn in self.turns) - self.start_seconds)

    @property
    def cpu_ms(self) -> float:
        """Of one photo, start-up removed; the same figure is seconds per 1,000."""
        return self._a_photo(lambda turn: turn.measured.cpu_seconds)

    @property
    def server_cpu_ms(self) -> float:
        """The database server's, of one photo."""
        return self._a_photo(lambda turn: turn.server_cpu_seconds)

    @property
    def nginx_cpu_ms(self) -> float:
        """The web server's, of one photo."""
        return self._a_photo(lambda turn: turn.nginx_cpu_seconds)

    @property
    def peak_bytes(self) -> int:
        """The highest of all turns."""
        return max(turn.measured.peak_bytes for turn in self.turns)

    @property
    def requests_a_photo(self) -> float:
        """As the web server counted."""
        return median(turn.answers for turn in self.turns) / self.photos

    def _a_photo(self, figure: Callable[[Turn], float]) -> float:
        start = median(map(figure, self.starts))
        return 1000 * (median(map(figure, self.turns)) - start) / (self.photos - 1)


def run_rounds(
    contestants: Sequence[Contestant],
    task: Task,
    nginx: Nginx,
    *,
    rounds: int,
    folder: Path,
    tell: Callable[[str], None],
) -> list[Line]:
    """Each round begins with another contestant, so that nobody always follows the same one.

    Raises:
        CommandFailed: One did not end well, or has not stored all photos.
    """
    lines = [Line(each, len(task.urls), [], []) for each in contestants]
    single = Task([task.vehicles[0][:1]], 1, task.concurrency, task.authority)
    for number in range(rounds):
        for line in (*lines[number % len(lines) :], *lines[: number % len(lines)]):
            line.starts.append(_turn(line.contestant, single, nginx, folder))
            turn = _turn(line.contestant, task, nginx, folder)
            line.turns.append(turn)
            tell(
                f"round {number + 1}  {line.contestant.name:<28} {turn.measured.seconds:7.2f} s"
                f"  {turn.measured.cpu_seconds:7.2f} CPU-s  {turn.measured.peak_bytes / 1e6:5.0f} MB"
            )
    return lines


def _turn(contestant: Contestant, task: Task, nginx: Nginx, folder: Path) -> Turn:
    with tempfile.TemporaryDirectory(prefix="turn-", dir=folder, ignore_cleanup_errors=True) as name:
        prepared = contestant.prepare(task, Path(name))
        os.sync()  # what was written before is not written at the cost of this turn
        nginx.forget_requests()
        before = contestant.server_cpu_seconds(), nginx.cpu_seconds()
        measured = measure(prepared.command)
        after = contestant.server_cpu_seconds(), nginx.cpu_seconds()
        stored, answers = prepared.stored(), nginx.requests()
        shutil.rmtree(prepared.store)
    if stored != len(task.urls):
        raise CommandFailed(f"{contestant.name} has stored {stored} of {len(task.urls)} photos")
    return Turn(measured, stored, len(answers), after[0] - before[0], after[1] - before[1])
