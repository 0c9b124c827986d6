"""A worker in a misbehaving world, for as long as is wished: what it takes at the start and at the end: `make soak`.

Vehicles keep coming, with photos that are good, slow, cut off, damaged, web pages, bombs and worse, on hosts that
mostly behave and some that do not. Then many large photos at once. Memory, descriptors, threads and processes are
those of the program's whole process tree; what several processes share counts once.
"""

import argparse
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import mean
from threading import Thread

from large_bodies import MemoryTaken, take_large_bodies
from one_line import tell
from own_program import DATABASES, own_program
from process_tree import Taken, taken_by
from running_program import Program, images, nothing_is_held
from soak_world import World, world

MOST_PSS_BYTES = 300_000_000
_LOOK_SECONDS = 2.0
_STOP_SECONDS = 10
_PATIENCE_SECONDS = 60
_GROWTH = 0.1  # and a little more: less is not told from chance
_MORE = {"descriptors": 10, "threads": 4, "processes": 1}
_MORE_BYTES = 10_000_000


@dataclass
class Soak:
    """One worker, from its start to its stop.

    Args:
        goes_on: Asked every two seconds, with what was seen until then.
    """

    program: Program
    around: World
    vehicles_per_second: float
    goes_on: Callable[["Soak"], bool]
    tell: Callable[[str], None] = lambda _: None
    looks: list[Taken] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Vehicles come all the time."""
        with self.program.started("worker", max_images_per_vehicle=0) as process:
            said: list[str] = []
            reader = Thread(target=lambda: said.append(process.stderr.read() if process.stderr else ""))
            reader.start()
            self._let_work(process)
            self._stop(process)
            reader.join()
        self.outcomes = _outcomes(self.program)
        if "Traceback" in said[0]:
            self.faults.append(said[0][said[0].index("Traceback") :][:3_000])
        if self.outcomes["internal_error"]:
            self.faults.append(f"{self.outcomes['internal_error']} rows met a bug")
        if not nothing_is_held(self.program.engine):
            self.faults.append("a row, a host or a worker is still held")
        if self.program.strays():
            self.faults.append(f"left behind: {self.program.strays()}")

    def judge_growth(self) -> None:
        """Only a long soak can be judged: a short one is still warming up."""
        start, end = self.part(1), self.part(4)
        for name, more in _MORE.items():
            before, after = (mean(getattr(look, name) for look in looks) for looks in (start, end))
            if after > before * (1 + _GROWTH) + more:
                self.faults.append(f"{before:.0f} {name} became {after:.0f}")
        before, after = (mean(look.pss_bytes for look in looks) for looks in (start, end))
        if after > before * (1 + _GROWTH) + _MORE_BYTES:
            self.faults.append(f"{before / 1e6:.0f} MB became {after / 1e6:.0f} MB")

    def part(self, number: int) -> Sequence[Taken]:
        """A fifth of all looks; the first one is for warming up."""
        fifth = max(1, len(self.looks) // 5)
        return self.looks[number * fifth : (number + 1) * fifth] or self.looks[-1:]

    def _let_work(self, process: "subprocess.Popen[str]") -> None:
        begun = time.monotonic()
        while self.goes_on(self) and process.poll() is None:
            self.outcomes = _outcomes(self.program)
            while self.around.added < 1 + (time.monotonic() - begun) * self.vehicles_per_second:
                self.around.add_vehicle(self.program.engine)
            self.looks.append(taken_by(process.pid))
            self.tell(f"{time.monotonic() - begun:5.0f} s  {_line(self.looks[-1:])}  {self.outcomes['stored']} stored")
            time.sleep(_LOOK_SECONDS)

    def _stop(self, process: "subprocess.Popen[str]") -> None:
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(_PATIENCE_SECONDS)
        seconds = time.monotonic() - began
        if code != 0:
            self.faults.append(f"the worker ended with {code}")
        if seconds > _STOP_SECONDS:
            self.faults.append(f"the worker took {seconds:.1f} s to stop")


def _outcomes(program: Program) -> Counter[str]:
    """Rows by what was wrong with them last, or by their status."""
    return Counter(row["failure_kind"] or row["status"] for row in images(program.engine))


def _line(looks: Sequence[Taken]) -> str:
    pss = [look.pss_bytes / 1e6 for look in looks]
    counts = (f"{mean(getattr(look, name) for look in looks):4.0f} {name}" for name in _MORE)
    return f"{mean(pss):4.0f} MB (most {max(pss):4.0f})  " + "  ".join(counts)


def _table(soaked: Soak) -> Iterator[str]:
    for number in range(5):
        yield f"part {number + 1} of 5  {_line(soaked.part(number))}"
    yield "photos: " + ", ".join(f"{what} {number}" for what, number in soaked.outcomes.most_common())


def _large_line(taken: MemoryTaken, size_bytes: int) -> str:
    return (
        f"{taken.stored} photos of {size_bytes / 1e6:.0f} MB, {taken.at_once} at once: "
        f"{taken.most_pss_bytes / 1e6:.0f} MB at most"
    )


def main() -> int:
    """0 where all was flat and below, 1 where not."""
    options = _options()
    until = time.monotonic() + options.minutes * 60
    with own_program(options.database) as program, world(options.seed) as around:
        soaked = Soak(program, around, options.vehicles_per_second, lambda _: time.monotonic() < until, tell)
        soaked.run()
    soaked.judge_growth()
    print(f"\n{options.database}, seed {options.seed}, {options.minutes:g} minutes, {around.added} vehicles")
    print("\n".join(_table(soaked)))
    size_bytes = options.megabytes * 1_000_000
    if options.bodies:
        with own_program(options.database) as program:
            large = take_large_bodies(program, bodies=options.bodies, size_bytes=size_bytes)
        print(_large_line(large, size_bytes))
        if large.stored < options.bodies or large.most_pss_bytes > MOST_PSS_BYTES:
            soaked.faults.append(f"not all stored, or more than {MOST_PSS_BYTES / 1e6:.0f} MB")
    print("\n".join(f"FAULT {fault}" for fault in soaked.faults) or "no faults")
    return 1 if soaked.faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, help="how long (default 10)")
    parser.add_argument("--vehicles-per-second", type=float, default=1, help="with ten photos each (default 1)")
    parser.add_argument("--bodies", type=int, default=64, help="large photos at once; 0 for none (default 64)")
    parser.add_argument("--megabytes", type=int, default=50, help="of each of them (default 50)")
    parser.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    parser.add_argument("--seed", type=int, default=1, help="another world (default 1)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
