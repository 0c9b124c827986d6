"""Forecourt against its peers and against what the machine itself takes: `make bench`."""

import argparse
import sys
import tempfile
from pathlib import Path

from bench.contestant import Contestant, Task
from bench.made_photos import LISTING, make_photos
from bench.nginx import running_nginx
from bench.ours import Forecourt, on_sqlite
from bench.peers import BareLoop, Curl, Img2dataset, Scrapy
from bench.rounds import run_rounds

_ROOT = Path(__file__).parent.parent.parent
_CACHE = _ROOT / ".cache" / "bench"


def main() -> int:
    """Everybody in turn, then the table."""
    options = _options()
    photos = make_photos(_CACHE, LISTING, options.photos)
    programs = _CACHE / "peers" / "bin"
    everybody: list[Contestant] = [
        Forecourt("forecourt-sqlite", on_sqlite),
        Forecourt("forecourt-sqlite-2", on_sqlite, processes=2),
        BareLoop(programs, script=options.bare_loop),
        Curl(programs),
        Scrapy(programs),
        Img2dataset(programs),
    ]
    chosen = [each for each in everybody if not options.only or each.name in options.only.split(",")]
    with (
        running_nginx(photos[0].parent, hosts=options.hosts) as nginx,
        tempfile.TemporaryDirectory(prefix="turns-", dir=_CACHE) as folder,
    ):
        vehicles = [
            [nginx.url(number % options.hosts, path.name) for path in photos[start : start + 10]]
            for number, start in enumerate(range(0, len(photos), 10))
        ]
        task = Task(vehicles, options.hosts, options.concurrency)
        lines = run_rounds(
            chosen, task, nginx, rounds=options.rounds, folder=Path(folder), tell=lambda line: print(line, flush=True)
        )
    for line in lines:
        print(
            f"{line.contestant.name:<30} {line.photos_per_second:7.1f} photos/s {line.cpu_ms:6.2f} CPU-s per 1,000"
            f" {line.peak_bytes / 1e6:5.0f} MB {line.start_seconds:5.2f} s start {line.requests_a_photo:.3f} requests"
            f" nginx {line.nginx_cpu_ms:.2f}"
        )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=3000)
    parser.add_argument("--hosts", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--only", default="", help="names, with commas between them")
    parser.add_argument("--bare-loop", type=Path, default=_ROOT.parent / "shared" / "tools" / "bare_loop.py")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
