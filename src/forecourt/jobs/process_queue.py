"""process-import-queue: read the listings that are due, and on demand fetch their photos right after."""

from collections.abc import Sequence
from dataclasses import dataclass

from forecourt.importer import Imported, NotImported, Vanished
from forecourt.jobs.anew import begin_anew
from forecourt.jobs.house import PATIENCE, House, Progress, living_worker, page_reader
from forecourt.jobs.import_work import ImportWork
from forecourt.jobs.trickle import Trickled, backfill_vehicles, choose
from forecourt.worker.run import Ending, Run


@dataclass(frozen=True)
class Processed:
    """What became of the listings, and of their photos where they were asked for."""

    imported: Sequence[Imported]
    failed: Sequence[NotImported]
    vanished: Sequence[Vanished]
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
        progress("listings", work.done, limit)

    cap = house.settings.max_images_per_vehicle
    organization_ids = None if organization_id is None else [organization_id]
    imported: list[Imported] = []
    failed: list[NotImported] = []
    vanished: list[Vanished] = []

    async def read() -> Ending:
        async with living_worker(house) as worker, page_reader(house, worker) as reader:
            work = ImportWork(
                reader,
                house.database,
                cap,
                show,
                organization_ids,
                limit,
                batch_size,
                imported=imported,
                failed=failed,
                vanished=vanished,
            )
            run = Run(work, database=house.database, turns=worker.turns, stop=house.stop, patience=PATIENCE)
            return await run.until_done()

    ending = await begin_anew(read)
    if skip_image_upload or house.stop.is_set() or ending.because:
        return Processed(imported, failed, vanished, ending, None)
    vehicle_ids = {each.saved.vehicle_id for each in imported}
    vehicles = await choose(house, vehicle_ids=vehicle_ids, max_images=cap)
    photos = await backfill_vehicles(house, vehicles, max_images=cap, batch_size=len(vehicles), progress=progress)
    return Processed(imported, failed, vanished, ending, photos)
