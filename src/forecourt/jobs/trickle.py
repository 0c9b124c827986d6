"""trickle-backfill-images, backfill-images and the photo half of process-import-queue: one bounded, polite run."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from forecourt.db import chosen, due_images
from forecourt.db.chosen import ChosenVehicle
from forecourt.db.engine import database_now
from forecourt.jobs.anew import begin_anew
from forecourt.jobs.house import (
    PATIENCE,
    House,
    Progress,
    bury_dead,
    living_worker,
    photo_rules,
    photo_store,
    photo_verifier,
)
from forecourt.jobs.photo_work import ChosenPhotoWork
from forecourt.jobs.tally import Tally
from forecourt.worker.run import Ending, Run


@dataclass(frozen=True)
class Trickled:
    """What a run over chosen vehicles did."""

    vehicles: Sequence[ChosenVehicle]
    tally: Tally
    ending: Ending


async def choose(
    house: House,
    *,
    limit: int | None = None,
    organization_id: int | None = None,
    vehicle_ids: Collection[int] | None = None,
    max_images: int,
    dry_run: bool = False,
) -> Sequence[ChosenVehicle]:
    """The vehicles that a run would work on now. What the dead held, and what has come due, is ready first.

    Args:
        dry_run: Nothing is written: what comes due is only looked at, what the dead hold is left with them.
    """
    marked = max_images == house.settings.max_images_per_vehicle

    def look(connection: Connection) -> Sequence[ChosenVehicle]:
        due_images.wake(connection, now=database_now(connection))
        return chosen.with_ready_images(
            connection,
            limit=limit,
            organization_id=organization_id,
            vehicle_ids=vehicle_ids,
            max_images=None if marked else max_images,
        )

    if dry_run:
        return await house.database.read(look)  # ends without a trace
    await bury_dead(house)
    return await house.database.write(look)


async def backfill_vehicles(
    house: House,
    vehicles: Sequence[ChosenVehicle],
    *,
    max_images: int,
    batch_size: int,
    image_ids: frozenset[int] | None = None,
    progress: Progress,
) -> Trickled:
    """Fetch what is ready of these vehicles. Nothing is registered or sent where there is nothing to do."""
    planned = sum(vehicle.ready for vehicle in vehicles)
    tally = Tally()

    async def fetch() -> Ending:
        async with (
            photo_verifier(house.settings) as verifier,
            living_worker(house) as worker,
        ):
            work = ChosenPhotoWork(
                house.settings,
                worker.fetcher,
                verifier,
                store,
                lambda tally: progress("photos", tally.done, planned),
                tally,
                vehicle_ids=[vehicle.vehicle_id for vehicle in vehicles],
                max_images=max_images,
                batch_size=batch_size,
                image_ids=image_ids,
                rules=photo_rules(house, worker),
            )
            run = Run(work, database=house.database, turns=worker.turns, stop=house.stop, patience=PATIENCE)
            return await run.until_done()

    async with photo_store(house.settings) as store:  # one that cannot be used is told whether or not there is work
        ending = await begin_anew(fetch) if vehicles else Ending()
    return Trickled(vehicles, tally, ending)
