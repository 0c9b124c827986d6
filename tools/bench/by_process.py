"""How the processor time of one command is shared among its kinds of processes, as the kernel counts it."""

from collections import Counter, defaultdict
from pathlib import Path

from bench.cpu import own_cpu_seconds
from bench.measure import Command, measure
from process_tree import with_descendants

_KINDS = (("decoder", b"forecourt.confined.child"), ("keeper", b"forecourt.storage.keeper"))
WORKER = "worker"
_LOOK_SECONDS = 0.05


def cpu_by_process(command: Command) -> dict[str, float]:
    """Run it to its end; seconds by kind of process.

    What a process took after the last look at it is missing from its own count, so the sum is made to be what the
    kernel counted in all.
    """
    seen: dict[int, tuple[str, float]] = {}

    def look(process_id: int) -> None:
        for each in with_descendants(process_id)[1:]:
            if kind := _kind_of(each):
                seen[each] = kind, own_cpu_seconds(each)

    measured = measure(command, look=look, look_seconds=_LOOK_SECONDS)
    counted: defaultdict[str, float] = defaultdict(float)
    for kind, seconds in seen.values():
        counted[kind] += seconds
    all_seen = sum(counted.values())
    return {kind: seconds * measured.cpu_seconds / all_seen for kind, seconds in counted.items()}


def kind_of(words: bytes) -> str:
    """By its command line."""
    return next((kind for kind, mark in _KINDS if mark in words), WORKER)


def of_one_photo(single: dict[str, float], many: dict[str, float], photos: int) -> Counter[str]:
    """Milliseconds of each kind, start-up removed."""
    return Counter({kind: 1000 * max(many[kind] - single.get(kind, 0), 0) / max(photos - 1, 1) for kind in many})


def _kind_of(process_id: int) -> str | None:
    try:
        words = Path(f"/proc/{process_id}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return kind_of(words) if words else None
