"""The readers as a confined child runs them: bytes in, JSON out. Nothing that a stranger wrote is unpickled."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from forecourt.listing.feeds import read_feed
from forecourt.listing.page import read_page
from forecourt.listing.photo_urls import refusal
from forecourt.listing.sitemap import read_sitemap
from forecourt.listing.values import PageReading

TASK = f"{__name__}:read"
READING: TypeAdapter[PageReading] = TypeAdapter(PageReading)


def read(arguments: Mapping[str, Any], body: bytes) -> Any:  # noqa: ANN401 (JSON)
    """Read a body as a page, a sitemap or a feed.

    Args:
        arguments: `kind` ('page', 'sitemap', 'feed'), `url`, `content_type`.
        body: As it was received, after one layer of transfer encoding.
    """
    kind, url, content_type = arguments["kind"], arguments["url"], arguments["content_type"]
    if kind == "sitemap":
        found = read_sitemap(body)
        reading = PageReading(
            "sitemap", listing_urls=found.listing_urls, sitemaps=found.sitemaps, left_out=found.left_out
        )
    elif kind == "feed":
        vehicles = tuple(read_feed(body, url=url, content_type=content_type))
        urls = tuple(dict.fromkeys(each.url for each in vehicles if not refusal(each.url)))
        reading = PageReading("feed", listing_urls=urls, vehicles=vehicles)
    else:
        reading = read_page(body, url=url, content_type=content_type)
    return READING.dump_python(reading, mode="json", fallback=_plain, warnings="none")  # of read-only mappings


def _plain(value: object) -> object:
    """What pydantic does not know: read-only mappings, and whatever a reader took a value from."""
    return dict(value) if isinstance(value, Mapping) else str(value)
