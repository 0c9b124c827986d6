"""Take the database away from two workers for two minutes, and give it back: `make campaign-away`.

PostgreSQL goes in two ways: every connection breaks and no new one lasts (`cut`), or nothing gets through and nobody
is told (`mute`). SQLite is locked by another process. The lease is the real one, of 30 seconds.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from database_away import DELAY_SECONDS, Outage, locked
from one_line import tell
from own_program import DATABASES, own_program
from photo_watch import Watch
from running_program import Program
from servers.cut_wire import cut_wire
from servers.dealer_site import dealer_site
from told_to_stop import end_in_order

_VEHICLES, _PHOTOS, _HOSTS = 12, 20, 4
_SLOW_SECONDS = 12.0


def main() -> int:
    """0 where nothing was found, 1 where something was."""
    options = _options()
    end_in_order()
    faults = False
    for how in ("cut", "mute") if options.database == "postgresql" else ("locked",):
        with (
            own_program(options.database) as program,
            dealer_site(vehicles=_VEHICLES, photos=_PHOTOS, photo_hosts=_HOSTS, delay_seconds=DELAY_SECONDS) as site,
            Watch(program, every_seconds=0.5) as watch,
            _outage(program, how, seconds=options.away) as outage,
        ):
            figures = outage.run(program, site, watch)
        print(f"\n{options.database}, {how}")
        print("\n".join(figures.lines()))
        faults = faults or bool(figures.faults)
    return 1 if faults else 0


@contextmanager
def _outage(program: Program, how: str, *, seconds: float) -> Iterator[Outage]:
    def lasts(told: list[str]) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            tell(f"{how}: {until - time.monotonic():.0f} s left, {len(told)} lines told")
            time.sleep(1)

    url = program.engine.url
    if how == "locked":
        shown = url.render_as_string(hide_password=False)
        yield Outage(lambda: locked(str(url.database)), lasts, shown, processes=2, slow_seconds=_SLOW_SECONDS)
        return
    with cut_wire(int(url.port or 0)) as wire:
        through = url.set(port=wire.port, drivername="postgresql").render_as_string(hide_password=False)
        yield Outage(wire.cut if how == "cut" else wire.mute, lasts, through, processes=2, slow_seconds=_SLOW_SECONDS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--away", type=float, default=120, help="seconds (default 120)")
    parser.add_argument("--database", choices=DATABASES, default=DATABASES[1])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
