"""Commands that hold all work, and let it go on."""

from forecourt.cli.options import Json


def pause(*, reason: str = "by an operator", json: Json = False) -> int:
    """Let nothing new begin, on any machine that shares the database; what is in flight ends.

    Workers and --follow wait until `forecourt resume`; other runs end with exit code 75.

    Example: forecourt pause --reason "the disk is being moved"

    Args:
        reason: What `status` and the runs that end tell a person.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import pausing

    with with_database() as (_, engine):
        return print_report(pausing.pause(engine, reason=reason), json=json)


def resume(*, json: Json = False) -> int:
    """End the pause: workers go on within seconds.

    Example: forecourt resume
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import pausing

    with with_database() as (_, engine):
        return print_report(pausing.resume(engine), json=json)
