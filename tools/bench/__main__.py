"""Forecourt against its peers and against what the machine itself takes.

    make bench                                        3,000 photos of 190 KB on 50 hosts, plain HTTP
    make bench SET=tls                                the same over TLS; also latency, real, large, sizes, hosts, counts
    make bench ONLY=forecourt-sqlite,bare-loop ROUNDS=1 PHOTOS=500

Everybody takes turns, round after round, each time into an empty store. Start-up, measured with one photo, is taken
off; the figures are medians. CPU is that of all processes of a command, whether they ended by themselves or were
killed; that of the web server, which runs on the same machine, is in the JSON file only.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.field import field
from bench.machine import machine, versions
from bench.measure import CommandFailed
from bench.results import write_results
from bench.rounds import run_rounds
from bench.sets import OF_GROWTH, SETS, Ground
from told_to_stop import end_in_order

_ROOT = Path(__file__).parent.parent.parent
_CACHE = _ROOT / ".cache" / "bench"
_SHARED = _ROOT.parent / "shared"


def main() -> int:
    """Measure one set, print its table."""
    options = _options()
    end_in_order()
    programs = _CACHE / "peers" / "bin"
    if not options.bare_loop.exists():
        _tell(f"without bare-loop: there is no {options.bare_loop}; name it with --bare-loop")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=_CACHE)))
        known = machine(folder), versions(programs)
        names = frozenset(options.only.split(",")) - {""}
        contestants = field(names, programs=programs, bare_loop=options.bare_loop, stack=stack)
        ground = Ground(
            stack, contestants, options.photos, options.hosts, options.concurrency, _CACHE, folder, options.real
        )
        entries = SETS[options.set](ground)
        try:
            lines = run_rounds(entries, rounds=options.rounds, folder=folder, tell=_tell)
        except CommandFailed as error:
            _tell(str(error))
            return 1
    axis = OF_GROWTH.get(options.set)
    print(write_results(options.set, lines, axis=axis, machine=known[0], versions=known[1], folder=options.results))
    _tell(f"{options.results}: {options.set}.md, {options.set}.json, {options.set}.svg")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=sorted(SETS), default="plain")
    parser.add_argument("--photos", type=int, default=0, help="0 leaves it to the set")
    parser.add_argument("--hosts", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=64, help="requests at once, over all hosts")
    parser.add_argument("--only", default="", help="names, with commas between them")
    parser.add_argument("--bare-loop", type=Path, default=_SHARED / "tools" / "bare_loop.py")
    parser.add_argument("--real", type=Path, default=_SHARED / "photos", help="the folder of real photographs")
    parser.add_argument("--results", type=Path, default=_CACHE / "results", help="a folder")
    options = parser.parse_args()
    options.bare_loop, options.real = options.bare_loop.absolute(), options.real.absolute()
    return options


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
