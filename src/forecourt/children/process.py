"""One child, seen from its parent: the process, its socket, and whether it can take a job."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence

from forecourt.children.serving import ANSWER, JSON, QUESTION, READY

_MOST_ANSWER_BYTES = 64 * 1024 * 1024
_START_SECONDS = 60.0
_END_SECONDS = 1.0  # between hanging up and being gone
# What a job has freed is there for the next one: else the C library gives it back to the kernel, and takes it again
# page by page. Names and values are glibc's (mallopt(3)); elsewhere they say nothing.
_KEPT_BYTES = 8 * 1024 * 1024
_ENVIRONMENT = {"MALLOC_MMAP_THRESHOLD_": str(_KEPT_BYTES), "MALLOC_TRIM_THRESHOLD_": str(_KEPT_BYTES)}
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[2]); from {module} import main; main()"


class HungUp(Exception):
    """The child closed its end, or sent what cannot be the length of an answer."""


class ChildProcess:
    """One process, its socket, and whether it can take a job.

    Args:
        module: Its `main` is what the child runs; it ends in `serving.serve`.
        orders: What `main` finds in `serving.read_orders`.
    """

    def __init__(self, module: str, orders: Mapping[str, JSON]) -> None:
        self.jobs = 0
        self.is_fit = False  # from READY on, but for the time between a question and its whole answer
        self._unanswered = 0
        self._socket, theirs = socket.socketpair()
        self._stderr, stderr = os.pipe()
        os.set_blocking(self._stderr, False)
        os.set_blocking(stderr, False)  # a talkative library loses words; it does not hang
        self._socket.setblocking(False)  # noqa: FBT003 (takes no keyword)
        given = json.dumps({**orders, "parent_id": os.getpid(), "socket": theirs.fileno()})
        path = json.dumps([entry for entry in sys.path if entry])
        try:
            self.process = subprocess.Popen(  # noqa: S603 (our own interpreter and constants)
                [sys.executable, "-I", "-S", "-W", "ignore", "-c", _BOOT.format(module=module), given, path],
                env=_ENVIRONMENT,
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
            except (HungUp, TimeoutError):
                pass
        return self.is_fit

    async def answer(self, jobs: Sequence[JSON], descriptors: Sequence[int] = (), data: bytes = b"") -> list[JSON]:
        """Send one question and read its whole answer, one for each job; only then is the child fit for the next.

        Raises:
            HungUp: The child is gone, or what it sent cannot be the length of an answer.
            ValueError: What it sent is no JSON of that kind, RecursionError: or too deep.
        """
        await self.ask(jobs, descriptors, data, in_parts=False)
        return await self.next_answer(len(jobs))

    async def next_answer(self, jobs: int) -> list[JSON]:
        """Read the answer to the oldest question that has none: one for each of its jobs. Raises as `answer` does."""
        answer = json.loads(await self._next())
        if not isinstance(answer, list) or len(answer) != jobs:
            raise ValueError("not an answer to each job")
        self._unanswered -= 1
        self.is_fit = not self._unanswered
        return answer

    async def part(self) -> list[JSON]:
        """The next part of an answer; none behind the last one: the child is fit again. Raises as `answer` does."""
        text = await self._next()
        self._unanswered -= not text
        self.is_fit = not self._unanswered
        return [json.loads(text)] if text else []

    def ask_at_once(self, jobs: Sequence[JSON], descriptors: Sequence[int]) -> None:
        """Send a small question, up to MOST_JOBS jobs with a descriptor each, also while others are unanswered.

        Raises:
            HungUp: The child is gone, or does not read.
        """
        head, text = self._question(jobs, descriptors, in_parts=False)
        try:
            if socket.send_fds(self._socket, [head, text], descriptors) < len(head) + len(text):
                raise HungUp
        except (BrokenPipeError, ConnectionResetError, BlockingIOError) as error:
            raise HungUp from error

    async def ask(
        self, jobs: Sequence[JSON], descriptors: Sequence[int] = (), data: bytes = b"", *, in_parts: bool
    ) -> None:
        """Send one question: up to MOST_JOBS jobs with a descriptor each, or one that may have data."""
        head, text = self._question(jobs, descriptors, data, in_parts=in_parts)
        rest = text + data
        try:
            # Nothing is on its way when a question is sent: the buffer has room for its head.
            if descriptors:
                socket.send_fds(self._socket, [head], descriptors)
                await asyncio.get_running_loop().sock_sendall(self._socket, rest)
            else:
                await asyncio.get_running_loop().sock_sendall(self._socket, head + rest)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise HungUp from error

    def _question(
        self, jobs: Sequence[JSON], descriptors: Sequence[int], data: bytes = b"", *, in_parts: bool
    ) -> tuple[bytes, bytes]:
        """Its head and its arguments, counted as asked."""
        self.is_fit = False
        self.jobs += len(jobs)
        self._unanswered += 1
        text = json.dumps(jobs).encode("ascii")
        return QUESTION.pack(len(text), len(data), len(descriptors), in_parts), text

    async def _next(self) -> bytes:
        [length] = ANSWER.unpack(await self._receive(ANSWER.size))
        if length > _MOST_ANSWER_BYTES:
            raise HungUp
        return await self._receive(length)

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
                raise HungUp
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
