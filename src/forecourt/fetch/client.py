"""One bounded GET at a time: of a photo or a feed into a file, of a page into memory.

    judge the URL → wait for the host's turn → connect (the address is judged again) → headers → body
          ↑___________________________ at most 5 redirects ______________________________|

No proxy, no netrc, no cookies; one layer of encoding. What goes wrong leaves as one of errors.py, translated in
`fetch/outcome.py`, and passes through the turn of the host whose trouble it is.
"""

import posixpath
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import unquote

from forecourt.errors import Blocked, HostTaken, PermanentError, TransientError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch import outcome, robots
from forecourt.fetch.address import SplitUrl, host_of, judge_location, judge_url, may_be_asked, split_url
from forecourt.fetch.body import Body, Keep
from forecourt.fetch.connections import Connections
from forecourt.fetch.files import NewFile
from forecourt.fetch.head import Head
from forecourt.fetch.limits import Limits
from forecourt.fetch.resolver import LookUp, ask_system
from forecourt.fetch.traffic import Traffic
from forecourt.settings import Settings

PHOTO_TYPES = "image/jpeg,image/png,image/webp;q=0.9,image/*;q=0.8,*/*;q=0.5"
PAGE_TYPES = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
FEED_TYPES = "text/csv,application/json,application/xml,text/xml,*/*;q=0.5"
PAGE_BYTES = 5 * 1024 * 1024
FEED_BYTES = 4 * 1024**3  # a million vehicles with everything that is said of them

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_KEPT_HEADER = 500
_PHOTO_HEADERS = {"Accept": PHOTO_TYPES, "Accept-Encoding": "identity"}


