"""Commands about photos: which are in trouble, and once more."""

from forecourt.cli.options import AtLeastOne, DryRun, Id, Json


def list_images(
    *,
    status: str | None = None,
    failure_kind: str | None = None,
    host: str | None = None,
    organization_id: Id | None = None,
    vehicle_id: Id | None = None,
    limit: AtLeastOne = 50,
    json: Json = False,
) -> int:
    """List the newest photos, and what can be done about their troubles.

    Example: forecourt images list --failure-kind too_large

    Args:
        status: pending, blocked, gone, failed, rejected, stored or removed.
        failure_kind: Such as timeout; docs/failure-kinds.md has them all.
        host: Only of this server, such as img.dealer.example or 127.0.0.1:8080.
        organization_id: Only of this organization's vehicles.
        vehicle_id: Only of this vehicle.
        limit: The most photos.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.db.troubled_rows import Wanted
    from forecourt.jobs import troubled_list

    wanted = Wanted(status, failure_kind, host, organization_id, vehicle_id)
    with with_database() as (_, engine):
        return print_report(troubled_list.entries(engine, troubled_list.IMAGES, wanted, limit=limit), json=json)


def retry(
    *,
    status: str | None = None,
    failure_kind: str | None = None,
    host: str | None = None,
    organization_id: Id | None = None,
    vehicle_id: Id | None = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Make photos that are in trouble due again, with a clean record.

    Example: forecourt images retry --failure-kind too_large --host img.dealer.example

    Args:
        status: pending, blocked, gone, failed or rejected.
        failure_kind: Such as timeout; docs/failure-kinds.md has them all.
        host: Only of this server.
        organization_id: Only of this organization's vehicles.
        vehicle_id: Only of this vehicle.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.db.troubled_rows import Wanted
    from forecourt.jobs import troubled_list

    wanted = Wanted(status, failure_kind, host, organization_id, vehicle_id)
    with with_database() as (settings, engine):
        cap = settings.max_images_per_vehicle
        done = troubled_list.retry(engine, troubled_list.IMAGES, wanted, cap=cap, dry_run=dry_run)
        return print_report(done, json=json)
