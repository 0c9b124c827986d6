"""Connections that are kept for the next request to the same place. How many there are is for the turns to say.

One request for one call. It is repeated only where a kept connection had ended unseen: a server that resets whoever
asks would otherwise see two requests for one turn.
"""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from forecourt.fetch.address import SplitUrl
from forecourt.fetch.connector import Connector
from forecourt.fetch.head import Head
from forecourt.fetch.limits import Limits
from forecourt.fetch.resolver import LookUp
from forecourt.fetch.wire import RECEIVE_BYTES, Connection, Exchange, Reading
from forecourt.fetch.wire_errors import EndedUnseen
from forecourt.settings import Settings

_TRIES_OVER_KEPT_CONNECTIONS = 3

Place = tuple[str, str, int]


class Connections:
    """All of a Fetcher, in the running event loop.

    Raises:
        SettingsError: The hosts file or the CA file cannot be read.
    """

    def __init__(self, settings: Settings, limits: Limits, look_up: LookUp) -> None:
        self._limits = limits
        self._connector = Connector(settings, limits, look_up)
        self._buffer = memoryview(bytearray(RECEIVE_BYTES))
        self._user_agent = settings.user_agent
        self._open: set[Connection] = set()
        self._kept: dict[Place, list[Connection]] = {}

    async def get(
        self,
        split: SplitUrl,
        headers: dict[str, str],
        reading: Reading,
        *,
        seconds: float,
        is_on_its_way: Callable[[], None],
    ) -> Head:
        """Ask once, and give the head of the answer when its body has ended, or is not wanted.

        Args:
            split: Where, and what.
            headers: Beside Host and User-Agent; their text is our own.
            reading: Takes the answer as it comes.
            seconds: For all of it, the connecting too.
            is_on_its_way: Called when the request has been sent.

        Raises:
            OSError: `fetch/outcome.py` says what it means.
            ForecourtError: The reader's.
        """
        place = (split.scheme, split.host, split.port)
        request = self._request(split, headers)
        deadline = asyncio.get_running_loop().time() + seconds
        tries = 0
        while True:
            exchange = Exchange(
                request,
                reading,
                is_on_its_way,
                deadline=deadline,
                idle_seconds=self._limits.idle_seconds,
                header_bytes=self._limits.header_bytes,
            )
            kept = self._kept.get(place)
            if not kept:
                return await self._ask_anew(split, place, exchange)
            tries += 1
            try:
                return await kept.pop().ask(exchange)
            except EndedUnseen:
                if tries == _TRIES_OVER_KEPT_CONNECTIONS:
                    raise

    async def close(self) -> None:
        """Close all of them."""
        closed = [connection.closed for connection in self._open]
        for connection in list(self._open):
            connection.abort()
        if closed:
            await asyncio.wait(closed)

    async def _ask_anew(self, split: SplitUrl, place: Place, exchange: Exchange) -> Head:
        with ExitStack() as unless_made:
            unless_made.callback(exchange.done.cancel)  # nobody will wait for it
            async with asyncio.timeout(self._limits.connect_seconds):
                connection = await self._connector.connect(split, partial(self._made, place, exchange))
            unless_made.pop_all()
        self._open.add(connection)
        connection.closed.add_done_callback(lambda _: self._open.discard(connection))
        return await connection.answer_to(exchange)

    def _made(self, place: Place, first: Exchange) -> Connection:
        return Connection(
            first,
            buffer=self._buffer,
            keep=partial(self._keep, place),
            forget=partial(self._forget, place),
            kept_seconds=self._limits.idle_seconds,
        )

    def _keep(self, place: Place, connection: Connection) -> None:
        self._kept.setdefault(place, []).append(connection)

    def _forget(self, place: Place, connection: Connection) -> None:
        kept = self._kept.get(place, [])
        if connection in kept:
            kept.remove(connection)
        if not kept:
            self._kept.pop(place, None)

    def _request(self, split: SplitUrl, headers: dict[str, str]) -> bytes:
        host = split.origin.partition("://")[2]
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        return f"GET {split.target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {self._user_agent}\r\n{lines}\r\n".encode()
