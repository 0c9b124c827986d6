"""Commands about the import queue."""

from forecourt.cli.options import AtLeastOne, DryRun, Id, Json


def add(*urls: str, organization_id: Id | None = None, json: Json = False) -> int:
    """Queue listing URLs to be read.

    Example: forecourt import-queue add https://dealer.example/cars/17 --organization-id 3

    Args:
        urls: Addresses of pages about one vehicle each.
        organization_id: Whose listings they are; where it is absent, the organization of their website, which is made
            where it is new.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import queue_list

    with with_database() as (settings, engine):
        return print_report(queue_list.add(engine, settings, urls, organization_id=organization_id), json=json)


def list_entries(
    *,
    status: str | None = None,
    failure_kind: str | None = None,
    host: str | None = None,
    organization_id: Id | None = None,
    limit: AtLeastOne = 50,
    json: Json = False,
) -> int:
    """List the newest entries, and what can be done about their troubles.

    Example: forecourt import-queue list --status failed

    Args:
        status: pending, complete, failed, duplicate or rejected.
        failure_kind: Such as timeout; docs/failure-kinds.md has them all.
        host: Only of this server, such as dealer.example or 127.0.0.1:8080.
        organization_id: Only of this organization.
        limit: The most entries.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.db.troubled_rows import Wanted
    from forecourt.jobs import troubled_list

    wanted = Wanted(status, failure_kind, host, organization_id)
    with with_database() as (_, engine):
        return print_report(troubled_list.entries(engine, troubled_list.QUEUE, wanted, limit=limit), json=json)


def retry(
    *,
    status: str | None = None,
    failure_kind: str | None = None,
    host: str | None = None,
    organization_id: Id | None = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Make entries that are in trouble due again, with a clean record.

    Example: forecourt import-queue retry --failure-kind blocked

    Args:
        status: pending, failed or rejected.
        failure_kind: Such as timeout; docs/failure-kinds.md has them all.
        host: Only of this server.
        organization_id: Only of this organization.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.db.troubled_rows import Wanted
    from forecourt.jobs import troubled_list

    wanted = Wanted(status, failure_kind, host, organization_id)
    with with_database() as (settings, engine):
        cap = settings.max_images_per_vehicle
        return print_report(
            troubled_list.retry(engine, troubled_list.QUEUE, wanted, cap=cap, dry_run=dry_run), json=json
        )
