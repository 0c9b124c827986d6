"""How a job ended, for a script: the answer on stdout and the exit code."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from forecourt.worker.run import Ending

LONGEST_ERROR = 500  # characters of an `error` in an answer


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    ERROR = 1
    WRONG_USE = 2
    FAILURES = 3  # finished, but this run counted a failure
    WAITING = 75  # none counted, but something waits or stopped for a passing reason (EX_TEMPFAIL)


@dataclass(frozen=True)
class Report:
    """What a command prints.

    Attributes:
        answer: The one JSON object, with the field names of the reference system.
        lines: The same for a person.
    """

    answer: Mapping[str, object]
    lines: tuple[str, ...]
    exit: Exit = Exit.DONE


def exit_code(counted: Mapping[str, int], ending: Ending, *, waits: bool) -> Exit:
    """For a run that counted these failures; `waits`: something is left that only its host holds up."""
    if sum(counted.values()):
        return Exit.FAILURES
    return Exit.WAITING if ending.stopped or ending.because or waits else Exit.DONE


def stopped_lines(ending: Ending) -> tuple[str, ...]:
    """Why it ended and how to go on, where something is left."""
    if ending.because:
        return (f"Stopped: {ending.because}. Run the same command again to go on.",)
    return ("Stopped; run the same command again to go on.",) if ending.stopped else ()


def stopped_answer(ending: Ending) -> dict[str, object]:
    """The same in an answer; nothing where it came to its end."""
    return {"stopped_because": ending.because} if ending.because else {}
