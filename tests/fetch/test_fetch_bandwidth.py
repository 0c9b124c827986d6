"""A bandwidth for all processes of a machine: bytes over seconds, counted on a clock that the test turns."""

import asyncio
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from servers.errands import NotedTurns
from servers.misbehaving import MisbehavingServer, answer, endless

from forecourt.errors import SettingsError, TransientError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.bandwidth import SharedBandwidth
from forecourt.fetch.client import Fetcher
from forecourt.fetch.limits import Limits
from forecourt.fetch.traffic import Traffic
from forecourt.settings import Settings

KILOBYTE = 1000
PATIENCE = Limits(idle_seconds=0.3, total_seconds=1.2, slow_window_seconds=0.4)
HOLDER = (
    "import fcntl, sys, time; fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX); print('held', flush=True); time.sleep(99)"
)


class Clock:
    """Time passes when somebody sleeps, for all who sleep: each is woken at its moment, in order."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleeping: list[tuple[float, asyncio.Event]] = []

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleeping.append((self.now + seconds, woken))
        await woken.wait()

    def run(self, works: Sequence[Coroutine[Any, Any, None]]) -> float:
        """Until all have ended; how long it took."""
        began = self.now
        asyncio.run(self._all(works))
        return self.now - began

    async def _all(self, works: Sequence[Coroutine[Any, Any, None]]) -> None:
        tasks = [asyncio.create_task(work) for work in works]
        while not all(task.done() for task in tasks):
            for _ in range(10):  # everybody comes to where it sleeps
                await asyncio.sleep(0)
            if self._sleeping:
                self._sleeping.sort(key=lambda each: each[0])
                moment, woken = self._sleeping.pop(0)
                self.now = max(self.now, moment)
                woken.set()
        await asyncio.gather(*tasks)


@pytest.fixture
def clock() -> Clock:
    return Clock()


Open = Callable[[int], SharedBandwidth]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "bandwidth"


@pytest.fixture
def line(path: Path, clock: Clock) -> Iterator[Open]:
    """Opens the line as another process would."""
    opened: list[SharedBandwidth] = []

    def open_line(rate: int) -> SharedBandwidth:
        opened.append(SharedBandwidth(path, bytes_per_second=rate, clock=clock.time, sleep=clock.sleep))
        return opened[-1]

    yield open_line
    for each in opened:
        each.close()


def test_two_processes_share_what_one_alone_would_have(line: Open, clock: Clock) -> None:
    alone = line(100 * KILOBYTE)
    first = clock.run([alone.take(1000 * KILOBYTE)])
    one, other = line(100 * KILOBYTE), line(100 * KILOBYTE)
    clock.now += 3600  # an hour's rest is no credit
    both = clock.run([one.take(500 * KILOBYTE), other.take(500 * KILOBYTE)])

    assert first == pytest.approx(10, abs=0.2)
    assert both == pytest.approx(10, abs=0.2)


def test_many_bodies_of_one_process_have_it_together(line: Open, clock: Clock) -> None:
    """Nobody waits for another's whole body: who takes little is through while the others still wait."""
    shared = line(100 * KILOBYTE)
    ended: list[float] = []

    async def body(size: int) -> None:
        await shared.take(size)
        ended.append(size)

    took = clock.run([body(400 * KILOBYTE), body(400 * KILOBYTE), body(10 * KILOBYTE)])

    assert ended[0] == 10 * KILOBYTE
    assert took == pytest.approx(8.1, abs=0.2)


def test_who_has_another_bandwidth_takes_its_part_of_the_same_line(line: Open, clock: Clock) -> None:
    slow, fast = line(100 * KILOBYTE), line(1000 * KILOBYTE)

    assert clock.run([slow.take(100 * KILOBYTE), fast.take(1000 * KILOBYTE)]) == pytest.approx(2, abs=0.2)


@contextmanager
def _holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, in the middle of its few microseconds with the lock."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_who_ends_or_freezes_with_the_lock_holds_up_nobody(line: Open, path: Path, clock: Clock, fate: int) -> None:
    shared = line(100 * KILOBYTE)
    with _holder(path) as holder:
        holder.send_signal(fate)
        if fate == signal.SIGKILL:
            holder.wait()

        assert clock.run([shared.take(100 * KILOBYTE)]) == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize(
    "left",
    [b"", b"abc", b"\xff" * 8, struct.pack("<d", float("inf")), struct.pack("<d", 1e9), struct.pack("<d", -1e9)],
    ids=["empty", "short", "not a number", "endless", "before the machine was started", "long ago"],
)
def test_whatever_the_file_holds_nobody_waits_for_long(line: Open, path: Path, clock: Clock, left: bytes) -> None:
    shared = line(100 * KILOBYTE)
    path.write_bytes(left)

    assert clock.run([shared.take(100 * KILOBYTE)]) == pytest.approx(1, abs=0.2)


def test_a_body_that_is_given_up_takes_no_more_of_the_line(line: Open, clock: Clock) -> None:
    shared = line(100 * KILOBYTE)

    async def give_up() -> None:
        task = asyncio.create_task(shared.take(1000 * KILOBYTE))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    clock.run([give_up()])

    assert clock.run([shared.take(100 * KILOBYTE)]) < 1.5


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="FORECOURT_HOME"):
        SharedBandwidth(tmp_path / "file" / "bandwidth", bytes_per_second=1)


def test_our_own_limit_is_never_the_hosts_fault(
    server: MisbehavingServer, turns: NotedTurns, folder: Path, path: Path
) -> None:
    """Three times slower than the limit of the whole, each piece slower than the idle limit, and nobody is blamed."""
    photo = os.urandom(300 * KILOBYTE)
    server.on("/a.jpg", answer(photo))

    download = asyncio.run(_fetch(server.url("/a.jpg"), turns, folder, path, rate=100 * KILOBYTE))

    assert download == len(photo)


def test_a_connection_that_stood_still_is_good_for_the_next_photo(
    server: MisbehavingServer, turns: NotedTurns, folder: Path, path: Path
) -> None:
    server.on("/a.jpg", answer(os.urandom(30 * KILOBYTE)))

    asyncio.run(_fetch(server.url("/a.jpg"), turns, folder, path, rate=100 * KILOBYTE, times=3))

    assert (server.connections, len(server.requests)) == (1, 3)


def test_a_slow_host_is_told_from_our_own_limit(
    server: MisbehavingServer, turns: NotedTurns, folder: Path, path: Path
) -> None:
    """What it sends is far below what we would take."""
    server.on("/a.jpg", endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x", every_seconds=0.05))

    with pytest.raises(TransientError) as caught:
        asyncio.run(_fetch(server.url("/a.jpg"), turns, folder, path, rate=100 * KILOBYTE))

    assert caught.value.kind == FailureKind.TOO_SLOW


async def _fetch(url: str, turns: NotedTurns, folder: Path, path: Path, *, rate: int, times: int = 1) -> int:
    settings = Settings(allowed_networks="127.0.0.1/32")  # type: ignore[arg-type]  # pydantic splits it
    bandwidth = SharedBandwidth(path, bytes_per_second=rate)
    traffic = Traffic(bandwidth)
    async with Fetcher(settings, turns, limits=PATIENCE, traffic=traffic) as fetcher:
        for _ in range(times):
            download = await fetcher.get_photo(url, referer=None, folder=folder)
    bandwidth.close()
    assert traffic.received_bytes == times * download.size
    return download.size
