"""Rounds in which everybody takes a turn."""

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.contestant import Contestant, Task
from bench.lines import Entry, Line, Turn
from bench.measure import CommandFailed, measure
from bench.nginx import Nginx


def run_rounds(entries: Sequence[Entry], *, rounds: int, folder: Path, tell: Callable[[str], None]) -> list[Line]:
    """Each round begins with another entry, and every other one goes backwards: nobody always follows the same.

    Raises:
        CommandFailed: One did not end well, or has left many photos out.
    """
    lines = [Line(each, [], []) for each in entries]
    for number in range(rounds):
        order = (*lines[number % len(lines) :], *lines[: number % len(lines)])
        for line in order[:: -1 if number % 2 else 1]:
            entry = line.entry
            line.starts.append(take_turn(entry.contestant, entry.task.single(), entry.nginx, folder))
            turn = take_turn(entry.contestant, entry.task, entry.nginx, folder)
            line.turns.append(turn)
            tell(
                f"round {number + 1}  {entry.name:<34} {turn.measured.seconds:7.2f} s  {turn.stored:6} stored"
                f"  {turn.measured.cpu_seconds:7.2f} CPU-s  {turn.measured.peak_bytes / 1e6:5.0f} MB"
            )
    return lines


def take_turn(contestant: Contestant, task: Task, nginx: Nginx, folder: Path) -> Turn:
    """One run, from an empty store, in a folder of its own below this one; its files stay there, and are empty.

    Raises:
        CommandFailed: As above.
    """
    number = len(task.urls)
    prepared = contestant.prepare(task, Path(tempfile.mkdtemp(prefix="turn-", dir=folder)))
    os.sync()  # what was written before is not written at the cost of this turn
    nginx.forget_requests()
    before = contestant.server_cpu_seconds(), nginx.cpu_seconds()
    measured = measure(prepared.command, good_codes=prepared.good_codes)
    after = contestant.server_cpu_seconds(), nginx.cpu_seconds()
    stored, answers = prepared.stored(), nginx.answers()
    _empty(prepared.store)
    if stored > number or stored < number * contestant.least_stored:
        raise CommandFailed(f"{contestant.name} has stored {stored} of {number} photos")
    return Turn(measured, stored, answers, after[0] - before[0], after[1] - before[1])


def _empty(store: Path) -> None:
    """Give the room back, and delete nothing: for minutes ext4 looks at each deleted file again before it makes one."""
    for path in store.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.truncate(path, 0)
