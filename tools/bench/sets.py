"""What is measured: which photos, from what kind of server, by whom."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.contestant import Contestant, Task
from bench.lines import Entry
from bench.made_photos import LARGE, LISTING, Kind, make_photos
from bench.nginx import Nginx, running_nginx
from bench.real_photos import real_photos

_PHOTOS = 3000
_LARGE_PHOTOS = 300
_PHOTOS_OF_A_VEHICLE = 10
_LATENCY_SECONDS = 0.05
_BYTES_OF_A_PIXEL = 0.175
_SIZES = (50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000)
_OF_EACH_SIZE_BYTES = 200_000_000
_HOSTS = (1, 10, 100, 1_000, 10_000, 50_000)
_OF_EACH_HOST_COUNT = 3_000
_COUNTS = (1_000, 10_000, 100_000)
_SMALL = Kind(320, 240)


@dataclass(frozen=True)
class Ground:
    """What every set stands on.

    Args:
        stack: Servers are stopped when it is closed.
        photos: How many; 0 leaves it to the set.
        cache: Where made photos are kept.
        folder: For this run.
    """

    stack: ExitStack
    contestants: Sequence[Contestant]
    photos: int
    hosts: int
    concurrency: int
    cache: Path
    folder: Path
    real: Path

    def served(self, photos: Sequence[Path], *, hosts: int, tls: bool = False, delay: float = 0) -> tuple[Nginx, Task]:
        """A server with these photos, and the task of fetching them."""
        for path in photos:  # into the kernel's memory: nobody is the first to read it from the disk
            path.read_bytes()
        server = running_nginx(photos[0].parent, hosts=hosts, tls=tls, delay_seconds=delay)
        nginx = self.stack.enter_context(server)
        of_one = max(1, min(_PHOTOS_OF_A_VEHICLE, len(photos) // hosts))
        vehicles = [
            [nginx.url(number % hosts, path.name) for path in photos[start : start + of_one]]
            for number, start in enumerate(range(0, len(photos), of_one))
        ]
        return nginx, Task(vehicles, hosts, self.concurrency, nginx.authority)

    def against(self, nginx: Nginx, task: Task, *, suffix: str = "", at: float = 0) -> list[Entry]:
        """Everybody against one server."""
        return [Entry(each.name + suffix, each, task, nginx, at) for each in self.contestants]


def plain(ground: Ground) -> list[Entry]:
    """Plain HTTP."""
    return ground.against(*ground.served(_listing_photos(ground), hosts=ground.hosts))


def tls(ground: Ground) -> list[Entry]:
    """The same over TLS."""
    return ground.against(*ground.served(_listing_photos(ground), hosts=ground.hosts, tls=True))


def latency(ground: Ground) -> list[Entry]:
    """Each answer 50 ms late, and the same without, side by side."""
    photos = _listing_photos(ground)
    late = ground.served(photos, hosts=ground.hosts, delay=_LATENCY_SECONDS)
    return [
        *ground.against(*ground.served(photos, hosts=ground.hosts)),
        *ground.against(*late, suffix=f", {1000 * _LATENCY_SECONDS:.0f} ms late"),
    ]


def real(ground: Ground) -> list[Entry]:
    """Photographs from cameras, over and over, each time with another comment in the file."""
    photos = real_photos(ground.real, ground.folder, ground.photos or _PHOTOS)
    return ground.against(*ground.served(photos, hosts=ground.hosts))


def large(ground: Ground) -> list[Entry]:
    """4000x3000, 3 MB."""
    photos = make_photos(ground.cache, LARGE, ground.photos or _LARGE_PHOTOS)
    return ground.against(*ground.served(photos, hosts=ground.hosts))


def sizes(ground: Ground) -> list[Entry]:
    """From 50 KB to 5 MB."""
    return list(_by_size(ground))


def hosts(ground: Ground) -> list[Entry]:
    """Small photos from 1 to 50,000 hosts; of so many, one each."""
    most = max(_HOSTS)
    photos = make_photos(ground.cache, _SMALL, ground.photos or most)
    return [entry for number in _HOSTS if number <= len(photos) for entry in _by_hosts(ground, photos, number)]


def counts(ground: Ground) -> list[Entry]:
    """From 1,000 to 100,000 small photos."""
    photos = make_photos(ground.cache, _SMALL, ground.photos or max(_COUNTS))
    return [entry for number in _COUNTS if number <= len(photos) for entry in _by_count(ground, photos[:number])]


SETS: dict[str, Callable[[Ground], list[Entry]]] = {
    each.__name__: each for each in (plain, tls, latency, real, large, sizes, hosts, counts)
}
OF_GROWTH = {
    "sizes": "size of the photo, bytes",
    "hosts": "hosts, with one photo or more each",
    "counts": "photos, of 50 hosts",
}
"""Sets that are told as a chart over an axis, and what that is."""


def _listing_photos(ground: Ground) -> list[Path]:
    return make_photos(ground.cache, LISTING, ground.photos or _PHOTOS)


def _by_size(ground: Ground) -> Iterator[Entry]:
    for size in _SIZES:
        height = round((size / _BYTES_OF_A_PIXEL * 3 / 4) ** 0.5)
        count = ground.photos or min(max(_OF_EACH_SIZE_BYTES // size, 60), 2_000)
        photos = make_photos(ground.cache, Kind(height * 4 // 3, height), count)
        mean = sum(path.stat().st_size for path in photos) / len(photos)
        nginx, task = ground.served(photos, hosts=ground.hosts)
        yield from ground.against(nginx, task, suffix=f", {mean / 1000:,.0f} KB", at=mean)


def _by_hosts(ground: Ground, photos: Sequence[Path], number: int) -> list[Entry]:
    nginx, task = ground.served(photos[: max(number, _OF_EACH_HOST_COUNT)], hosts=number)
    return ground.against(nginx, task, suffix=f", hosts: {number:,}", at=number)


def _by_count(ground: Ground, photos: Sequence[Path]) -> list[Entry]:
    nginx, task = ground.served(photos, hosts=ground.hosts)
    return ground.against(nginx, task, suffix=f", photos: {len(photos):,}", at=len(photos))
