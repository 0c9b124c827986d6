"""One bounded GET at a time: of a photo or a feed into a file, of a page into memory.

    judge the URL → wait for the host's turn → connect (the address is judged again) → headers → body
          ↑___________________________ at most 5 redirects ______________________________|

No proxy, no netrc, no cookies; one layer of encoding. What goes wrong leaves as one of errors.py, translated in
`fetch/outcome.py`, and passes through the turn of the host whose trouble it is.
"""

import asyncio
import posixpath
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import unquote

import aiohttp
from yarl import URL

from forecourt.errors import Blocked, HostTaken, PermanentError, TransientError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch import outcome, robots
from forecourt.fetch.address import SplitUrl, host_of, judge_location, judge_url, may_be_asked, split_url
from forecourt.fetch.body import Take, read_body
from forecourt.fetch.files import NewFile
from forecourt.fetch.limits import Limits
from forecourt.fetch.resolver import LookUp, ask_system
from forecourt.fetch.session import Send, open_session
from forecourt.fetch.traffic import Traffic
from forecourt.settings import Settings

PHOTO_TYPES = "image/jpeg,image/png,image/webp;q=0.9,image/*;q=0.8,*/*;q=0.5"
PAGE_TYPES = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
FEED_TYPES = "text/csv,application/json,application/xml,text/xml,*/*;q=0.5"
PAGE_BYTES = 5 * 1024 * 1024
FEED_BYTES = 4 * 1024**3  # a million vehicles with everything that is said of them

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_KEPT_HEADER = 500


Meaning = Callable[[Trouble], Trouble]
AtOnce = Callable[[str, int], bool]
Answer = AbstractAsyncContextManager[tuple[SplitUrl, aiohttp.ClientResponse, Take]]


class Turns(Protocol):
    """Who says when a host may be asked. The worker implements it over host leases, intervals and concurrency."""

    def turn(self, host: str, *, at_once: bool = False) -> AbstractAsyncContextManager[Callable[[], None]]:
        """Wait for, and hold, the right to send ONE request to the host (`address.host_of`) now.

        `at_once`: raise HostTaken where another worker holds the host or it asked for patience.

        Entered for every hop, left when its body has been read or its redirect seen; waiting here is not counted in
        any limit. A Trouble that is raised inside, passes through, and is about this very host: what a redirect leads
        to has a turn of its own. May raise LeaseLost or HostTrouble, which pass through the Fetcher.
        """


class MayAsk(Protocol):
    """Whether the rules of its host let us ask for a URL. Called for every hop, outside of the host's turn."""

    async def __call__(self, url: str, *, at_once: bool) -> None:
        """Raise Blocked where they do not; `at_once`: HostTaken where they would have to be asked for, and waited."""


