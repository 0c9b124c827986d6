"""preview: what would be imported from a page. Only what manners need is kept: a host's lease, its robots.txt."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from forecourt.errors import Blocked, Trouble, WrongUse
from forecourt.jobs.house import House, Progress, living_worker, page_reader
from forecourt.jobs.report import Exit, Report
from forecourt.listing.in_child import READING, read
from forecourt.listing.values import Listing, PageReading

_NOT_FIELDS = frozenset({"photos", "other_forms", "sources", "left_out"})


async def preview_url(house: House, progress: Progress, *, url: str) -> Report:
    """Read a page where it is, robots.txt and manners kept."""
    del progress
    try:
        async with living_worker(house) as worker, page_reader(house, worker) as reader:
            return _report(await reader.read(url))
    except Blocked as blocked:
        return _report(PageReading("blocked"), trouble=str(blocked))
    except Trouble as trouble:
        return Report({"success": False, "error": str(trouble)}, (str(trouble),), Exit.ERROR)


def preview_file(file: Path, *, base_url: str | None) -> Report:
    """Read a saved page."""
    try:
        body = file.read_bytes()
    except OSError as error:
        raise WrongUse(f"cannot read {file}: {error.strerror}") from error
    kind = "sitemap" if file.suffix == ".xml" else "page"
    arguments = {"kind": kind, "url": base_url or file.absolute().as_uri(), "content_type": None}
    return _report(READING.validate_python(read(arguments, body)))


def _report(reading: PageReading, *, trouble: str | None = None) -> Report:
    listing = reading.listing
    answer: dict[str, Any] = {
        "kind": reading.kind,
        "vehicle": _fields(listing) if listing else None,
        "photos": list(listing.photos) if listing else [],
        "listing_urls": list(reading.listing_urls),
        "next_page": reading.next_page,
        "vehicles": [_fields(each) | {"photos": list(each.photos)} for each in reading.vehicles],
        "sources": _sources(listing) if listing else {},
        "left_out": [asdict(each) for each in (*reading.left_out, *(listing.left_out if listing else ()))],
    }
    if trouble:
        answer["error"] = trouble
    return Report(answer, tuple(_lines(reading, answer, trouble)))


def _fields(listing: Listing) -> dict[str, object]:
    named = asdict(listing)
    return {"listing_url": named.pop("url")} | {
        name: float(value) if name == "price" and value is not None else value
        for name, value in named.items()
        if name not in _NOT_FIELDS
    }


def _sources(listing: Listing) -> dict[str, dict[str, str]]:
    return {name: {"reader": source.reader, "raw": source.raw} for name, source in listing.sources.items()}


def _lines(reading: PageReading, answer: dict[str, Any], trouble: str | None) -> list[str]:
    lines = [f"kind: {reading.kind}"] + ([trouble] if trouble else [])
    sources = answer["sources"]
    for name, value in (answer["vehicle"] or {}).items():
        if value is not None:
            where = f"   ({sources[name]['reader']}: {sources[name]['raw'][:60]})" if name in sources else ""
            lines.append(f"{name}: {str(value)[:100]}{where}")
    lines += [f"photo {number}: {url}" for number, url in enumerate(answer["photos"], start=1)]
    lines += [f"listing: {url}" for url in answer["listing_urls"]]
    lines += [f"next page: {reading.next_page}"] if reading.next_page else []
    return lines + [f"left out: {each['url']}: {each['why']}" for each in answer["left_out"]]
