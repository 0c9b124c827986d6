"""What became of a job → one JSON object in the reference system's words, some lines for a person, an exit code."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from forecourt.db.chosen import ChosenVehicle, Waiting
from forecourt.db.organizations import Organization
from forecourt.errors import HostTrouble
from forecourt.importer import NotImported
from forecourt.jobs.extract import Extracted, Reading
from forecourt.jobs.process_queue import Processed
from forecourt.jobs.report import Exit, Report
from forecourt.jobs.tally import Tally, VehicleTally
from forecourt.jobs.trickle import Trickled
from forecourt.worker.run import Ending

_LONGEST_ERROR = 500


def trickle_plan(vehicles: Sequence[ChosenVehicle]) -> Report:
    """A dry run: what would be fetched."""
    results = [
        {
            "vehicle_id": each.vehicle_id,
            "vehicle_name": each.name,
            "status": "dry_run",
            "image_urls_count": each.ready,
            "images_inserted": 0,
            "error": None,
        }
        for each in vehicles
    ]
    photos = sum(each.ready for each in vehicles)
    answer = {"success": True, "processed": len(vehicles), "successful": 0, "failed": 0, "total_images_inserted": 0}
    lines = (*(f"{each.name}: {each.ready} photos" for each in vehicles), f"{photos} photos would be asked for.")
    return Report(answer | {"results": results}, lines)


def trickle(trickled: Trickled, waiting: Waiting) -> Report:
    """trickle-backfill-images."""
    tally = trickled.tally
    results = [_vehicle_result(each, tally.vehicles.get(each.vehicle_id)) for each in trickled.vehicles]
    statuses = Counter(result["status"] for result in results)
    answer = {
        "success": True,
        "processed": len(results),
        "successful": statuses["success"],
        "failed": statuses["failed"],
        "total_images_inserted": tally.stored,
        "results": results,
    }
    lines = [*_photo_lines(tally), *_waiting_lines(waiting), *_stopped_lines(trickled.ending)]
    return Report(answer, tuple(lines), _exit(tally.failed, trickled.ending, waits=waiting.photos > 0))


def backfill(vehicle_id: int, trickled: Trickled) -> Report:
    """backfill-images."""
    tally = trickled.tally
    candidates = sum(each.ready for each in trickled.vehicles)
    errors = [f"{kind}: {count}" for kind, count in (tally.failed + tally.waiting).most_common()]
    answer = {
        "success": True,
        "vehicle_id": vehicle_id,
        "uploaded": tally.stored,
        "failed": tally.failed.total(),
        "skipped": candidates - tally.stored - tally.failed.total(),
        "analyzed": 0,
        "errors": errors,
        "start_index": 0,
        "next_index": candidates,
        "total_candidates": candidates,
        "error_summary": errors[:10],
    }
    lines = [*_photo_lines(tally), *_stopped_lines(trickled.ending)]
    return Report(answer, tuple(lines), _exit(tally.failed, trickled.ending, waits=tally.waiting.total() > 0))


def process(processed: Processed) -> Report:
    """process-import-queue."""
    imported, failed, ending = processed.imported, processed.failed, processed.ending
    done = len(imported) + len(failed)
    if not done:
        empty = {"success": True, "message": "No items to process", "processed": 0}
        return Report(empty, ("No listing is due.",), _exit({}, ending, waits=False))
    new = [each.saved.vehicle_id for each in imported if each.saved.is_new]
    duplicates = sum(each.saved.is_duplicate for each in imported)
    answer: dict[str, object] = {
        "success": True,
        "processed": done,
        "succeeded": len(imported),
        "failed": len(failed),
        "duplicates": duplicates,
        "vehicles_created": new,
    }
    images = sum(each.saved.images.added for each in imported)
    lines = [
        f"{done} listings read: {len(new)} new vehicles, {len(imported) - len(new)} known ones.",
        f"{images} new photos show from their own servers.",
        *_listing_lines(failed),
    ]
    counted = _counted(failed)
    waits = len(failed) > counted.total()
    if processed.photos:
        tally, ending = processed.photos.tally, processed.photos.ending
        lines += _photo_lines(tally)
        counted += tally.failed
        waits = waits or tally.waiting.total() > 0
    return Report(answer, (*lines, *_stopped_lines(ending)), _exit(counted, ending, waits=waits))


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
    lines = [_organization_line(each) for each in extracted.readings]
    images = sum(imported.saved.images.added for each in extracted.readings for imported in each.imported)
    lines.append(
        f"{len(results)} organizations read, {created} new vehicles, {images} new photos show from their own servers."
    )
    lines += _listing_lines(failures)
    if full_page:
        lines.append(f"More may be due: run it again, or with --offset {next_offset}.")
    waits = len(failures) > _counted(failures).total() or any(each.waits for each in troubles)
    exit_code = _exit(counted, extracted.ending, waits=waits)
    answer = _extract_answer(results, created, next_offset, has_more=full_page)
    return Report(answer, (*lines, *_stopped_lines(extracted.ending)), exit_code)


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
    organization = reading.organization
    return {
        "organization_id": organization.organization_id,
        "business_name": organization.name,
        "website": organization.website,
        "status": status,
        "vehicles_before": organization.active_vehicles,
        "vehicles_found": reading.found,
        "vehicles_created": _created(reading),
        "error": reading.trouble[:_LONGEST_ERROR] if reading.trouble else None,
    }


def _organization_line(reading: Reading) -> str:
    organization = reading.organization
    if reading.trouble:
        return f"{organization.name}: {reading.trouble}"
    created = _created(reading)
    before = organization.active_vehicles
    return f"{organization.name}: {before} -> {before + created} vehicles (+{created}), {reading.found} listings found"


def _created(reading: Reading) -> int:
    return sum(each.saved.is_new for each in reading.imported)


def _vehicle_result(vehicle: ChosenVehicle, tally: VehicleTally | None) -> dict[str, object]:
    stored = tally.stored if tally else 0
    trouble = tally.first_trouble if tally else None
    return {
        "vehicle_id": vehicle.vehicle_id,
        "vehicle_name": vehicle.name,
        "status": "failed" if trouble and not stored else "success",
        "image_urls_count": vehicle.ready,
        "images_inserted": stored,
        "error": trouble[:_LONGEST_ERROR] if trouble else None,
    }


def _counted(failures: Sequence[NotImported]) -> Counter[str]:
    return Counter(each.error.kind for each in failures if not isinstance(each.error, HostTrouble))


def _photo_lines(tally: Tally) -> list[str]:
    lines = [f"{tally.stored} photos are ours now ({tally.stored_bytes / 1e6:.1f} MB)."]
    lines += [
        f"  {kind}: {count}, tried again later or kept at the dealer" for kind, count in tally.failed.most_common()
    ]
    return lines + [f"  {kind}: {count}, wait for their host" for kind, count in tally.waiting.most_common()]


def _listing_lines(failures: Sequence[NotImported]) -> list[str]:
    return [f"  {each.claim.listing_url}: {each.error}" for each in failures[:10]] + (
        [f"  and {len(failures) - 10} more; see `forecourt import-queue list`"] if len(failures) > 10 else []  # noqa: PLR2004
    )


def _waiting_lines(waiting: Waiting) -> list[str]:
    if not waiting.photos:
        return []
    return [f"{waiting.photos} photos wait for their hosts; the first is due at {_moment(waiting.until)}."]


def _stopped_lines(ending: Ending) -> list[str]:
    return ["Stopped; run the same command again to go on."] if ending.stopped else []


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "an unknown time"


def _exit(counted: Mapping[str, int], ending: Ending, *, waits: bool) -> Exit:
    if sum(counted.values()):
        return Exit.FAILURES
    return Exit.WAITING if ending.stopped or waits else Exit.DONE
