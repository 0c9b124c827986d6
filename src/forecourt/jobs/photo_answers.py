"""What became of photos → one JSON object in the reference system's words, some lines for a person, an exit code."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from forecourt.db.chosen import ChosenVehicle, Waiting
from forecourt.jobs.report import LONGEST_ERROR, Report, exit_code, stopped_answer, stopped_lines
from forecourt.jobs.tally import Tally, VehicleTally
from forecourt.jobs.trickle import Trickled


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
        **stopped_answer(trickled.ending),
    }
    lines = [*photo_lines(tally), *_waiting_lines(waiting), *stopped_lines(trickled.ending)]
    return Report(answer, tuple(lines), exit_code(tally.failed, trickled.ending, waits=waiting.photos > 0))


def backfill(vehicle_id: int, trickled: Trickled, *, candidates: int) -> Report:
    """backfill-images."""
    tally = trickled.tally
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
        **stopped_answer(trickled.ending),
    }
    lines = [*photo_lines(tally), *stopped_lines(trickled.ending)]
    return Report(answer, tuple(lines), exit_code(tally.failed, trickled.ending, waits=tally.waiting.total() > 0))


def photo_lines(tally: Tally) -> list[str]:
    """What became of the photos, for a person."""
    lines = [f"{tally.stored} photos are ours now ({tally.stored_bytes / 1e6:.1f} MB)."]
    if tally.failed:
        failed = f"{tally.failed.total()} could not be had and show from their dealers: {_kinds(tally.failed)}."
        lines.append(failed)
    if tally.waiting:
        lines.append(f"{tally.waiting.total()} wait: {_kinds(tally.waiting)}.")
    return lines


def _kinds(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common())


def _vehicle_result(vehicle: ChosenVehicle, tally: VehicleTally | None) -> dict[str, object]:
    stored = tally.stored if tally else 0
    trouble = tally.first_trouble if tally else None
    return {
        "vehicle_id": vehicle.vehicle_id,
        "vehicle_name": vehicle.name,
        "status": "failed" if trouble and not stored else "success",
        "image_urls_count": vehicle.ready,
        "images_inserted": stored,
        "error": trouble[:LONGEST_ERROR] if trouble else None,
    }


def _waiting_lines(waiting: Waiting) -> list[str]:
    if not waiting.photos:
        return []
    return [f"In all {waiting.photos} photos wait; the first is due at {_moment(waiting.until)}."]


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "an unknown time"
