"""Commands about organizations."""

from pathlib import Path

from forecourt.cli.options import DryRun, Json


def add(
    name: str,
    website: str,
    *,
    business_type: str | None = None,
    feed_url: str | None = None,
    feed_mapping: Path | None = None,
    json: Json = False,
) -> int:
    """Add an organization, or update the one with this website.

    Example: forecourt organizations add "Sunrise Motors" https://sunrise-motors.example

    Args:
        name: What people call it.
        website: Its address; https:// may be left out.
        business_type: Such as dealer or auction_house.
        feed_url: A feed of its vehicles, read in place of its pages.
        feed_mapping: A mapping file, where the feed calls its columns as nobody else does.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import organization_list
    from forecourt.jobs.mapping_file import read_mapping_file

    mapping = read_mapping_file(feed_mapping) if feed_mapping else None
    given = organization_list.Given(name, website, business_type, feed_url, mapping)
    with with_database() as (_, engine):
        return print_report(organization_list.put(engine, [given]), json=json)


def import_file(file: Path, *, dry_run: DryRun = False, json: Json = False) -> int:
    """Add the organizations of a CSV file; those whose website is known are updated.

    Example: forecourt organizations import dealers.csv

    Args:
        file: With a header: name,website,business_type,feed_url; the last two may be absent or empty.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import organization_list

    given = organization_list.read_csv(file)
    with with_database() as (_, engine):
        return print_report(organization_list.put(engine, given, dry_run=dry_run), json=json)


def list_all(*, json: Json = False) -> int:
    """List the organizations with their active vehicles and when they were read last.

    Example: forecourt organizations list
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import organization_list

    with with_database() as (_, engine):
        return print_report(organization_list.everyone(engine), json=json)
