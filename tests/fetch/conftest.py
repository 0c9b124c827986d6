"""A Fetcher for one errand, and a misbehaving server to send it to. 127.0.0.1 alone is opened; 127.0.0.2 is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from servers.errands import Errand, NotedTurns, Send
from servers.misbehaving import MisbehavingServer, misbehaving

from forecourt import event_loop
from forecourt.fetch.client import Fetcher
from forecourt.fetch.limits import Limits
from forecourt.fetch.resolver import LookUp, ask_system
from forecourt.settings import Settings

T = TypeVar("T")
PATIENT = Limits(idle_seconds=5, total_seconds=20)


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with misbehaving() as server:
        yield server


@pytest.fixture
def private_server(server: MisbehavingServer) -> Iterator[MisbehavingServer]:
    """127.0.0.2, on the same port as the other: nobody may reach it."""
    with misbehaving("127.0.0.2", port=server.port) as private:
        yield private
    assert private.connections == 0


@pytest.fixture
def turns() -> Iterator[NotedTurns]:
    turns = NotedTurns()
    yield turns
    assert turns.open == 0, "a turn was never given back"


@pytest.fixture
def send(turns: NotedTurns) -> Send:
    def run(errand: Errand[T], *, limits: Limits = PATIENT, look_up: LookUp = ask_system, **settings: Any) -> T:
        async def go() -> T:
            chosen = Settings(**({"allowed_networks": "127.0.0.1/32"} | settings))
            async with Fetcher(chosen, turns, limits=limits, look_up=look_up) as fetcher:
                return await errand(fetcher)

        return event_loop.run(go())

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where downloads go."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder
