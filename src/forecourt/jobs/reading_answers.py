"""What became of listings → one JSON object in the reference system's words, some lines for a person, an exit code."""

from collections import Counter
from collections.abc import Mapping, Sequence

from forecourt.db.listings_seen import Counted
from forecourt.db.organizations import Organization
from forecourt.errors import HostTrouble
from forecourt.importer import NotImported
from forecourt.jobs.extract import Extracted, Reading
from forecourt.jobs.feed_import import FeedRead
from forecourt.jobs.photo_answers import photo_lines
from forecourt.jobs.process_queue import Processed
from forecourt.jobs.report import LONGEST_ERROR, Report, exit_code, stopped_answer, stopped_lines

_MOST_LINES = 10


def process(processed: Processed) -> Report:
    """process-import-queue."""
    imported, failed, ending = processed.imported, processed.failed, processed.ending
    done = len(imported) + len(failed) + len(processed.vanished)
    if not done:
        empty = {"success": True, "message": "No items to process", "processed": 0, **stopped_answer(ending)}
        told = stopped_lines(ending) or ("No listing is due.",)
        return Report(empty, told, exit_code({}, ending, waits=False))
    new = [each.saved.vehicle_id for each in imported if each.saved.is_new]
    duplicates = sum(each.saved.is_duplicate for each in imported)
    answer: dict[str, object] = {
        "success": True,
        "processed": done,
        "succeeded": len(imported),
        "failed": len(failed),
        "duplicates": duplicates,
        "gone": len(processed.vanished),
        "vehicles_created": new,
    }
    images, gone = sum(each.saved.images.added for each in imported), len(processed.vanished)
    lines = [
        f"{done} listings read: {len(new)} new vehicles, {len(imported) - len(new)} known ones.",
        f"{images} new photos show from their own servers.",
        *([f"{gone} listings that their inventories no longer name are gone."] if gone else []),
        *_listing_lines(failed),
    ]
    counted = _counted(failed)
    waits = len(failed) > counted.total()
    if processed.photos:
        tally, ending = processed.photos.tally, processed.photos.ending
        lines += photo_lines(tally)
        counted += tally.failed
        waits = waits or tally.waiting.total() > 0
    return Report(
        answer | stopped_answer(ending), (*lines, *stopped_lines(ending)), exit_code(counted, ending, waits=waits)
    )


def extract_plan(chosen: Sequence[Organization], *, next_offset: int, full_page: bool) -> Report:
    """A dry run: which organizations would be read."""
    results = [_organization_result(Reading(each), "dry_run") for each in chosen]
    lines = (
        *(f"{each.name}: {each.active_vehicles} vehicles, {each.website}" for each in chosen),
        f"{len(chosen)} organizations would be read.",
    )
    return Report(_extract_answer(results, 0, next_offset, has_more=full_page), lines)


def extract(extracted: Extracted, *, next_offset: int, full_page: bool) -> Report:
    """extract-all-orgs."""
    results = [_organization_result(each, "failed" if each.trouble else "success") for each in extracted.readings]
    created = sum(_created(each) for each in extracted.readings)
    failures = [failed for each in extracted.readings for failed in each.failed]
    counted = _counted(failures)
    troubles = [each for each in extracted.readings if each.trouble]
    counted += Counter(organization=sum(not each.waits for each in troubles))
    counted += Counter(feed=sum(each.feed is not None and each.feed.trouble is not None for each in extracted.readings))
    lines = [line for each in extracted.readings for line in (_organization_line(each), *_feed_lines(each.feed))]
    images = sum(imported.saved.images.added for each in extracted.readings for imported in each.imported)
    images += sum(each.feed.photos for each in extracted.readings if each.feed)
    lines.append(
        f"{len(results)} organizations read, {created} new vehicles, {images} new photos show from their own servers."
    )
    lines += _listing_lines(failures)
    if full_page:
        lines.append(f"More may be due: run it again, or with --offset {next_offset}.")
    waits = len(failures) > _counted(failures).total() or any(each.waits for each in troubles)
    code = exit_code(counted, extracted.ending, waits=waits)
    answer = _extract_answer(results, created, next_offset, has_more=full_page)
    return Report(answer | stopped_answer(extracted.ending), (*lines, *stopped_lines(extracted.ending)), code)


def _extract_answer(
    results: Sequence[Mapping[str, object]], created: int, next_offset: int, *, has_more: bool
) -> dict[str, object]:
    statuses = Counter(result["status"] for result in results)
    return {
        "success": True,
        "processed": len(results),
        "successful": statuses["success"],
        "failed": statuses["failed"],
        "total_vehicles_created": created,
        "results": list(results),
        "next_offset": next_offset,
        "has_more": has_more,
    }


def _organization_result(reading: Reading, status: str) -> dict[str, object]:
    organization, counted = reading.organization, reading.counted or Counted(0, 0)
    return {
        "organization_id": organization.organization_id,
        "business_name": organization.name,
        "website": organization.website,
        "status": status,
        "vehicles_before": organization.active_vehicles,
        "vehicles_found": reading.found,
        "vehicles_created": _created(reading),
        "listings_seen": counted.seen,
        "listings_missed": counted.missed,
        "listings_gone": _gone(reading),
        "listings_sold": _sold(reading),
        "unchanged_because": counted.unchanged_because,
        "error": reading.trouble[:LONGEST_ERROR] if reading.trouble else None,
        **({"feed": _feed_result(reading.feed)} if reading.feed else {}),
    }


def _feed_result(feed: FeedRead) -> dict[str, object]:
    return {
        "is_complete": feed.is_complete,
        "listings": len(feed.seen),
        "updated": feed.updated,
        "unchanged": feed.unchanged,
        "pages_to_read": feed.pages,
        "left_out": feed.left_out,
        "first_left_out": list(feed.named_left_out),
        "unmet_mapping": list(feed.unmet),
        "error": feed.trouble[:LONGEST_ERROR] if feed.trouble else None,
    }


def _feed_lines(feed: FeedRead | None) -> list[str]:
    """Nothing where there is nothing to say."""
    if feed is None:
        return []
    lines = [f"  its feed was not read to its end: {feed.trouble}"] if feed.trouble else []
    lines += [f"  its feed mapping: {each}" for each in feed.unmet]
    lines += [f"  left out of its feed, {each}" for each in feed.named_left_out]
    more = feed.left_out - len(feed.named_left_out)
    return [*lines, f"  and {more} more"] if more else lines


def _organization_line(reading: Reading) -> str:
    organization = reading.organization
    before, created = organization.active_vehicles, _created(reading)
    if reading.trouble:
        return f"{organization.name}: {reading.trouble}" + (f"; {before} vehicles stay as they are" if before else "")
    after = before + created - _gone(reading) - _sold(reading)
    found = f"{organization.name}: {before} -> {after} vehicles (+{created}), {reading.found} listings found"
    return found + _fates(reading)


def _fates(reading: Reading) -> str:
    """What became of the listings that were known before, where something did or would have."""
    counted = reading.counted or Counted(0, 0)
    if counted.unchanged_because:
        return f"; of the known ones nothing was changed, because {counted.unchanged_because}"
    numbers = {"seen": counted.seen, "missed": counted.missed, "gone": _gone(reading), "sold": _sold(reading)}
    told = ", ".join(f"{number} {what}" for what, number in numbers.items() if number)
    return f"; of the known ones {told}" if told else ""


def _gone(reading: Reading) -> int:
    return len(reading.vanished) + (reading.counted.gone if reading.counted else 0)


def _sold(reading: Reading) -> int:
    return sum(each.saved.became == "sold" for each in reading.imported)


def _created(reading: Reading) -> int:
    from_feed = reading.feed.created if reading.feed else 0
    return from_feed + sum(each.saved.is_new for each in reading.imported)


def _counted(failures: Sequence[NotImported]) -> Counter[str]:
    return Counter(each.error.kind for each in failures if not isinstance(each.error, HostTrouble))


def _listing_lines(failures: Sequence[NotImported]) -> list[str]:
    lines = [f"  {each.claim.listing_url}: {each.error}" for each in failures[:_MOST_LINES]]
    more = len(failures) - _MOST_LINES
    return [*lines, f"  and {more} more; see `forecourt import-queue list`"] if more > 0 else lines
