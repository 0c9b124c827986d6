"""Processor time of servers: of a process, of all that it has started, and of those that have ended since."""

import os
from pathlib import Path

from process_tree import with_descendants

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds_of_tree(process_id: int) -> float:
    """From its start until now; the difference of two such figures is what it took between.

    A child that has ended counts as soon as its parent has fetched its end, as servers do.
    """
    return sum(_seconds(each, slice(11, 15)) for each in with_descendants(process_id))


def own_cpu_seconds(process_id: int) -> float:
    """Of one process alone; 0 for one that has gone."""
    return _seconds(process_id, slice(11, 13))


def _seconds(process_id: int, fields_of_stat: slice) -> float:
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[fields_of_stat])) / _TICKS
