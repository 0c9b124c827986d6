"""Send the Fetcher to servers that answer nonsense, and judge URLs that nobody should ask, for a while.

Each case follows from the seed and its number alone. A URL may be refused and a server may cause Trouble; nothing else
may be raised, nobody but the server that was opened may be reached, no file and no turn may be left behind, and
nothing takes longer than it may.
"""

import asyncio
import errno
import faulthandler
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from random import Random
from typing import Any

from fuzzing import case_options, noting_what_escapes, numbers_of
from odd_answers import odd_answer
from odd_urls import odd_url, url_faults
from servers.errands import NotedTurns

from forecourt.errors import Trouble
from forecourt.fetch.client import Download, FetchedPage, Fetcher
from forecourt.fetch.limits import Limits
from forecourt.fetch.special_networks import IPAddress
from forecourt.settings import Settings

_URLS_OF_A_CASE = 20
_LANES = 8
_LIMITS = Limits(connect_seconds=2, idle_seconds=0.3, total_seconds=3)
_MOST_BYTES = 1_000_000
_MOST_CPU_SECONDS = 1.0
_HANGS_SECONDS = 60
_MOST_REQUESTS = _LIMITS.redirects + 1


@dataclass
class Ground:
    """A server that may be asked, a canary that may not, and a Fetcher. One case at a time."""

    fetcher: Fetcher
    turns: NotedTurns
    folder: Path
    port: int = 0
    answers: Iterator[bytes] = field(default_factory=lambda: iter(()))
    requests: int = 0
    canaries: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One answer for one connection."""
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.requests += 1
            writer.write(next(self.answers))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # it has hung up
        finally:
            writer.close()

    async def warn(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Nobody may come here."""
        self.canaries += 1
        writer.close()


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """127.0.0.1 is opened; 127.0.0.2, on the same port, is not."""
    settings = Settings.model_validate({"allowed_networks": "127.0.0.1/32", "max_image_bytes": _MOST_BYTES})
    turns = NotedTurns()
    with tempfile.TemporaryDirectory() as folder:
        async with Fetcher(settings, turns, limits=_LIMITS, look_up=look_up) as fetcher:
            here = Ground(fetcher, turns, Path(folder))
            server = await asyncio.start_server(here.serve, "127.0.0.1", 0)
            here.port = server.sockets[0].getsockname()[1]
            canary = await asyncio.start_server(here.warn, "127.0.0.2", here.port)
            yield here
            server.close()
            canary.close()


async def look_up(host: str) -> Sequence[IPAddress]:
    """By the length of the name: the one that may be asked, the canary, both, or nobody."""
    opened, canary = ip_address("127.0.0.1"), ip_address("127.0.0.2")
    match len(host) % 4:
        case 0:
            raise OSError("no such name")
        case 1:
            return [opened]
        case 2:
            return [canary]
        case _:
            return [opened, canary]


def stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: what a spoilt address leads to beyond this machine is out of reach."""
    if event == "socket.connect" and isinstance(address := arguments[1], tuple):
        literal = ip_address(address[0])
        if not literal.is_loopback and arguments[0].type & socket.SOCK_STREAM:
            raise OSError(errno.ENETUNREACH, "the fuzzer stays on this machine")


def urls(random: Random, counts: Counter[str]) -> Iterator[str]:
    """What the policy did with some URLs that it may not do."""
    begun = time.process_time()
    for _ in range(_URLS_OF_A_CASE):
        url = odd_url(random)
        found: list[str] = []
        with noting_what_escapes(found):
            found += url_faults(url)
        yield from (f"{url!r:.300}: {fault}" for fault in found)
    counts["URLs"] += _URLS_OF_A_CASE
    if time.process_time() - begun > _MOST_CPU_SECONDS:
        yield f"{time.process_time() - begun:.1f} s of CPU for some URLs"


async def answers(here: Ground, random: Random, counts: Counter[str]) -> list[str]:
    """What asking a server that answers nonsense did that it may not do."""
    canary, errand = f"{here.port}".encode(), random.randrange(4)
    here.answers = (odd_answer(random).replace(b"CANARY", canary) for _ in iter(int, 1))
    here.requests = here.canaries = 0
    found: list[str] = []
    with noting_what_escapes(found):
        try:
            async with asyncio.timeout(_HANGS_SECONDS):
                told = await _errand(here, errand)
            counts["taken"] += 1
            found += _told_badly(told)
        except Trouble as trouble:
            counts[str(trouble.kind)] += 1
            if not trouble.detail.isprintable():
                found.append(f"a detail that is no line: {trouble.detail!r:.300}")
        except TimeoutError:
            found.append("it hangs")
    left = list(here.folder.iterdir())
    for path in left:
        path.unlink()
    if left or here.turns.open:
        found.append(f"left behind: {len(left)} files, {here.turns.open} turns")
    if here.canaries:
        found.append("the canary was asked")
    if here.requests > _MOST_REQUESTS:
        found.append(f"{here.requests} requests")
    return found


async def _errand(here: Ground, which: int) -> Download | FetchedPage | str:
    url = f"http://127.0.0.1:{here.port}/begin"
    match which:
        case 0:
            return await here.fetcher.get_page(url, max_bytes=_MOST_BYTES)
        case 1:
            return await here.fetcher.get_robots(url)
        case _:
            download = await here.fetcher.get_photo(url, referer="https://dealer.example/1", folder=here.folder)
            download.path.unlink()
            return download


def _told_badly(told: Download | FetchedPage | str) -> Iterator[str]:
    """What goes into a row or to a reader."""
    match told:
        case Download():
            for text in (told.etag, told.last_modified, told.content_type):
                if text is not None and not (text.isascii() and "\0" not in text):
                    yield f"a header for the row: {text!r:.200}"
            if not 0 < told.size <= _MOST_BYTES:
                yield f"{told.size} bytes"
        case FetchedPage():
            if len(told.body) > _MOST_BYTES:
                yield f"a page of {len(told.body)} bytes"


async def fuzz(seed: int, numbers: Iterator[int], *, lanes: int = _LANES) -> tuple[Counter[str], list[str]]:
    """These cases, some at a time; the counts, and the findings with the numbers of their cases."""
    counts: Counter[str] = Counter()
    found: list[str] = []

    def tell(number: int, faults: Iterable[str]) -> None:
        for fault in faults:
            found.append(f"case {number}: {fault}")
            print(found[-1], flush=True)

    async def lane() -> None:
        async with ground() as here:
            for number in numbers:
                faulthandler.dump_traceback_later(2 * _HANGS_SECONDS, exit=True)
                random = Random(f"{seed} {number}")  # noqa: S311 (nothing is secret here)
                tell(number, urls(random, counts))
                tell(number, await answers(here, random, counts))
                counts["cases"] += 1

    sys.addaudithook(stay_here)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: tell(-1, [f"in no case, but near: {context}"]))
    await asyncio.gather(*(lane() for _ in range(lanes)))
    faulthandler.cancel_dump_traceback_later()
    return counts, found


def main() -> int:
    """0 where nothing was found, 1 where something was."""
    parser = case_options(__doc__)
    parser.add_argument("--cases", type=int, help="so many, however long it takes")
    options = parser.parse_args()
    counts, found = asyncio.run(fuzz(options.seed, numbers_of(options)))
    print(", ".join(f"{what} {count}" for what, count in counts.most_common()))
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
