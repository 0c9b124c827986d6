"""Commands that read websites."""

from dataclasses import asdict
from functools import partial
from pathlib import Path

from forecourt.cli.options import NO_BOUNDS, AtLeastOne, Count, DryRun, Flag, Id, Json, RunBounds


def extract_all_orgs(
    *,
    limit: AtLeastOne = 10,
    offset: Count = 0,
    threshold: Count = 10,
    business_type: str | None = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Read the inventories of the emptiest organizations; their photos show at once and are not downloaded.

    Example: forecourt extract-all-orgs --threshold 1 --limit 50

    Args:
        limit: Organizations to read in this run.
        offset: Skip so many of those that are due.
        threshold: Only organizations with fewer active vehicles.
        business_type: Only organizations of this type.
    """
    from forecourt.cli.running import run_job
    from forecourt.jobs import commands

    job = partial(
        commands.extract_all_orgs,
        limit=limit,
        offset=offset,
        threshold=threshold,
        business_type=business_type,
        dry_run=dry_run,
    )
    return run_job(job, json=json)


def process_import_queue(
    *,
    batch_size: AtLeastOne = 40,
    limit: AtLeastOne | None = None,
    organization_id: Id | None = None,
    skip_image_upload: Flag = False,
    bounds: RunBounds = NO_BOUNDS,
    json: Json = False,
) -> int:
    """Read the listings that are due, and download their photos right after.

    Example: forecourt process-import-queue --limit 200 --skip-image-upload

    Args:
        batch_size: The most listings per claim.
        limit: Listings to read in this run; all that are due where it is absent.
        organization_id: Only listings of this organization.
        skip_image_upload: Leave the photos to the trickle: they show from their own servers until then.
    """
    from forecourt.cli.running import run_job
    from forecourt.jobs import commands
    from forecourt.jobs.bounds import Bounds

    job = partial(
        commands.process_import_queue,
        batch_size=batch_size,
        limit=limit,
        organization_id=organization_id,
        skip_image_upload=skip_image_upload,
    )
    return run_job(job, json=json, bounds=Bounds(**asdict(bounds)))


def preview(source: str, *, base_url: str | None = None, mapping: Path | None = None, json: Json = False) -> int:
    """Say what would be imported from a page or a feed; write nothing.

    Example: forecourt preview https://dealer.example/cars/17

    Args:
        source: A URL, or a file that holds a saved page or a feed.
        base_url: The address of a saved page, against which its links are resolved.
        mapping: A mapping file: it is a feed, and this says where its columns are.
    """
    from forecourt import event_loop
    from forecourt.cli.running import print_report, run_job
    from forecourt.jobs import preview as previews
    from forecourt.jobs.mapping_file import read_mapping_file

    table = read_mapping_file(mapping) if mapping else None
    if "://" in source:
        report = partial(previews.preview_url, url=source, mapping=table, mapping_name=str(mapping))
        return run_job(report, json=json)
    found = previews.preview_file(Path(source), base_url=base_url, mapping=table, mapping_name=str(mapping))
    return print_report(event_loop.run(found), json=json)
