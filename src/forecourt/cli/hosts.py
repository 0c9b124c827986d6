"""Commands about hosts. Workers that run heed them within a second or two."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from forecourt.cli.options import AtLeastOne, DryRun, Flag, Json

Interval = Annotated[float, Parameter(validator=Number(gte=0, lte=3600))]
Concurrency = Annotated[int, Parameter(validator=Number(gte=1, lte=64))]


def list_hosts(*, paused: Flag = False, limit: AtLeastOne = 50, json: Json = False) -> int:
    """List hosts: their pace, who holds them, and what keeps us from asking. Paused ones first, then those in trouble.

    Example: forecourt hosts list --paused

    Args:
        paused: Only those that are not asked at all.
        limit: The most hosts.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import host_list

    with with_database() as (settings, engine):
        return print_report(host_list.everyone(engine, settings, paused=paused, limit=limit), json=json)


def pause(host: str, *, reason: str = "by an operator", json: Json = False) -> int:
    """Ask this host for nothing until it is resumed.

    Example: forecourt hosts pause img.dealer.example --reason "they asked us to wait for their new server"

    Args:
        host: Such as img.dealer.example or 127.0.0.1:8080; a URL will do.
        reason: Shown in lists.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import host_list

    with with_database() as (_, engine):
        return print_report(host_list.pause(engine, host, reason=reason), json=json)


def resume(host: str, *, json: Json = False) -> int:
    """Ask a paused host again: one that somebody paused, or that was silent for so long that it was thought dead.

    Example: forecourt hosts resume img.dealer.example

    Args:
        host: As for pause.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import host_list

    with with_database() as (_, engine):
        return print_report(host_list.resume(engine, host), json=json)


def set_pace(
    host: str,
    *,
    interval: Interval | None = None,
    concurrency: Concurrency | None = None,
    usual: Flag = False,
    json: Json = False,
) -> int:
    """Set how often and how much at once a host is asked, all workers together.

    Trouble and Crawl-delay may slow it further.

    Example: forecourt hosts set img.dealer.example --interval 2 --concurrency 1

    Args:
        host: As for pause.
        interval: Seconds between the starts of two requests; 0 to 3600.
        concurrency: Requests at once; 1 to 64.
        usual: What is not given beside it is as the settings say again.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import host_list

    with with_database() as (settings, engine):
        report = host_list.set_pace(engine, settings, host, interval=interval, concurrency=concurrency, usual=usual)
        return print_report(report, json=json)


def join(host: str, *others: str, dry_run: DryRun = False, json: Json = False) -> int:
    """Treat several names of one server as one host: one interval and one concurrency for all of them.

    The first one's count. Their photos and listings follow; robots.txt stays each one's own.

    Example: forecourt hosts join img1.dealer.example img2.dealer.example img3.dealer.example

    Args:
        host: As for pause.
        others: Those that are the same server.
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs import host_list

    with with_database() as (_, engine):
        return print_report(host_list.join(engine, host, others, dry_run=dry_run), json=json)
