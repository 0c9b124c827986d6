"""The command that says how far it is."""

from forecourt.cli.options import Flag, Json


def status(*, watch: Flag = False, json: Json = False) -> int:
    """Say how many photos are external and how many ours, what failed, the rate, and the time left.

    Example: forecourt status --watch

    Args:
        watch: Look again every two seconds, until stopped.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import standing

    with with_database() as (_, engine):
        return standing.watch(engine) if watch else print_report(standing.report(engine), json=json)
