"""Many photo hosts on loopback, each at an address of its own, all on one port; they count who asks what and when."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from servers.dealer_site import photo_bytes

_ANSWER_SECONDS = 0.15  # long enough for requests to meet
_IMPATIENT_EVERY = 10


@dataclass
class Seen:
    """What one host has seen."""

    now: int = 0
    most: int = 0
    starts: list[float] = field(default_factory=list)


@dataclass
class ManyHosts:
    """Running hosts.

    Attributes:
        limits: (interval in seconds, requests at once) of each, for whoever sets them.
        asked_for_patience: When each of the `impatient` ones answered 429: to its first photo, and once.
    """

    number: int
    patience_seconds: int
    port: int = 0
    seen: dict[str, Seen] = field(default_factory=dict)
    limits: dict[str, tuple[float, int]] = field(default_factory=dict)
    asked_for_patience: dict[str, float] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """In the order of their addresses."""
        return [f"host{number:03}.example" for number in range(1, self.number + 1)]

    @property
    def impatient(self) -> list[str]:
        """Those that ask for patience, once."""
        return self.names[_IMPATIENT_EVERY - 1 :: _IMPATIENT_EVERY]

    def url(self, name: str, photo: int) -> str:
        """Where a photo is."""
        return f"http://{name}:{self.port}/photos/{name}/{photo}.jpg"

    def write_hosts_file(self, folder: Path) -> Path:
        """The names, for FORECOURT_HOSTS_FILE."""
        path = folder / "hosts"
        lines = (f"{_address(number)} {name}\n" for number, name in enumerate(self.names, 1))
        path.write_text("".join(lines), encoding="utf-8")
        return path

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept open as long as the visitor likes."""
        address: str = writer.get_extra_info("sockname")[0]
        name = self.names[int(address.rpartition(".")[2]) - 1]
        seen = self.seen[name]
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                seen.starts.append(time.monotonic())
                seen.now += 1
                seen.most = max(seen.most, seen.now)
                try:
                    await asyncio.sleep(_ANSWER_SECONDS)
                    writer.write(self._answer(name, head.split(b" ", 2)[1].decode("ascii")))
                    await writer.drain()
                finally:
                    seen.now -= 1
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the visitor has gone
        finally:
            writer.close()

    def _answer(self, name: str, target: str) -> bytes:
        if name in self.impatient and name not in self.asked_for_patience:
            self.asked_for_patience[name] = time.monotonic()
            return b"HTTP/1.1 429 Busy\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n" % self.patience_seconds
        body = photo_bytes(target)
        return b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@contextmanager
def many_hosts(number: int, patience_seconds: int) -> Iterator[ManyHosts]:
    """Open from `with` to its end; they answer in a thread of their own."""
    photo_bytes("/")  # drawn before anybody waits for it
    server = ManyHosts(number, patience_seconds)
    server.seen = {name: Seen() for name in server.names}
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="many hosts", daemon=True)
    thread.start()
    with ExitStack() as closing:
        closing.callback(thread.join, 10)
        closing.callback(loop.call_soon_threadsafe, loop.stop)
        for each in range(1, number + 1):
            opening = asyncio.start_server(server.serve, _address(each), server.port)
            opened = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
            closing.callback(loop.call_soon_threadsafe, opened.close)
            server.port = opened.sockets[0].getsockname()[1]
        yield server


def _address(number: int) -> str:
    return f"127.0.1.{number}"