@dataclass(frozen=True, slots=True)
class Download:
    """A photo's bytes in a file that is the caller's now; nothing is proven about them."""

    path: Path
    sha256: str
    size: int
    content_type: str | None
    final_url: str
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page, feed or sitemap; `url` is where the redirects ended. The body is bytes: a .gz file is still packed."""

    url: str
    status: int
    body: bytes
    content_type: str | None


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """Where the redirects ended, and what was said of the bytes that were handed on."""

    url: str
    content_type: str | None


class Fetcher:
    """The only way out to a stranger's server. An async context manager; one for a worker.

    Raises:
        SettingsError: On entering, if FORECOURT_HOSTS_FILE or FORECOURT_CA_FILE cannot be read.
    """

    def __init__(
        self,
        settings: Settings,
        turns: Turns,
        *,
        limits: Limits | None = None,
        look_up: LookUp = ask_system,
        traffic: Traffic | None = None,
    ) -> None:
        self._settings = settings
        self._turns = turns
        self._limits = limits or Limits()
        self._look_up = look_up
        ours = str(settings.public_image_url or "")
        self._ours = split_url(ours) if may_be_asked(ours) else None
        self._traffic = traffic or Traffic()
        self._send: Send

    async def __aenter__(self) -> Self:
        self._send = open_session(self._settings, self._limits, self._look_up)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._send.close()

    async def get_photo(
        self,
        url: str,
        *,
        referer: str | None,
        folder: Path,
        hops: int = 0,
        at_once: bool = False,
        may_ask: MayAsk | None = None,
    ) -> Download:
        """Stream a photo into a new file in `folder`. Nothing is left there if anything goes wrong.

        Args:
            url: A stranger's.
            referer: The page that shows the photo; not sent from https to http.
            folder: On the file system of the photo store, so that a rename is enough afterwards.
            hops: Redirects that were followed before, and led to this URL.
            at_once: Do not wait for its host either, where it is not free now.
            may_ask: Where photos obey robots.txt.

        Raises:
            Trouble: HostTrouble, TransientError, Gone, Blocked or PermanentError.
            HostTaken: A redirect leads to another host, which is not free now.
            StoreUnavailable: The file cannot be written.
        """
        headers = {"Accept": PHOTO_TYPES, "Accept-Encoding": "identity"}
        max_bytes = self._settings.max_image_bytes
        with NewFile(folder) as file:  # outside: giving the turn back may fail, too
            may_wait_for = "" if at_once else host_of(url)
            answer = self._answer(
                url, headers, referer, hops=hops, at_once=lambda host, _: host != may_wait_for, may_ask=may_ask
            )
            async with answer as (split, response, take):
                self._obey_noai(response)
                size = await read_body(response, keep=file.write, max_bytes=max_bytes, limits=self._limits, take=take)
            return Download(
                path=file.path,
                sha256=file.keep(),
                size=size,
                content_type=_header(response, "Content-Type"),
                final_url=split.url,
                etag=_header(response, "ETag"),
                last_modified=_header(response, "Last-Modified"),
            )

    async def get_page(
        self,
        url: str,
        *,
        accept: str = PAGE_TYPES,
        max_bytes: int = PAGE_BYTES,
        cut: bool = False,
        may_ask: MayAsk | None = None,
        hops: int = 0,
        may_move: bool = False,
    ) -> FetchedPage:
        """Read a page, feed or sitemap into memory.

        Args:
            url: A stranger's.
            accept: The types that we can read.
            max_bytes: After decoding.
            cut: Give the first `max_bytes` of what is longer, instead of TOO_LARGE.
            may_ask: What robots.txt says of it, and of where it leads.
            hops: Redirects that were followed before, and led to this URL.
            may_move: Do not wait for another host that its first redirect leads to. Later ones are waited for.

        Raises:
            Trouble: As for a photo. There is no page for a status other than 2xx.
            HostTaken: `may_move`, and that host is not free now.
        """
        answer = self._answer(
            url,
            _page_headers(accept),
            None,
            hops=hops,
            at_once=lambda host, hop: may_move and hop == 1 and host != host_of(url),
            may_ask=may_ask,
        )
        return await self._page(answer, max_bytes=max_bytes, cut=cut)

    async def _page(self, answer: Answer, *, max_bytes: int, cut: bool) -> FetchedPage:
        body = bytearray()
        async with answer as (split, response, take):
            await read_body(response, keep=body.extend, max_bytes=max_bytes, limits=self._limits, take=take, cut=cut)
            return FetchedPage(split.url, response.status, bytes(body), _header(response, "Content-Type"))

    async def get_feed(
        self,
        url: str,
        *,
        keep: Callable[[bytes], object],
        accept: str = FEED_TYPES,
        may_ask: MayAsk | None = None,
    ) -> FetchedFile:
        """Hand a feed on, piece by piece as it comes: it may be larger than our memory.

        Args:
            url: A stranger's.
            keep: Takes each piece, `FEED_BYTES` of them after decoding at most. A .gz file is still packed.
            accept: The types that we can read.
            may_ask: As for a page.

        Raises:
            Trouble: As for a page.
        """
        seconds = self._limits.feed_seconds
        answer = self._answer(url, _page_headers(accept), None, total_seconds=seconds, may_ask=may_ask)
        async with answer as (split, response, take):
            await read_body(response, keep=keep, max_bytes=FEED_BYTES, limits=self._limits, take=take)
            return FetchedFile(split.url, _header(response, "Content-Type"))

    async def get_robots(self, url: str, *, at_once: bool = False) -> str:
        """The robots.txt that governs a URL, as text to keep for a day and to give to `Robots`; empty for no rules.

        Args:
            at_once: Do not wait for a host that is not free now.

        Raises:
            HostTrouble: 5xx or silence: nothing of the host may be read for now.
            HostTaken: It is not free now.
        """
        place = self._judge(url).origin + "/robots.txt"
        answer = self._answer(
            place, _page_headers("text/plain"), None, at_once=lambda *_: at_once, meaning=robots.as_the_hosts
        )
        try:
            page = await self._page(answer, max_bytes=robots.MAX_BYTES, cut=True)
        except Trouble as trouble:
            return robots.text_after(trouble)
        return robots.text_of(page.body)

    @asynccontextmanager
    async def _answer(
        self,
        url: str,
        headers: dict[str, str],
        referer: str | None,
        *,
        total_seconds: float | None = None,
        hops: int = 0,
        at_once: AtOnce | None = None,
        meaning: Meaning | None = None,
        may_ask: MayAsk | None = None,
    ) -> AsyncIterator[tuple[SplitUrl, aiohttp.ClientResponse, Take]]:
        """Follow redirects to a 2xx; inside, its body can be read, at the pace of our own bandwidth.

        Args:
            hops: Those that were followed before.
            at_once: Whether not to wait for this host, so many hops from here; None: each is waited for.
            meaning: What trouble means here; the turn of the host sees it so.
            may_ask: Asked for each hop.
        """
        split = self._judge(url)
        seen = {split}
        seconds = total_seconds or self._limits.total_seconds
        for hop in range(self._limits.redirects + 1 - hops):
            hurries = at_once(split.manners_host, hop) if at_once else False
            try:
                if may_ask:
                    await may_ask(split.url, at_once=hurries)
                hop_headers = headers | _referer(referer, split)
                hop_turn = self._turn(split, at_once=hurries, meaning=meaning)
                async with (
                    hop_turn as is_on_its_way,
                    self._hop(split, hop_headers, seconds, is_on_its_way) as (response, timer),
                ):
                    if response.status not in _REDIRECTS:
                        retry_after = response.headers.get("Retry-After")
                        trouble = outcome.of_status(response.status, retry_after=retry_after, now=datetime.now(UTC))
                        if trouble is not None:
                            raise trouble
                        yield split, response, partial(self._traffic.take, timer=timer)
                        return
                    location = response.headers.get("Location")
            except HostTaken as taken:
                raise HostTaken(taken.host, url=split.url, hops=hop) from taken
            if not location:
                raise TransientError(FailureKind.PROTOCOL, "a redirect without Location")
            split = self._judge_location(split, location)
            if split in seen:
                break
            seen.add(split)
        raise TransientError(FailureKind.TOO_MANY_REDIRECTS, f"a loop, or more than {self._limits.redirects}")

    @asynccontextmanager
    async def _turn(
        self, split: SplitUrl, *, at_once: bool, meaning: Meaning | None
    ) -> AsyncIterator[Callable[[], None]]:
        async with self._turns.turn(split.manners_host, at_once=at_once) as is_on_its_way:
            try:
                yield is_on_its_way
            except Trouble as trouble:
                meant = meaning(trouble) if meaning else trouble
                if meant is trouble:
                    raise
                raise meant from trouble

    @asynccontextmanager
    async def _hop(
        self, split: SplitUrl, headers: dict[str, str], seconds: float, is_on_its_way: Callable[[], None]
    ) -> AsyncIterator[tuple[aiohttp.ClientResponse, asyncio.Timeout]]:
        """One request, in its turn. Before the headers a failure is the host's, after them it is the photo's."""
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._send.get(URL(split.url, encoded=True), headers, is_on_its_way)
        except (aiohttp.ClientError, OSError) as error:
            raise outcome.connecting(error) from error
        try:
            async with asyncio.timeout_at(deadline) as timer:
                self._refuse_large_headers(response)
                yield response, timer
        except (aiohttp.ClientError, OSError) as error:
            raise outcome.in_body(error) from error
        finally:
            response.release()  # closes the connection, unless the body has been read

    def _judge(self, url: str) -> SplitUrl:
        return self._refuse_ourselves(judge_url(url, allowed_networks=self._settings.allowed_networks))

    def _judge_location(self, base: SplitUrl, location: str) -> SplitUrl:
        split = judge_location(base, location, allowed_networks=self._settings.allowed_networks)
        return self._refuse_ourselves(split)

    def _refuse_ourselves(self, split: SplitUrl) -> SplitUrl:
        """By http or https: what we show is no source of what we show. Other folders of that host may be a dealer's."""
        ours = self._ours
        if ours and split.manners_host == ours.manners_host and _folder(split).startswith(_folder(ours)):
            raise PermanentError(FailureKind.FORBIDDEN_ADDRESS, "our own address")
        return split

    def _obey_noai(self, response: aiohttp.ClientResponse) -> None:
        tags = response.headers.getall("X-Robots-Tag", ())
        if self._settings.obey_noai and robots.refuses_ai(tags, self._settings.user_agent):
            raise Blocked(FailureKind.ROBOTS, "X-Robots-Tag says noai")

    def _refuse_large_headers(self, response: aiohttp.ClientResponse) -> None:
        if sum(len(name) + len(value) for name, value in response.raw_headers) > self._limits.header_bytes:
            raise TransientError(FailureKind.PROTOCOL, f"more than {self._limits.header_bytes} bytes of headers")


def _folder(split: SplitUrl) -> str:
    """The path as a server may read it, however it is spelt; with a slash at its end: `/images-too` is another."""
    path = posixpath.normpath(unquote(split.target.partition("?")[0]))
    return f"/{path.strip('/')}/"


def _page_headers(accept: str) -> dict[str, str]:
    return {"Accept": accept, "Accept-Encoding": "gzip, br"}


def _referer(referer: str | None, to: SplitUrl) -> dict[str, str]:
    """The page's URL without fragment and secrets; nothing where it is no URL, or would leave https."""
    if referer is None:
        return {}
    try:
        page = split_url(referer)
    except PermanentError:
        return {}
    return {} if page.scheme == "https" and to.scheme == "http" else {"Referer": page.url}


def _header(response: aiohttp.ClientResponse, name: str) -> str | None:
    """A header that goes into a row: plain ASCII, and not a novel."""
    value = response.headers.get(name, "").encode("ascii", "replace").decode("ascii")
    return value if 0 < len(value) <= _LONGEST_KEPT_HEADER else None
