"""The commands as asynchronous functions: choose, do, report. The command line adds options and output."""

from collections.abc import Sequence
from dataclasses import replace

from forecourt.db import chosen, organizations, vehicles
from forecourt.db.chosen import Waiting
from forecourt.db.engine import database_now
from forecourt.db.listed_images import ListedPhoto
from forecourt.errors import WrongUse
from forecourt.fetch.address import host_of
from forecourt.jobs import extract, forever, photo_answers, process_queue, reading_answers, trickle
from forecourt.jobs.anew import go_on, sleep
from forecourt.jobs.house import House, Progress
from forecourt.jobs.report import Exit, Report
from forecourt.jobs.tally import Tally
from forecourt.jobs.trickle import Trickled
from forecourt.listing import expires_at, refusal, source_key
from forecourt.worker.run import Ending

_FOLLOW_SECONDS = 5.0


async def extract_all_orgs(
    house: House,
    progress: Progress,
    *,
    limit: int,
    offset: int,
    threshold: int,
    business_type: str | None,
    dry_run: bool,
) -> Report:
    """Read the emptiest organizations' inventories and listings."""
    due = await extract.choose(house, limit=limit, offset=offset, threshold=threshold, business_type=business_type)
    if dry_run:
        return reading_answers.extract_plan(due, next_offset=offset + limit, full_page=len(due) == limit)
    extracted = await extract.extract(house, due, progress=progress)
    return reading_answers.extract(extracted, next_offset=offset + limit, full_page=len(due) == limit)


async def process_import_queue(
    house: House,
    progress: Progress,
    *,
    batch_size: int,
    limit: int | None,
    organization_id: int | None,
    skip_image_upload: bool,
) -> Report:
    """Read the listings that are due; unless they are to be skipped, fetch their photos right after."""
    await _known_organization(house, organization_id)
    return reading_answers.process(
        await process_queue.process_import_queue(
            house,
            batch_size=batch_size,
            limit=limit,
            organization_id=organization_id,
            skip_image_upload=skip_image_upload,
            progress=progress,
        )
    )


async def trickle_backfill_images(
    house: House,
    progress: Progress,
    *,
    limit: int,
    batch_size: int,
    organization_id: int | None,
    max_images: int | None,
    dry_run: bool,
) -> Report:
    """One bounded, polite run over the vehicles with the most urgent photos."""
    await _known_organization(house, organization_id)
    most = house.settings.max_images_per_vehicle if max_images is None else max_images
    vehicles = await trickle.choose(
        house, limit=limit, organization_id=organization_id, max_images=most, dry_run=dry_run
    )
    if dry_run:
        return photo_answers.trickle_plan(vehicles)
    done = await trickle.backfill_vehicles(house, vehicles, max_images=most, batch_size=batch_size, progress=progress)
    return photo_answers.trickle(done, await _waiting(house, organization_id))


async def follow(
    house: House,
    progress: Progress,
    *,
    limit: int,
    batch_size: int,
    organization_id: int | None,
    max_images: int | None,
) -> Report:
    """Trickle after trickle, each over up to `limit` vehicles, until somebody says stop."""
    await _known_organization(house, organization_id)
    most = house.settings.max_images_per_vehicle if max_images is None else max_images
    total = Tally()

    async def once() -> None:
        due = await trickle.choose(house, limit=limit, organization_id=organization_id, max_images=most)
        done = await trickle.backfill_vehicles(house, due, max_images=most, batch_size=batch_size, progress=progress)
        total.add(done.tally)
        if not done.tally.done and not done.ending.because:  # nothing is due, or it waits for its hosts
            await sleep(house, _FOLLOW_SECONDS)

    await go_on(house, once)
    ending = Ending(stopped=house.stop.is_set(), because=house.budget.used_up())
    report = photo_answers.trickle(Trickled((), total, ending), await _waiting(house, organization_id))
    return report if ending.because else replace(report, exit=Exit.DONE)  # to be stopped is how it ends


async def backfill_images(
    house: House, progress: Progress, *, vehicle_id: int, image_urls: Sequence[str], max_images: int, dry_run: bool
) -> Report:
    """One vehicle's photos now: all, the first so many, or those that are named."""
    photos = [_named_photo(url) for url in image_urls]
    await _known_vehicle(house, vehicle_id)
    image_ids = None if dry_run or not photos else await _add(house, vehicle_id, photos)
    ready = await trickle.choose(house, vehicle_ids=[vehicle_id], max_images=max_images, dry_run=dry_run)
    if dry_run:
        return photo_answers.trickle_plan(ready)
    done = await trickle.backfill_vehicles(
        house, ready, max_images=max_images, batch_size=1, image_ids=image_ids, progress=progress
    )
    candidates = sum(vehicle.ready for vehicle in ready) if image_ids is None else len(image_ids)
    return photo_answers.backfill(vehicle_id, done, candidates=candidates)


async def worker(house: House, progress: Progress) -> Report:
    """Whatever comes due, until somebody says stop."""
    await forever.work_forever(house, progress)
    return Report({"success": True}, ("Stopped; run the same command again to go on.",))


async def _waiting(house: House, organization_id: int | None) -> Waiting:
    return await house.database.read(
        lambda connection: chosen.waiting_for_hosts(
            connection, organization_id=organization_id, now=database_now(connection)
        )
    )


async def _known_organization(house: House, organization_id: int | None) -> None:
    if organization_id is not None and not await house.database.read(
        lambda connection: organizations.exists(connection, organization_id)
    ):
        raise WrongUse(f"there is no organization {organization_id}; `forecourt organizations list` shows them")


async def _known_vehicle(house: House, vehicle_id: int) -> None:
    if not await house.database.read(lambda connection: vehicles.exists(connection, vehicle_id)):
        raise WrongUse(f"there is no vehicle {vehicle_id}")


def _named_photo(url: str) -> ListedPhoto:
    why = refusal(url)
    if why:
        raise WrongUse(f"--image-url: {why}")
    return ListedPhoto(url, source_key(url), host_of(url), expires_at=expires_at(url))


async def _add(house: House, vehicle_id: int, photos: Sequence[ListedPhoto]) -> frozenset[int]:
    """The images of these photos; those that the vehicle does not have yet are appended."""
    cap = house.settings.max_images_per_vehicle
    return await house.database.write(
        lambda connection: vehicles.add_photos(connection, vehicle_id, photos, cap=cap, now=database_now(connection))
    )
