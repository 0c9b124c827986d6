"""preview: what would be imported from a page or a feed. Only what manners need is kept: a host's lease, its rules."""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from forecourt.errors import Blocked, Trouble, WrongUse
from forecourt.jobs.feed_preview import FeedPreview, fields_of
from forecourt.jobs.house import House, Progress, living_worker, page_reader
from forecourt.jobs.report import Exit, Report
from forecourt.listing.photo_urls import refusal
from forecourt.listing.values import Listing, PageReading
from forecourt.pages import read_file


async def preview_url(
    house: House, progress: Progress, *, url: str, mapping: Mapping[str, Any] | None = None, mapping_name: str = ""
) -> Report:
    """Read a page or a feed where it is, robots.txt and manners kept.

    Args:
        mapping: The table of a mapping file: it is a feed then.
        mapping_name: Of the file.

    Raises:
        WrongUse: The mapping does not fit the feed.
    """
    feed = FeedPreview(url, mapping_name)
    try:
        async with living_worker(house) as worker, page_reader(house, worker) as reader:
            parts = reader.read_whatever(url) if mapping is None else reader.read_feed(url, mapping=mapping)
            async with aclosing(parts):
                async for part in parts:
                    if isinstance(part, PageReading):
                        return _report(part)
                    feed.add(part)
                    progress("records", feed.records, None)
        return feed.report()
    except Blocked as blocked:
        return _report(PageReading("blocked"), trouble=str(blocked))
    except Trouble as trouble:
        return _ended_by(trouble, feed)


async def preview_file(
    file: Path, *, base_url: str | None, mapping: Mapping[str, Any] | None = None, mapping_name: str = ""
) -> Report:
    """Read a saved page, or a feed piece by piece.

    Raises:
        WrongUse: The file cannot be read, its address is none, or the mapping does not fit it.
    """
    if base_url and (why := refusal(base_url)):
        raise WrongUse(f"--base-url is no address of a page: {why}")
    url = base_url or file.absolute().as_uri()  # noqa: ASYNC240 (asks for the working folder and nothing else)
    feed = FeedPreview(url, mapping_name)
    try:
        async with aclosing(read_file(file, url=url, mapping=mapping)) as parts:
            async for part in parts:
                if isinstance(part, PageReading):
                    return _report(part)
                feed.add(part)
    except OSError as error:
        raise WrongUse(f"cannot read {file}: {error.strerror}") from error
    except Trouble as trouble:
        return _ended_by(trouble, feed)
    return feed.report()


def _ended_by(trouble: Trouble, feed: FeedPreview) -> Report:
    """What was read before counts."""
    if feed.records:
        return feed.report(trouble=str(trouble))
    return Report({"success": False, "error": str(trouble)}, (str(trouble),), Exit.ERROR)


def _report(reading: PageReading, *, trouble: str | None = None) -> Report:
    listing = reading.listing
    answer: dict[str, Any] = {
        "kind": reading.kind,
        "vehicle": fields_of(listing) if listing else None,
        "photos": list(listing.photos) if listing else [],
        "listing_urls": list(reading.listing_urls),
        "next_page": reading.next_page,
        "vehicles": [fields_of(each) | {"photos": list(each.photos)} for each in reading.vehicles],
        "sources": _sources(listing) if listing else {},
        "left_out": [asdict(each) for each in (*reading.left_out, *(listing.left_out if listing else ()))],
    }
    if reading.sitemaps:
        answer["sitemaps"] = list(reading.sitemaps)
    if trouble:
        answer["error"] = trouble
    return Report(answer, tuple(_lines(reading, answer, trouble)))


def _sources(listing: Listing) -> dict[str, dict[str, str]]:
    return {name: {"reader": source.reader, "raw": source.raw} for name, source in listing.sources.items()}


def _lines(reading: PageReading, answer: dict[str, Any], trouble: str | None) -> list[str]:
    lines = [f"kind: {reading.kind}"] + ([trouble] if trouble else [])
    sources = answer["sources"]
    for name, value in (answer["vehicle"] or {}).items():
        if value is not None:
            source = sources.get(name)
            where = f"   ({': '.join(filter(None, (source['reader'], source['raw'][:60])))})" if source else ""
            lines.append(f"{name}: {str(value)[:100]}{where}")
    lines += [f"photo {number}: {url}" for number, url in enumerate(answer["photos"], start=1)]
    lines += [f"listing: {url}" for url in answer["listing_urls"]]
    lines += [f"sitemap: {url}" for url in reading.sitemaps]
    lines += [f"next page: {reading.next_page}"] if reading.next_page else []
    return lines + [f"left out: {each['url']}: {each['why']}" for each in answer["left_out"]]
