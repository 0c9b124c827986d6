"""Commands about the import queue."""

from forecourt.cli.options import AtLeastOne, Id, Json


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
    organization_id: Id | None = None,
    limit: AtLeastOne = 50,
    json: Json = False,
) -> int:
    """List the newest entries.

    Example: forecourt import-queue list --status failed

    Args:
        status: pending, complete, failed, duplicate or rejected.
        failure_kind: Such as timeout; docs/failure-kinds.md has them all.
        organization_id: Only of this organization.
        limit: The most entries.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import queue_list

    wanted = queue_list.Wanted(status, failure_kind, organization_id)
    with with_database() as (_, engine):
        return print_report(queue_list.entries(engine, wanted, limit=limit), json=json)


def retry(
    *,
    status: str | None = None,
    failure_kind: str | None = None,
    organization_id: Id | None = None,
    json: Json = False,
) -> int:
    """Make entries that failed or wait due again.

    Example: forecourt import-queue retry --failure-kind blocked

    Args:
        status: pending, failed or rejected.
        failure_kind: Such as timeout; docs/failure-kinds.md has them all.
        organization_id: Only of this organization.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import queue_list

    wanted = queue_list.Wanted(status, failure_kind, organization_id)
    with with_database() as (_, engine):
        return print_report(queue_list.retry(engine, wanted), json=json)
