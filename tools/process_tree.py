"""What a process and all that it has started take of the machine, as Linux tells it in /proc."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True)
class Taken:
    """By a process and its descendants. `pss_bytes`: what several share counts once, in parts."""

    pss_bytes: int
    descriptors: int
    threads: int
    processes: int


def taken_by(process_id: int) -> Taken:
    """Now. Whoever ends while we look counts as gone."""
    ids = with_descendants(process_id)
    return Taken(
        pss_bytes=sum(_pss_bytes(each) for each in ids),
        descriptors=sum(_entries(_PROC / str(each) / "fd") for each in ids),
        threads=sum(_entries(_PROC / str(each) / "task") for each in ids),
        processes=len(ids),
    )


def pss_bytes_below(process_id: int) -> int:
    """Of its descendants, without itself."""
    return sum(_pss_bytes(each) for each in with_descendants(process_id)[1:])


def with_descendants(process_id: int) -> list[int]:
    """Itself, its living children, theirs, and so on."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for stat in _PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            children[int(fields[1])].append(int(stat.parent.name))
    found, new = [process_id], [process_id]
    while new:
        new = [child for parent in new for child in children[parent]]
        found += new
    return found


def _pss_bytes(process_id: int) -> int:
    try:
        lines = (_PROC / str(process_id) / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _entries(folder: Path) -> int:
    try:
        return len(list(folder.iterdir()))
    except (FileNotFoundError, ProcessLookupError):
        return 0
