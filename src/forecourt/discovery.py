"""An organization's website → the URLs of its listings.

    robots.txt → sitemaps, and the sitemaps that they name      →  where these name no listing
    home page → inventory pages, page after page

A feed, where one is given, is read before any of this (jobs/feed_import.py).

The first of these that names listings is believed: it is the dealer's own list. A part that fails is noted; what was
found before it counts all the same. Only a reading without a gap is the whole inventory: a feed or a sitemap with all
its parts, or lists that named as many vehicles as they say there are. What the whole inventory does not name may be
gone; what a reading with a gap does not name has only not been seen.

A website with a path, as a dealer's page at a marketplace, is a part of its site: its page is asked before the site's
sitemaps, and of the sitemaps and lists that speak for the whole site only what lies below the path counts.
"""

from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin, urlsplit

from forecourt.db.organizations import Organization
from forecourt.errors import Gone, HostTrouble, Trouble
from forecourt.fetch.address import may_be_asked
from forecourt.listing.paging import InventoryList, gap
from forecourt.listing.values import PageReading
from forecourt.pages import PageReader

MOST_LISTINGS = 50_000
_MOST_SITEMAPS = 500
_DEEPEST_INDEX = 16
_MOST_PAGES = 500
_USUAL_SITEMAP = "/sitemap.xml"


@dataclass
class Found:
    """What a website's inventory says, so far.

    Attributes:
        listing_urls: In the order in which they were named, each once.
        troubles: Parts that could not be read: (URL, what happened).
        gaps: Why this is not the whole inventory, a line each.
    """

    listing_urls: dict[str, None] = field(default_factory=dict)
    troubles: list[tuple[str, Trouble]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    @property
    def incomplete_because(self) -> str | None:
        """None: a complete reading; what it does not name is not in the inventory."""
        return next(iter(self.gaps), None if self.listing_urls else "no listing was found on its website")

    @property
    def outcome(self) -> str:
        """For `organizations.last_outcome`: 'read', the kind of the trouble that kept us out, or 'nothing'."""
        if self.listing_urls:
            return "read"
        return str(self.troubles[0][1].kind) if self.troubles else "nothing"


async def discover(organization: Organization, *, reader: PageReader) -> Found:
    """Find the listings of one organization.

    Raises:
        HostTrouble: The website cannot be asked now; nothing was found yet.
    """
    found = Found()
    ways = (_from_inventory, _from_sitemaps) if _folder(organization) else (_from_sitemaps, _from_inventory)
    for way in ways:
        async for urls in way(organization, found, reader):
            found.listing_urls |= dict.fromkeys(url for url in urls if may_be_asked(url))
            if len(found.listing_urls) >= MOST_LISTINGS:
                found.gaps.append(f"it names {MOST_LISTINGS:,} listings or more: the rest was not read")
                return found
        if found.listing_urls:
            return found
        for _, trouble in found.troubles:
            if isinstance(trouble, HostTrouble):
                raise trouble
        found.gaps.clear()
    return found


async def _from_sitemaps(organization: Organization, found: Found, reader: PageReader) -> AsyncIterator[Iterable[str]]:
    """Sitemaps of other hosts only where robots.txt names them: it alone may speak for another host's files.

    Source: sitemaps.org/protocol.html, "Sitemaps & Cross Submits".
    """
    named = (await reader.rules(organization.website)).sitemaps
    allowed = {_site(url) for url in (organization.website, *named)}
    waiting = deque((url, 1) for url in named or [urljoin(organization.website, _USUAL_SITEMAP)])
    seen: set[str] = set()
    while waiting and len(seen) < _MOST_SITEMAPS:
        url, depth = waiting.popleft()
        if url in seen:
            continue
        seen.add(url)
        reading = await _read(url, "sitemap", found, reader, optional=not named)
        if reading:
            followed = [part for part in reading.sitemaps if _site(part) in allowed and depth < _DEEPEST_INDEX]
            if len(followed) < len(reading.sitemaps):
                found.gaps.append(f"{url} names sitemaps that are not followed")
            waiting.extend((part, depth + 1) for part in followed)
            yield _of_part(reading.listing_urls, organization)
    if any(url not in seen for url, _ in waiting):
        found.gaps.append(f"it has more than {_MOST_SITEMAPS} sitemaps")


async def _from_inventory(organization: Organization, found: Found, reader: PageReader) -> AsyncIterator[Iterable[str]]:
    """The home page and the lists that it links, each to its end."""
    waiting = deque([organization.website])
    seen: set[str] = set()
    lists: list[InventoryList] = []
    while waiting and len(seen) < _MOST_PAGES:
        first = waiting.popleft()
        one = InventoryList()
        lists.append(one)
        async for reading in _pages(first, one, seen, organization, found, reader):
            yield _of_site(reading.listing_urls, organization)
            if first == organization.website and one.pages == 1:
                waiting.extend(_of_part(reading.inventory_urls, organization))
    if why := f"it has more than {_MOST_PAGES} pages" if len(seen) >= _MOST_PAGES else gap(lists):
        found.gaps.append(why)


async def _pages(
    first: str,
    one: InventoryList,
    seen: set[str],
    organization: Organization,
    found: Found,
    reader: PageReader,
) -> AsyncIterator[PageReading]:
    """A list, page after page, until it says nothing new."""
    page: str | None = first
    while page is not None and page not in seen and len(seen) < _MOST_PAGES:
        seen.add(page)
        reading = await _read(page, "page", found, reader, optional=page != organization.website)
        if reading is None:
            return
        urls = _of_site(reading.listing_urls, organization)
        following = one.take(reading, urls, known=found.listing_urls, page=reading.url or page)
        yield reading
        page = next(iter(_of_site([following], organization)), None) if following else None


async def _read(
    url: str, kind: Literal["page", "sitemap"], found: Found, reader: PageReader, *, optional: bool = False
) -> PageReading | None:
    """None where it cannot be read, which is noted. What is optional was never promised: its absence is no trouble."""
    try:
        reading = await reader.read(url, kind=kind)
    except Trouble as trouble:
        if not (optional and isinstance(trouble, Gone)):
            found.troubles.append((url, trouble))
        if kind != "page" or not isinstance(trouble, Gone):  # whether a page is missed is for its list's total to say
            found.gaps.append(f"{url}: {trouble}")
        return None
    if not reading.is_whole:
        found.gaps.append(f"{url} breaks off")
    return reading


def _of_site(urls: Iterable[str], organization: Organization) -> list[str]:
    """Those on the organization's own site: the same host, but for a leading www."""
    own = _site(organization.website)
    return [url for url in urls if _site(url) == own]


def _of_part(urls: Iterable[str], organization: Organization) -> list[str]:
    """Those of its own part of the site."""
    below = _folder(organization) + "/"
    return [url for url in _of_site(urls, organization) if urlsplit(url).path.startswith(below)]


def _folder(organization: Organization) -> str:
    """The path of its website without a file name; empty where the site is all its own."""
    path = urlsplit(organization.website).path.rstrip("/")
    folder, _, last = path.rpartition("/")
    return folder if "." in last else path


def _site(url: str) -> str:
    """Empty for what is no URL: robots.txt may say anything."""
    try:
        return urlsplit(url).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""
