"""Commands that make photos ours."""

from dataclasses import asdict
from functools import partial
from typing import Annotated

from cyclopts import Parameter

from forecourt.cli.options import NO_BOUNDS, AtLeastOne, Bandwidth, Count, DryRun, Flag, Id, Json, RunBounds


def trickle_backfill_images(
    *,
    limit: AtLeastOne = 100,
    batch_size: AtLeastOne = 10,
    organization_id: Id | None = None,
    max_images: Count | None = None,
    dry_run: DryRun = False,
    follow: Flag = False,
    bounds: RunBounds = NO_BOUNDS,
    json: Json = False,
) -> int:
    """Download external photos and replace them by stored copies.

    Safe to stop and to run again at any time.

    Example: forecourt trickle-backfill-images --limit 500 --batch-size 20

    Args:
        limit: Vehicles to work on in this run; with --follow in each turn.
        batch_size: The most vehicles per claim.
        organization_id: Only vehicles of this organization.
        max_images: A vehicle's first so many photos, those that are ours already included; 0 is all. The default is
            FORECOURT_MAX_IMAGES_PER_VEHICLE, 20.
        follow: Go on with whatever comes due, until stopped.
    """
    from forecourt.cli.running import run_job
    from forecourt.errors import WrongUse
    from forecourt.jobs import commands
    from forecourt.jobs.bounds import Bounds

    if follow and dry_run:
        raise WrongUse("--dry-run looks once and --follow goes on for ever; choose one")
    work = commands.follow if follow else partial(commands.trickle_backfill_images, dry_run=dry_run)
    job = partial(work, limit=limit, batch_size=batch_size, organization_id=organization_id, max_images=max_images)
    return run_job(job, json=json, bounds=Bounds(**asdict(bounds)))


def backfill_images(
    vehicle_id: Id,
    *,
    image_url: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    max_images: Count = 0,
    bounds: RunBounds = NO_BOUNDS,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Download the photos of one vehicle now.

    Example: forecourt backfill-images 17 --max-images 5

    Args:
        vehicle_id: As in `vehicles.id`.
        image_url: Only this photo; may be given several times. One that the vehicle does not have yet is added to it.
        max_images: The vehicle's first so many photos; 0 is all.
    """
    from forecourt.cli.running import run_job
    from forecourt.jobs import commands
    from forecourt.jobs.bounds import Bounds

    job = partial(
        commands.backfill_images,
        vehicle_id=vehicle_id,
        image_urls=image_url,
        max_images=max_images,
        dry_run=dry_run,
    )
    return run_job(job, json=json, bounds=Bounds(**asdict(bounds)))


def worker(*, processes: AtLeastOne = 1, bandwidth: Bandwidth = None, json: Json = False) -> int:
    """Read listings and make photos ours as they come due, until stopped.

    Example: forecourt worker --processes 2

    Args:
        processes: Worker processes on this machine; together they keep each host's manners.
        bandwidth: Receive at most so much a second, as in 20MB/s: all processes of this machine together that have
            this option and share FORECOURT_HOME.
    """
    from forecourt.cli.processes import run_processes
    from forecourt.cli.running import run_job
    from forecourt.jobs import commands
    from forecourt.jobs.bounds import Bounds

    if processes > 1:
        return run_processes(processes, [] if bandwidth is None else ["--bandwidth", str(bandwidth)])
    return run_job(commands.worker, json=json, bounds=Bounds(bandwidth=bandwidth))
