"""Who takes part: each brings photos from URLs to files, in its own way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

from bench.measure import Command


@dataclass(frozen=True)
class Task:
    """The same for all.

    Args:
        vehicles: The URLs of the photos of each; all differ, and those of one vehicle lie on one host.
        authority: The certificate of the authority to trust, where the URLs are https.
        concurrency: Requests in flight over all hosts; of one host as many as it takes to get there.
    """

    vehicles: Sequence[Sequence[str]]
    hosts: int
    concurrency: int
    authority: Path | None = None

    @property
    def urls(self) -> list[str]:
        """The first of each vehicle, then the second of each: hosts take turns."""
        return [url for row in zip_longest(*self.vehicles) for url in row if url is not None]

    def single(self) -> "Task":
        """One photo, so that what is left is start-up."""
        return replace(self, vehicles=[self.vehicles[0][:1]])

    @property
    def of_one_host(self) -> int:
        """At once; at least two, as everywhere else."""
        return max(2, -(-self.concurrency // self.hosts))

    @property
    def trust(self) -> Mapping[str, str]:
        """What OpenSSL looks at, in whatever program."""
        return {"SSL_CERT_FILE": str(self.authority)} if self.authority else {}


@dataclass(frozen=True)
class Prepared:
    """Nothing is stored yet.

    Args:
        store: Where the photos will lie.
        suffixes: Of the files that are photos.
        good_codes: With which the command may end.
    """

    command: Command
    store: Path
    suffixes: frozenset[str] = field(default=frozenset({".jpg"}))
    good_codes: Sequence[int] = (0,)

    def stored(self) -> int:
        """Photos that are there under their final names, each with something in it."""
        files = (path for path in self.store.rglob("*") if path.suffix in self.suffixes)
        return sum(path.stat().st_size > 0 for path in files)


class Contestant(Protocol):
    """One line of the table."""

    @property
    def name(self) -> str:
        """For --only, and for the table."""

    @property
    def proves(self) -> str:
        """What is known of a photo when it has been stored."""

    @property
    def least_stored(self) -> float:
        """The part of the photos without which a turn does not count."""

    def prepare(self, task: Task, folder: Path) -> Prepared:
        """In an empty folder: what is to be run, with an empty store."""

    def server_cpu_seconds(self) -> float:
        """Taken until now by a database server beside it."""
