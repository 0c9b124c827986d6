"""What the fuzzers share: which cases, and what escapes from one."""

import argparse
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, takewhile

_FRAMES = 6  # of a traceback: where it was raised, and what led there


@contextmanager
def noting_what_escapes(found: list[str]) -> Iterator[None]:
    """Whatever is raised inside ends the block and is a finding: that is what a fuzzer looks for."""
    try:
        yield
    except Exception:  # noqa: BLE001 (see above)
        found.append(traceback.format_exc(limit=-_FRAMES))


def case_options(description: str | None) -> argparse.ArgumentParser:
    """The options that say which cases; a fuzzer adds its own."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="other cases (default 1)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--only", type=int, help="this one case")
    return parser


def numbers_of(options: argparse.Namespace) -> Iterator[int]:
    """The numbers of the cases that were asked for: one, so many, or as many as there is time for."""
    if options.only is not None:
        return iter([options.only])
    if options.cases is not None:
        return iter(range(options.first, options.first + options.cases))
    until = time.monotonic() + options.seconds
    return takewhile(lambda _: time.monotonic() < until, count(options.first))
