"""The readers as a confined child runs them: bytes in, JSON out. Nothing that a stranger wrote is unpickled."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from forecourt.listing.feed_mapping import read_mapping
from forecourt.listing.feed_parts import FeedPart, in_parts
from forecourt.listing.feeds import is_feed, stream_feed
from forecourt.listing.page import read_page
from forecourt.listing.sitemap import is_sitemap, read_sitemap
from forecourt.listing.values import PageReading

TASK = f"{__name__}:read"
PARTS_TASK = f"{__name__}:read_in_parts"
READING: TypeAdapter[PageReading] = TypeAdapter(PageReading)
PART: TypeAdapter[FeedPart] = TypeAdapter(FeedPart)
LARGE_BYTES = 50 * 1024 * 1024  # of what is no feed: a sitemap may have so much by its protocol
_HEAD_BYTES = 1024 * 1024


def read(arguments: Mapping[str, Any], body: bytes) -> Any:  # noqa: ANN401 (JSON)
    """Read a body as a page or a sitemap.

    Args:
        arguments: `kind` ('page', 'sitemap'), `url`, `content_type`.
        body: As it was received, after one layer of transfer encoding.
    """
    kind, url, content_type = arguments["kind"], arguments["url"], arguments["content_type"]
    if kind == "sitemap":
        found = read_sitemap(body)
        reading = PageReading(
            "sitemap",
            listing_urls=found.listing_urls,
            sitemaps=found.sitemaps,
            left_out=found.left_out,
            is_whole=found.is_whole,
        )
    else:
        reading = read_page(body, url=url, content_type=content_type)
    return READING.dump_python(reading, mode="json", fallback=_plain, warnings="none")  # of read-only mappings


def read_in_parts(arguments: Mapping[str, Any], file: BinaryIO) -> Iterator[Any]:
    """Read a file as a feed, a part at a time: {"feed": a FeedPart}; or in one part {"page": a PageReading}.

    Args:
        arguments: `kind` ('feed'; 'any': whatever it is), `url`, `content_type`; `name`, by which the feed is known;
            `mapping`, the table of a mapping file.
        file: At its beginning.
    """
    if arguments["kind"] == "any":
        head = file.read(_HEAD_BYTES)
        if is_sitemap(head) or not is_feed(head, arguments["content_type"]):
            body = head + file.read(LARGE_BYTES - len(head))
            yield {"page": read({**arguments, "kind": "page"}, body)}
            return
        file.seek(0)
    found = stream_feed(
        file,
        url=arguments["url"],
        name=arguments["name"],
        content_type=arguments["content_type"],
        mapping=read_mapping(arguments["mapping"] or {}),
    )
    for part in in_parts(found):
        yield {"feed": PART.dump_python(part, mode="json", fallback=_plain, warnings="none")}


def _plain(value: object) -> object:
    """What pydantic does not know: read-only mappings, and whatever a reader took a value from."""
    return dict(value) if isinstance(value, Mapping) else str(value)
