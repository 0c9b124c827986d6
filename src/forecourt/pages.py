"""One page or feed of a stranger's site: ask robots.txt, fetch it, read it in a confined child."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Literal

from forecourt.confined.pool import ConfinedPool
from forecourt.confined.turn import ConfinedDied
from forecourt.db.database import Database
from forecourt.errors import Blocked, TransientError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.client import FEED_TYPES, PAGE_BYTES, PAGE_TYPES, Fetcher
from forecourt.fetch.files import ScratchFile
from forecourt.fetch.robots import Robots
from forecourt.host_rules import HostRules
from forecourt.listing.feed_parts import FeedPart
from forecourt.listing.in_child import LARGE_BYTES, PART, PARTS_TASK, READING, TASK
from forecourt.listing.values import PageReading


def reading_pool(*, processes: int) -> ConfinedPool:
    """Child processes with the limits that the largest page or sitemap needs, or a part of a feed."""
    return ConfinedPool(
        TASK, parts_task=PARTS_TASK, processes=processes, memory_bytes=1024**3, cpu_seconds=30, wall_seconds=60
    )


class PageReader:
    """Reads pages, sitemaps and feeds. Fetcher, pool and database are its caller's, to open and to close.

    Args:
        scratch: A folder on a real disk, for feeds while they are read; the system's where it is None.
    """

    def __init__(
        self, *, fetcher: Fetcher, pool: ConfinedPool, database: Database, user_agent: str, scratch: Path | None = None
    ) -> None:
        self._fetcher = fetcher
        self._pool = pool
        self._rules = HostRules(fetcher=fetcher, database=database, user_agent=user_agent)
        self._scratch = scratch or Path(gettempdir())

    async def read(
        self, url: str, *, kind: Literal["page", "sitemap"] = "page", hops: int = 0, may_move: bool = False
    ) -> PageReading:
        """What a URL says.

        Args:
            url: A stranger's.
            kind: What is expected there.
            hops: Redirects that were followed before, and led to this URL.
            may_move: Do not wait for another host that its first redirect leads to.

        Raises:
            Trouble: Blocked where robots.txt keeps us out or a bot wall answered; what the fetch met; a page that
                no reader survives is `unreadable`.
            HostTaken: `may_move`, and that host is not free now.
        """
        max_bytes = PAGE_BYTES if kind == "page" else LARGE_BYTES
        page = await self._fetcher.get_page(
            url, max_bytes=max_bytes, may_ask=self._rules.check, hops=hops, may_move=may_move
        )
        arguments = {"kind": kind, "url": page.url, "content_type": page.content_type}
        try:
            reading = READING.validate_python(await self._pool.run(arguments, data=page.body))
        except ConfinedDied as error:
            raise TransientError(FailureKind.UNREADABLE, str(error)) from error
        return replace(_not_blocked(reading), url=page.url)

    async def read_feed(self, url: str, *, mapping: Mapping[str, Any] | None) -> AsyncGenerator[FeedPart]:
        """What a feed says, a part at a time, whatever its length. Close it (`aclosing`) where it is not read out.

        Args:
            mapping: The table of a mapping file, where there is one.

        Raises:
            Trouble: As for a page; after some parts, too: those were good.
            StoreUnavailable: The disk is full.
        """
        async with aclosing(self._in_parts(url, kind="feed", mapping=mapping)) as parts:
            async for part in parts:
                yield PART.validate_python(part["feed"])

    async def read_whatever(self, url: str) -> AsyncGenerator[FeedPart | PageReading]:
        """One page, sitemap or wall; or a feed, as `read_feed` gives it."""
        async with aclosing(self._in_parts(url, kind="any", mapping=None)) as parts:
            async for part in parts:
                read = _typed(part)
                yield _not_blocked(read) if isinstance(read, PageReading) else read

    async def _in_parts(
        self, url: str, *, kind: Literal["feed", "any"], mapping: Mapping[str, Any] | None
    ) -> AsyncGenerator[Any]:
        with ScratchFile(self._scratch) as file:
            accept = FEED_TYPES if kind == "feed" else PAGE_TYPES
            fetched = await self._fetcher.get_feed(url, keep=file.write, accept=accept, may_ask=self._rules.check)
            arguments: dict[str, Any] = {
                "kind": kind,
                "url": fetched.url,
                "name": url,
                "content_type": fetched.content_type,
                "mapping": mapping,
            }
            async with aclosing(_answers(self._pool, arguments, descriptor=file.descriptor)) as parts:
                async for part in parts:
                    yield part

    async def rules(self, url: str) -> Robots:
        """The robots.txt that governs a URL."""
        return await self._rules.of(url)


async def read_file(
    file: Path, *, url: str, mapping: Mapping[str, Any] | None
) -> AsyncGenerator[FeedPart | PageReading]:
    """What a file of this machine says, read in a confined child like what came from a stranger's server.

    Args:
        url: The address that it stands for.
        mapping: The table of a mapping file: it is a feed then.

    Raises:
        OSError: It cannot be opened.
        Trouble: No reader survives it; after some parts of a feed, too: those were good.
    """
    arguments: dict[str, Any] = {"url": url, "name": url, "content_type": None, "mapping": mapping}
    arguments["kind"] = "any" if mapping is None else "feed"
    with file.open("rb") as opened:
        async with (
            reading_pool(processes=1) as pool,
            aclosing(_answers(pool, arguments, descriptor=opened.fileno())) as parts,
        ):
            async for part in parts:
                yield _typed(part)


async def _answers(pool: ConfinedPool, arguments: Mapping[str, Any], *, descriptor: int) -> AsyncGenerator[Any]:
    try:
        async with aclosing(pool.run_in_parts(arguments, descriptor=descriptor)) as parts:
            async for part in parts:
                yield part
    except ConfinedDied as error:
        raise TransientError(FailureKind.UNREADABLE, str(error)) from error


def _typed(part: Mapping[str, Any]) -> FeedPart | PageReading:
    return PART.validate_python(part["feed"]) if "feed" in part else READING.validate_python(part["page"])


def _not_blocked(reading: PageReading) -> PageReading:
    if reading.kind == "blocked":
        raise Blocked(FailureKind.BLOCKED, "a wall against robots in place of the page")
    return reading
