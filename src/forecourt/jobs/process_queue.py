"""process-import-queue: read the listings that are due, and on demand fetch their photos right after."""

from dataclasses import dataclass

from forecourt.db import chosen
from forecourt.jobs.house import PATIENCE, House, Progress, living_worker, page_reader
from forecourt.jobs.import_work import ImportWork
from forecourt.jobs.trickle import Trickled, backfill_vehicles
from forecourt.worker.run import Ending, Run


@dataclass(frozen=True)
class Processed:
    """What became of the listings, and of their photos where they were asked for."""

    work: ImportWork
    ending: Ending
    photos: Trickled | None


async def process_import_queue(
    house: House,
    *,
    limit: int | None,
    batch_size: int,
    organization_id: int | None,
    skip_image_upload: bool,
    progress: Progress,
) -> Processed:
    """Bring the rows that are due to an end."""

    def show(work: ImportWork) -> None:
        progress("listings", len(work.imported) + len(work.failed), limit)

    cap = house.settings.max_images_per_vehicle
    async with living_worker(house) as worker, page_reader(house, worker) as reader:
        organization_ids = None if organization_id is None else [organization_id]
        work = ImportWork(reader, house.database, cap, show, organization_ids, limit, batch_size)
        run = Run(work, database=house.database, turns=worker.turns, stop=house.stop, patience=PATIENCE)
        ending = await run.until_done()
    if skip_image_upload or house.stop.is_set():
        return Processed(work, ending, None)
    vehicle_ids = {each.saved.vehicle_id for each in work.imported}
    vehicles = await house.database.read(
        lambda connection: chosen.with_ready_images(connection, limit=None, vehicle_ids=vehicle_ids, max_images=None)
    )
    photos = await backfill_vehicles(house, vehicles, max_images=cap, batch_size=len(vehicles), progress=progress)
    return Processed(work, ending, photos)