Meaning = Callable[[Trouble], Trouble]
AtOnce = Callable[[str, int], bool]
HeadersFor = Callable[[SplitUrl], dict[str, str]]


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
        self._connections: Connections

    async def __aenter__(self) -> Self:
        self._connections = Connections(self._settings, self._limits, self._look_up)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._connections.close()

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
        with NewFile(folder) as file:  # outside: giving the turn back may fail, too
            body = self._body(file.write, max_bytes=self._settings.max_image_bytes, judge=self._obey_noai)
            may_wait_for = "" if at_once else host_of(url)
            split, head = await self._ask(
                url,
                body,
                lambda split: _PHOTO_HEADERS | _referer(referer, split),
                hops=hops,
                at_once=lambda host, _: host != may_wait_for,
                may_ask=may_ask,
            )
            return Download(
                path=file.path,
                sha256=file.keep(),
                size=body.size,
                content_type=_header(head, "content-type"),
                final_url=split.url,
                etag=_header(head, "etag"),
                last_modified=_header(head, "last-modified"),
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
        kept = bytearray()
        split, head = await self._ask(
            url,
            self._body(kept.extend, max_bytes=max_bytes, cut=cut),
            _page_headers(accept),
            hops=hops,
            at_once=lambda host, hop: may_move and hop == 1 and host != host_of(url),
            may_ask=may_ask,
        )
        return FetchedPage(split.url, head.status, bytes(kept), _header(head, "content-type"))

    async def get_feed(
        self,
        url: str,
        *,
        keep: Keep,
        accept: str = FEED_TYPES,
        may_ask: MayAsk | None = None,
    ) -> FetchedFile:
        """Hand a feed on, piece by piece as it comes: it may be larger than our memory.

        Args:
            url: A stranger's.
            keep: Takes each piece at once, `FEED_BYTES` after decoding in all. A .gz file is still packed.
            accept: The types that we can read.
            may_ask: As for a page.

        Raises:
            Trouble: As for a page.
        """
        body = self._body(keep, max_bytes=FEED_BYTES)
        seconds = self._limits.feed_seconds
        split, head = await self._ask(url, body, _page_headers(accept), total_seconds=seconds, may_ask=may_ask)
        return FetchedFile(split.url, _header(head, "content-type"))

    async def get_robots(self, url: str, *, at_once: bool = False) -> str:
        """The robots.txt that governs a URL, as text to keep for a day and to give to `Robots`; empty for no rules.

        Args:
            at_once: Do not wait for a host that is not free now.

        Raises:
            HostTrouble: 5xx or silence: nothing of the host may be read for now.
            HostTaken: It is not free now.
        """
        place = self._judge(url).origin + "/robots.txt"
        kept = bytearray()
        try:
            await self._ask(
                place,
                self._body(kept.extend, max_bytes=robots.MAX_BYTES, cut=True),
                _page_headers("text/plain"),
                at_once=lambda *_: at_once,
                meaning=robots.as_the_hosts,
            )
        except Trouble as trouble:
            return robots.text_after(trouble)
        return robots.text_of(bytes(kept))

    def _body(
        self, keep: Keep, *, max_bytes: int, cut: bool = False, judge: Callable[[Head], None] | None = None
    ) -> Body:
        return Body(keep, max_bytes=max_bytes, limits=self._limits, traffic=self._traffic, judge=judge, cut=cut)

    async def _ask(
        self,
        url: str,
        body: Body,
        headers_for: HeadersFor,
        *,
        total_seconds: float | None = None,
        hops: int = 0,
        at_once: AtOnce | None = None,
        meaning: Meaning | None = None,
        may_ask: MayAsk | None = None,
    ) -> tuple[SplitUrl, Head]:
        """Follow redirects to a 2xx, whose body is read. Where that was, and what its headers say.

        Args:
            url: A stranger's.
            body: Takes it, at the pace of our own bandwidth.
            headers_for: What is sent to where a hop leads.
            total_seconds: For each request.
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
                async with self._turns.turn(split.manners_host, at_once=hurries) as is_on_its_way:
                    try:
                        head = await self._hop(split, body, headers_for(split), seconds, is_on_its_way)
                    except Trouble as trouble:
                        if meaning is None or (meant := meaning(trouble)) is trouble:
                            raise
                        raise meant from trouble
            except HostTaken as taken:
                raise HostTaken(taken.host, url=split.url, hops=hop) from taken
            if head.status not in _REDIRECTS:
                return split, head
            location = head.first("location")
            if not location:
                raise TransientError(FailureKind.PROTOCOL, "a redirect without Location")
            split = self._judge_location(split, location)
            if split in seen:
                break
            seen.add(split)
        raise TransientError(FailureKind.TOO_MANY_REDIRECTS, f"a loop, or more than {self._limits.redirects}")

    async def _hop(
        self, split: SplitUrl, body: Body, headers: dict[str, str], seconds: float, is_on_its_way: Callable[[], None]
    ) -> Head:
        """One request, in its turn: a redirect, or a 2xx whose body has been read."""
        try:
            head = await self._connections.get(split, headers, body, seconds=seconds, is_on_its_way=is_on_its_way)
        except OSError as error:
            raise outcome.of_error(error) from error
        if head.status not in _REDIRECTS:
            trouble = outcome.of_status(head.status, retry_after=head.first("retry-after"), now=datetime.now(UTC))
            if trouble is not None:
                raise trouble
        return head

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

    def _obey_noai(self, head: Head) -> None:
        if self._settings.obey_noai and robots.refuses_ai(head.all("x-robots-tag"), self._settings.user_agent):
            raise Blocked(FailureKind.ROBOTS, "X-Robots-Tag says noai")


def _folder(split: SplitUrl) -> str:
    """The path as a server may read it, however it is spelt; with a slash at its end: `/images-too` is another."""
    path = posixpath.normpath(unquote(split.target.partition("?")[0]))
    return f"/{path.strip('/')}/"


def _page_headers(accept: str) -> HeadersFor:
    return lambda _: {"Accept": accept, "Accept-Encoding": "gzip, br"}


def _referer(referer: str | None, to: SplitUrl) -> dict[str, str]:
    """The page's URL without fragment and secrets; nothing where it is no URL, or would leave https."""
    if referer is None:
        return {}
    try:
        page = split_url(referer)
    except PermanentError:
        return {}
    return {} if page.scheme == "https" and to.scheme == "http" else {"Referer": page.url}


def _header(head: Head, name: str) -> str | None:
    """A header that goes into a row: plain ASCII, and not a novel."""
    value = (head.first(name) or "").encode("ascii", "replace").decode("ascii")
    return value if 0 < len(value) <= _LONGEST_KEPT_HEADER else None
