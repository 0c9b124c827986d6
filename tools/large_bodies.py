"""Large photos, many at once: what they take of memory, over the whole process tree of the program."""

import asyncio
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass, field

from photo_made import encoded, picture, segment
from process_tree import taken_by
from running_program import Program, ended, images
from servers.misbehaving import Exchange, Request, misbehaving
from soak_world import add_vehicle

_LONGEST_COMMENT = 65_533  # of a JPEG
_COMMENT = segment(0xFE, bytes(_LONGEST_COMMENT))
_PER_HOST = 2
_RUN_SECONDS = 600
_LOOK_SECONDS = 0.1


@dataclass
class LargeBodies:
    """A server's behaviour: each body stops short of its end until all have come so far, and drips meanwhile."""

    bodies: int
    size_bytes: int
    waiting: int = 0
    most_at_once: int = 0
    _photo: bytes = field(default_factory=lambda: encoded(picture(640, 480, seed=911)))

    async def give(self, request: Request, exchange: Exchange) -> None:
        """A photo of its own, as long as is wished: most of it is comments."""
        comments = self.size_bytes // len(_COMMENT)
        head = self._photo[:2] + segment(0xFE, request.target.encode("ascii"))
        length = len(head) + comments * len(_COMMENT) + len(self._photo) - 2
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + head)
        dripped = 0
        for _ in range(comments * 9 // 10):
            await exchange.send(_COMMENT)
        self.waiting += 1
        self.most_at_once = max(self.most_at_once, self.waiting)
        while self.most_at_once < self.bodies and dripped < comments // 20:
            await exchange.send(_COMMENT)  # the program ends what is silent
            dripped += 1
            await asyncio.sleep(1)
        for _ in range(comments - comments * 9 // 10 - dripped):
            await exchange.send(_COMMENT)
        await exchange.send(self._photo[2:])
        self.waiting -= 1


@dataclass(frozen=True)
class MemoryTaken:
    """What a run over large bodies took.

    Attributes:
        at_once: How many had come to nine tenths and more at the same time.
    """

    stored: int
    at_once: int
    idle_pss_bytes: int
    most_pss_bytes: int


def take_large_bodies(program: Program, *, bodies: int, size_bytes: int) -> MemoryTaken:
    """Let one trickle fetch them all at once."""
    large = LargeBodies(bodies, size_bytes)
    with ExitStack() as stack:
        hosts = [stack.enter_context(misbehaving(f"127.0.3.{n}")) for n in range(1, 1 + -(-bodies // _PER_HOST))]
        urls = []
        for number in range(bodies):
            server, path = hosts[number // _PER_HOST], f"/large/{number}.jpg"
            server.on(path, large.give)
            urls.append(server.url(path))
        add_vehicle(program.engine, 0, urls)
        looks = []
        settings = {"concurrency": bodies, "host_concurrency": _PER_HOST, "max_images_per_vehicle": 0}
        command = ("trickle-backfill-images", "--max-images", "0")
        process = stack.enter_context(program.started(*command, **settings))
        while process.poll() is None:
            looks.append(taken_by(process.pid).pss_bytes)
            try:
                process.wait(_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        ended(process, seconds=_RUN_SECONDS)
    stored = sum(row["status"] == "stored" for row in images(program.engine))
    return MemoryTaken(stored, large.most_at_once, looks[0], max(looks))
