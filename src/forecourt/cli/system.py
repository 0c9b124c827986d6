"""Commands about this installation."""

from typing import Annotated

from cyclopts import Parameter

from forecourt.cli.options import Flag, Json


def serve(
    *,
    host: str = "127.0.0.1",
    port: Annotated[int, Parameter(help="0 takes a free one.")] = 8000,
    worker: Flag = False,
) -> int:
    """Serve the pages and the API.

    Example: forecourt serve --port 8000 --worker

    Args:
        host: The address to listen at.
        worker: Run `forecourt worker` beside it, as a process of its own.
    """
    from forecourt.cli.processes import beside
    from forecourt.cli.running import log_to_stderr, say_where
    from forecourt.settings import read_settings
    from forecourt.web.app import run_server

    settings = read_settings()
    log_to_stderr()
    with beside(1 if worker else 0) as workers:
        run_server(settings, host=host, port=port, listening=say_where, stopping=workers.stop)
    return 0


def settings(*, json: Json = False) -> int:
    """List all settings with their values.

    Example: forecourt settings --json
    """
    from forecourt.cli.running import print_report
    from forecourt.jobs.report import Report
    from forecourt.settings import PREFIX, read_settings

    values = read_settings().for_people()
    lines = tuple(f"{PREFIX}{name.upper()}={value}" for name, value in values.items())
    return print_report(Report(values, lines), json=json)


def upgrade(*, json: Json = False) -> int:
    """Bring the database to the newest schema; every command does this at its start.

    Example: forecourt db upgrade
    """
    from forecourt.cli.running import print_report, with_database
    from forecourt.jobs.report import Report

    with with_database():
        return print_report(Report({"success": True}, ("The database is up to date.",)), json=json)


def demo(*, port: int = 8000) -> int:
    """Take the tour: three dealer sites on this machine, their photos shown at once, then made ours.

    Example: forecourt demo

    Args:
        port: Where the pages are served at the end, on a terminal.
    """
    from forecourt.demo.tour import run_tour

    return run_tour(port=port)
