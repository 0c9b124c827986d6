"""The parent's side of the confined children.

    take an idle child (or start one) → ask → await the answer → give it back

A child that dies, hangs or answers rubbish costs the job that it had, and nothing else. So does a cancelled job: its
child is killed, and an answer can never reach another job than its own.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from forecourt.confined.child import ANSWER, JSON, QUESTION, READY
from forecourt.errors import ForecourtError, Paused, WrongUse

_MOST_JOBS = 2_000  # per child: what a library leaks does not add up
_MOST_ANSWER_BYTES = 64 * 1024 * 1024
_START_SECONDS = 60.0
_END_SECONDS = 1.0  # between hanging up and being gone
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[2]); from forecourt.confined.child import main; main()"


class ConfinedDied(ForecourtError):
    """The child had this job and died, hung, or answered what is no answer."""


class ConfinedPool:
    """Child processes that run one task on a stranger's bytes.

    Args:
        task: "module:function", a constant of ours; the function takes (arguments, data) and returns JSON.
        processes: The most children, and so the most jobs at the same time.
        memory_bytes: What a job may use on top of the child's own imports.
        cpu_seconds: Processor time of one job; the kernel kills the child at the next second.
        wall_seconds: How long we wait for one answer.

    `async with` starts the children and does not wait for them. Use it from the thread that runs the event loop, which
    must outlive the pool: the kernel sends the death signal when the *thread* that started a child ends.
    """

    def __init__(self, task: str, *, processes: int, memory_bytes: int, cpu_seconds: int, wall_seconds: float) -> None:
        self._task = task
        self._processes = processes
        self._orders: dict[str, JSON] = {"task": task, "memory_bytes": memory_bytes, "cpu_seconds": cpu_seconds}
        self._wall_seconds = wall_seconds
        self._turn = asyncio.Semaphore(processes)
        self._idle: list[_Child] = []
        self._children: set[_Child] = set()
        self._ending: list[_Child] = []
        self._open = False

    async def __aenter__(self) -> Self:
        self._open = True
        self._idle = [self._start() for _ in range(self._processes)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open = False
        started = [*self._ending, *self._children]
        for child in self._children:
            child.process.kill()  # a busy one's job notices, and discards it
        while self._idle:
            self._discard(self._idle.pop())
        for child in started:
            await asyncio.to_thread(child.process.wait)

    async def run(self, arguments: Mapping[str, JSON], *, file: Path | None = None, data: bytes = b"") -> JSON:
        """Ask one child, and give its answer.

        Args:
            arguments: What the task's function gets first.
            file: Handed over as an open descriptor; the child reads it whole and opens nothing.
            data: The bytes themselves, where there is no file.

        Raises:
            ConfinedDied: This job's child died, hung or answered rubbish.
            WrongUse: No child can be started: a broken installation, or a memory limit that the imports exceed.
            Paused: The system has no process or descriptor left for us.
        """
        async with self._turn:
            child = await self._take()
            try:
                return await self._ask(child, json.dumps(arguments).encode("ascii"), file, data)
            finally:
                self._give_back(child)

    async def _take(self) -> "_Child":
        """An idle child that lives, or a new one. A start that fails is tried once more: it may be a lack of memory."""
        last_words = ""
        for _ in range(2 + len(self._idle)):
            if not self._open:
                raise RuntimeError("the pool is closed")
            child = self._idle.pop() if self._idle else self._start()
            try:
                if await child.is_ready():
                    return child
                last_words = await child.last_words()
            finally:
                if not child.is_fit:
                    self._discard(child)
        raise WrongUse(f"the child process for {self._task} does not start: {last_words}")

    async def _ask(self, child: "_Child", arguments: bytes, file: Path | None, data: bytes) -> JSON:
        try:
            async with asyncio.timeout(self._wall_seconds):
                return await child.answer(arguments, file, data)
        except TimeoutError as error:
            raise ConfinedDied(f"no answer within {self._wall_seconds:g} s") from error
        except _HungUp as error:
            raise ConfinedDied(await child.last_words()) from error
        except (ValueError, RecursionError) as error:
            raise ConfinedDied("the answer is not JSON") from error

    def _give_back(self, child: "_Child") -> None:
        if self._open and child.is_fit and child.jobs < _MOST_JOBS:
            self._idle.append(child)
        else:
            self._discard(child)

    def _start(self) -> "_Child":
        try:
            child = _Child(self._orders)
        except OSError as error:
            raise Paused(f"no child process can be started: {error.strerror}") from error
        self._children.add(child)
        return child

    def _discard(self, child: "_Child") -> None:
        child.end()
        self._children.discard(child)
        self._ending = [other for other in [*self._ending, child] if other.process.poll() is None]


class _HungUp(Exception):
    """The child closed its end, or sent what cannot be the length of an answer."""


class _Child:
    """One process, its socket, and whether it can take a job."""

    def __init__(self, orders: Mapping[str, JSON]) -> None:
        self.jobs = 0
        self.is_fit = False  # from READY on, but for the time between a question and its whole answer
        self._socket, theirs = socket.socketpair()
        self._stderr, stderr = os.pipe()
        os.set_blocking(self._stderr, False)
        os.set_blocking(stderr, False)  # a talkative library loses words; it does not hang
        self._socket.setblocking(False)  # noqa: FBT003 (takes no keyword)
        given = json.dumps({**orders, "parent_id": os.getpid(), "socket": theirs.fileno()})
        path = json.dumps([entry for entry in sys.path if entry])
        try:
            self.process = subprocess.Popen(  # noqa: S603 (our own interpreter and constants)
                [sys.executable, "-I", "-S", "-W", "ignore", "-c", _BOOT, given, path],
                env={},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError:
            self._socket.close()
            os.close(self._stderr)
            raise
        finally:
            theirs.close()
            os.close(stderr)

    async def is_ready(self) -> bool:
        """Wait for the imports. False if the child ended, also while it was idle, or came to nothing in a minute."""
        was_fit, self.is_fit = self.is_fit, False
        if self.process.poll() is None:
            try:
                async with asyncio.timeout(_START_SECONDS):
                    self.is_fit = was_fit or await self._receive(len(READY)) == READY
            except (_HungUp, TimeoutError):
                pass
        return self.is_fit

    async def answer(self, arguments: bytes, file: Path | None, data: bytes) -> JSON:
        """Send one question and read its whole answer; only then is the child fit for the next.

        Raises:
            _HungUp: The child is gone, or what it sent cannot be the length of an answer.
            ValueError: What it sent is not JSON, RecursionError: or too deep.
        """
        self.is_fit = False
        self.jobs += 1
        try:
            self._send_head(QUESTION.pack(len(arguments), len(data), file is not None), file)
            await asyncio.get_running_loop().sock_sendall(self._socket, arguments + data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _HungUp from error
        [length] = ANSWER.unpack(await self._receive(ANSWER.size))
        if not 0 < length <= _MOST_ANSWER_BYTES:
            raise _HungUp
        answer: JSON = json.loads(await self._receive(length))
        self.is_fit = True
        return answer

    def _send_head(self, head: bytes, file: Path | None) -> None:
        # Nothing is on its way when a question is sent: the buffer has room for its head.
        if file is None:
            self._socket.send(head)
            return
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            socket.send_fds(self._socket, [head], [descriptor])
        finally:
            os.close(descriptor)

    async def _receive(self, length: int) -> bytes:
        loop = asyncio.get_running_loop()
        received = bytearray(length)
        view = memoryview(received)
        while view:
            try:
                count = await loop.sock_recv_into(self._socket, view)
            except ConnectionResetError:
                count = 0
            if count == 0:
                raise _HungUp
            view = view[count:]
        return bytes(received)

    async def last_words(self) -> str:
        """How the child ended, in one line; it is killed if it lives."""
        try:
            code = await asyncio.to_thread(self.process.wait, _END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = await asyncio.to_thread(self.process.wait)
        try:
            said = os.read(self._stderr, 65536).decode("utf-8", "replace").strip().splitlines()
        except BlockingIOError:
            said = []
        if code < 0:
            return f"the child was ended by {signal.Signals(-code).name}"
        return "".join(c for c in said[-1] if c.isprintable())[:200] if said else f"the child ended with code {code}"

    def end(self) -> None:
        """Kill the process and let go of its socket; the caller waits for it."""
        self.process.kill()
        self._socket.close()
        os.close(self._stderr)
