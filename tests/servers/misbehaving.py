"""A real web server on loopback that does what it is told, wrong things first. It runs in a thread of its own.

    with misbehaving() as server:
        server.on("/a.jpg", answer(PHOTO, length=10**10))
        … server.url("/a.jpg") …
        assert server.connections == 1

It speaks raw bytes, so that it can break every rule: nothing here checks what a behaviour sends.
"""

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

FOREVER = 3600.0  # seconds; every test has lost its patience before


@dataclass(frozen=True)
class Request:
    """What came; `head` is the raw text, names in `headers` are lower-case; `at` is by a monotonic clock."""

    method: str
    target: str
    headers: dict[str, str]
    head: str
    at: float


class Exchange:
    """One request's connection, to be used or abused."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()

    def reset(self) -> None:
        """RST instead of FIN."""
        connection: socket.socket = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Behaviour = Callable[[Request, Exchange], Awaitable[None]]


@dataclass
class MisbehavingServer:
    """A running server, and what it has seen."""

    address: str
    port: int
    scheme: str
    deaf: bool = False
    greeting: bytes = b""
    connections: int = 0
    requests: list[Request] = field(default_factory=list)
    _behaviours: dict[str, Behaviour] = field(default_factory=dict)

    def on(self, path: str, behaviour: Behaviour) -> None:
        """From now on do this for every request of the path. Other paths are 404."""
        self._behaviours[path] = behaviour

    def url(self, path: str, *, host: str | None = None) -> str:
        """Where a path is; by the address, unless a name is given."""
        literal = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{host or literal}:{self.port}{path}"

    @property
    def targets(self) -> list[str]:
        """What was asked for, in order."""
        return [request.target for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until somebody closes it."""
        self.connections += 1
        try:
            if self.greeting:
                await Exchange(writer).send(self.greeting)
            if self.deaf:
                await asyncio.sleep(FOREVER)
            while not writer.is_closing():
                request = _read((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
                self.requests.append(request)
                behaviour = self._behaviours.get(request.target.partition("?")[0], answer(b"nothing here", status=404))
                await behaviour(request, Exchange(writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()


@contextmanager
def misbehaving(
    address: str = "127.0.0.1",
    *,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    deaf: bool = False,
    greeting: bytes = b"",
) -> Iterator[MisbehavingServer]:
    """Run a server until the end of the block.

    Args:
        address: Any of 127.0.0.0/8, or ::1.
        port: 0 for a free one.
        tls: Speak https, with this certificate.
        deaf: Accept connections, and neither read nor answer.
        greeting: Sent to whoever connects, before he asks.
    """
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="misbehaving server", daemon=True)
    thread.start()
    server = MisbehavingServer(address, port, "https" if tls else "http", deaf=deaf, greeting=greeting)

    async def start() -> asyncio.Server:
        return await asyncio.start_server(server.serve, address, port, ssl=tls)

    async def stop() -> None:
        listening.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.wait(others, timeout=2) if others else None
        await asyncio.sleep(0)  # transports close in the next round

    listening = asyncio.run_coroutine_threadsafe(start(), loop).result()
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def nobody_answers() -> Iterator[int]:
    """A port of 127.0.0.1 where a SYN gets no answer: the queue of a listener that never accepts is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.settimeout(0)
            client.connect_ex(address)
        try:
            yield address[1]
        finally:
            for client in waiting:
                client.close()


def answer(
    body: bytes = b"",
    *,
    status: int = 200,
    headers: Sequence[tuple[str, str]] = (("Content-Type", "image/jpeg"),),
    length: int | None = -1,
    then: str = "keep",
) -> Behaviour:
    """A whole answer.

    Args:
        body: Sent as it is.
        status: With no reason phrase.
        headers: In order; a name may come twice.
        length: The Content-Length; -1 for the true one, None for no such header (then it ends with the connection).
        then: keep, close, reset, or silence.
    """
    announced = len(body) if length == -1 else length
    lines = [*headers, *([] if announced is None else [("Content-Length", str(announced))])]
    head = "".join([f"HTTP/1.1 {status} \r\n", *(f"{name}: {value}\r\n" for name, value in lines), "\r\n"])
    return raw(head.encode("latin-1") + body, then="close" if announced is None and then == "keep" else then)


def redirect(location: str | None, status: int = 302) -> Behaviour:
    """A redirect, with a body that nobody needs."""
    return answer(b"moved", status=status, headers=[] if location is None else [("Location", location)])


def moved(location: str, code: int = 302) -> Behaviour:
    """A redirect whose location is sent as bytes, whatever a header may hold."""
    head = f"HTTP/1.1 {code} Moved\r\nLocation: {location}\r\nContent-Length: 5\r\n\r\nmoved"
    return raw(head.encode("utf-8", "surrogatepass"), then="keep")


def raw(data: bytes, *, then: str = "close") -> Behaviour:
    """These bytes, HTTP or not."""

    async def behave(_request: Request, exchange: Exchange) -> None:
        await exchange.send(data)
        match then:
            case "close":
                exchange.close()
            case "reset":
                await asyncio.sleep(0.05)  # what was sent has to arrive: a RST overtakes it
                exchange.reset()
            case "silence":
                await asyncio.sleep(FOREVER)

    return behave


def silence() -> Behaviour:
    """The request is read; nothing comes."""
    return raw(b"", then="silence")


def reset() -> Behaviour:
    """RST before the first byte."""

    async def behave(_request: Request, exchange: Exchange) -> None:
        exchange.reset()

    return behave


def endless(head: bytes, piece: bytes, *, every_seconds: float = 0, times: int | None = None) -> Behaviour:
    """A head, then the piece again and again: as fast as it is read, or slowly; then the end of the connection."""

    async def behave(_request: Request, exchange: Exchange) -> None:
        await exchange.send(head)
        sent = 0
        while times is None or sent < times:
            await exchange.send(piece)
            await asyncio.sleep(every_seconds)
            sent += 1
        exchange.close()

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first for the first request, the second for the second; the last for ever after."""
    left = list(behaviours)

    async def behave(request: Request, exchange: Exchange) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(request, exchange)

    return behave


def _read(head: str) -> Request:
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _version = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(method, target, headers, head, time.monotonic())
