"""Where the processor time of one photo goes, by step, over the real command: `make profile`.

Worker, decoders and keeper: what each kind of process takes is what the kernel counts, with the start-up taken off.
Then the command runs once more, and py-spy looks into all its processes 200 times a second: how often a process was
seen in a step shares out what it takes. A wait for the disk is seen, too, so the keeper is not told apart further.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.by_process import cpu_by_process, of_one_photo
from bench.contestant import Prepared, Task
from bench.field import field
from bench.lines import Entry
from bench.machine import machine, versions
from bench.measure import measure
from bench.sets import Ground, plain, tls
from bench.steps import START, Place, places
from bench.table import machine_line
from told_to_stop import end_in_order

_CACHE = Path(__file__).parent.parent.parent / ".cache" / "bench"
_A_SECOND = 200


def main() -> int:
    """Print the table, and leave it in a file."""
    options = _options()
    end_in_order()
    programs = _CACHE / "peers" / "bin"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=_CACHE)))
        known = machine(folder), versions(programs)
        name = frozenset([f"forecourt-{options.database}"])
        contestants = field(name, programs=programs, bare_loop=Path(), stack=stack)
        ground = Ground(stack, contestants, options.photos, 50, 64, _CACHE, folder, Path())
        [entry] = (tls if options.tls else plain)(ground)
        taken = _taken(entry, options.rounds, folder)
        raw = _CACHE / "results" / "profile.raw.txt"
        seen = _looked_into(entry, programs / "py-spy", folder, raw)
    text = "\n".join([*_table(entry, taken, seen), "", machine_line(*known), ""])
    (_CACHE / "results" / "profile.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


def _taken(entry: Entry, rounds: int, folder: Path) -> Counter[str]:
    """CPU-ms of one photo by kind of process; of each the median."""
    found: list[Counter[str]] = []
    for number in range(rounds):
        single, many = (_run(entry, task, folder) for task in (entry.task.single(), entry.task))
        found.append(of_one_photo(single, many, len(entry.task.urls)))
        _tell(f"round {number + 1}  " + ", ".join(f"{kind} {ms:.2f} ms" for kind, ms in found[-1].items()))
    return Counter({kind: median(each[kind] for each in found) for kind in found[0]})


def _run(entry: Entry, task: Task, folder: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="turn-", dir=folder, ignore_cleanup_errors=True) as home:
        prepared = entry.contestant.prepare(task, Path(home))
        taken = cpu_by_process(prepared.command)
        _check(prepared, task)
    return taken


def _looked_into(entry: Entry, py_spy: Path, folder: Path, raw: Path) -> Counter[Place]:
    home = folder / "looked-into"
    home.mkdir()
    prepared = entry.contestant.prepare(entry.task, home)
    raw.parent.mkdir(exist_ok=True)
    options: list[str | Path] = [
        "record",
        "--format",
        "raw",
        "--output",
        raw,
        "--rate",
        str(_A_SECOND),
        "--subprocesses",
    ]
    measure(replace(prepared.command, words=[py_spy, *options, "--", *prepared.command.words]))
    _check(prepared, entry.task)
    with raw.open(encoding="utf-8") as lines:
        return places(lines)


def _check(prepared: Prepared, task: Task) -> None:
    stored = prepared.stored()
    if stored != len(task.urls):
        raise SystemExit(f"only {stored} of {len(task.urls)} photos were stored")


def _table(entry: Entry, taken: Counter[str], seen: Counter[Place]) -> Iterator[str]:
    of_photos = Counter({place: number for place, number in seen.items() if place.step != START})
    of_process: Counter[str] = Counter()
    for place, number in of_photos.items():
        of_process[place.process] += number
    rows = [(place, taken[place.process] * number / of_process[place.process]) for place, number in of_photos.items()]
    total = sum(taken.values())
    yield f"{entry.name}: {total:.2f} CPU-ms a photo, start-up apart; {of_photos.total():,} samples"
    yield ""
    yield "| step | process | share | CPU-ms a photo |"
    yield "|---|---|--:|--:|"
    for place, ms in sorted(rows, key=lambda row: -row[1]):
        yield f"| {place.step} | {place.process} | {100 * ms / total:.1f} % | {ms:.3f} |"
    for process, ms in taken.most_common():
        yield f"| **all** | {process} | {100 * ms / total:.1f} % | {ms:.3f} |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=0, help="0 is 3,000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--tls", action="store_true")
    return parser.parse_args()


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
