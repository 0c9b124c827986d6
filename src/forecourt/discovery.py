"""An organization's website → the URLs of its listings.

    robots.txt → sitemaps, and the sitemaps that they name      →  where these name no listing
    home page → inventory pages, page after page

A feed, where one is given, is read before any of this (jobs/feed_import.py).

The first of these that names listings is believed: it is the dealer's own list. A part that fails is noted; what was
found before it counts all the same.

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
from forecourt.listing.values import PageReading
from forecourt.pages import PageReader

MOST_LISTINGS = 50_000
_MOST_SITEMAPS = 500
_MOST_PAGES = 500
_USUAL_SITEMAP = "/sitemap.xml"


@dataclass
class Found:
    """What a website's inventory says, so far.

    Attributes:
        listing_urls: In the order in which they were named, each once.
        troubles: Parts that could not be read: (URL, what happened).
    """

    listing_urls: dict[str, None] = field(default_factory=dict)
    troubles: list[tuple[str, Trouble]] = field(default_factory=list)

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
                return found
        if found.listing_urls:
            return found
        for _, trouble in found.troubles:
            if isinstance(trouble, HostTrouble):
                raise trouble
    return found


async def _from_sitemaps(organization: Organization, found: Found, reader: PageReader) -> AsyncIterator[Iterable[str]]:
    named = (await reader.rules(organization.website)).sitemaps
    waiting = deque(named or [urljoin(organization.website, _USUAL_SITEMAP)])
    seen: set[str] = set()
    while waiting and len(seen) < _MOST_SITEMAPS:
        url = waiting.popleft()
        if url in seen:
            continue
        seen.add(url)
        reading = await _read(url, "sitemap", found, reader, optional=not named)
        if reading:
            waiting.extend(reading.sitemaps)
            yield _of_part(reading.listing_urls, organization)


async def _from_inventory(organization: Organization, found: Found, reader: PageReader) -> AsyncIterator[Iterable[str]]:
    """The home page and the lists that it links; each is followed by its own next link until it says nothing new."""
    waiting = deque([organization.website])
    seen: set[str] = set()
    known: set[str] = set()
    while waiting and len(seen) < _MOST_PAGES:
        page = waiting.popleft()
        if page in seen:
            continue
        seen.add(page)
        reading = await _read(page, "page", found, reader, optional=page != organization.website)
        if reading is None:
            continue
        fresh = [url for url in _of_site(reading.listing_urls, organization) if url not in known]
        known.update(fresh)
        yield fresh
        if fresh and reading.next_page:
            waiting.extendleft(_of_site([reading.next_page], organization))
        if page == organization.website:
            waiting.extend(_of_part(reading.inventory_urls, organization))


async def _read(
    url: str, kind: Literal["page", "sitemap"], found: Found, reader: PageReader, *, optional: bool = False
) -> PageReading | None:
    """None where it cannot be read, which is noted. What is optional was never promised: its absence is no trouble."""
    try:
        return await reader.read(url, kind=kind)
    except Trouble as trouble:
        if not (optional and isinstance(trouble, Gone)):
            found.troubles.append((url, trouble))
        return None


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
    return urlsplit(url).netloc.lower().removeprefix("www.")
