"""The command line: one command = one function that parses, calls one job and prints one result.

stdout is the result, stderr the progress and the log. What a command needs is imported when it runs, so that
`forecourt --help` answers at once.
"""

import errno
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from cyclopts import App, CycloptsError

from forecourt.cli import hosts, images, import_queue, organizations, pausing, photos, reading, status, system
from forecourt.errors import Paused, StoreUnavailable, WrongUse

app = App(
    name="forecourt",
    help="Show the photos of vehicle listings at once, and make them yours in the background.",
    help_format="plaintext",
    result_action="return_value",
)

_organizations = App(name="organizations", help="Dealers and auction houses whose websites are read.")
_organizations.command(organizations.add)
_organizations.command(organizations.import_file, name="import")
_organizations.command(organizations.list_all, name="list")

_import_queue = App(name="import-queue", help="Listing URLs waiting to be read.")
_import_queue.command(import_queue.add)
_import_queue.command(import_queue.list_entries, name="list")
_import_queue.command(import_queue.retry)

_images = App(name="images", help="Photos of vehicles, ours or still their dealers'.")
_images.command(images.list_images, name="list")
_images.command(images.retry)

_hosts = App(name="hosts", help="The servers that are asked: who, how often, and which are left alone.")
_hosts.command(hosts.list_hosts, name="list")
_hosts.command(hosts.pause)
_hosts.command(hosts.resume)
_hosts.command(hosts.set_pace, name="set")
_hosts.command(hosts.join)

_database = App(name="db", help="The database.")
_database.command(system.upgrade)

for _command in (
    _organizations,
    _import_queue,
    _images,
    _hosts,
    reading.extract_all_orgs,
    reading.process_import_queue,
    photos.trickle_backfill_images,
    photos.backfill_images,
    photos.worker,
    reading.preview,
    pausing.pause,
    pausing.resume,
    status.status,
    system.serve,
    system.settings,
    system.demo,
    _database,
):
    app.command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Whatever is expected to go wrong is one line on stderr."""
    _ready_streams()
    try:
        return int(app(arguments, exit_on_error=False, print_error=False) or 0)
    except CycloptsError as error:
        what = str(error).partition(" Available commands:")[0]
        return _complain(2, f"{_one_line(what)}; see --help")
    except WrongUse as error:
        return _complain(2, str(error))
    except (Paused, StoreUnavailable) as error:
        return _complain(75, f"{error}; run the same command again to go on")
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.ENOSPC):
            raise
        # Its reader has gone, or there is no room: what is left of our output shall not be tried again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1 if error.errno == errno.EPIPE else _complain(75, f"{error.strerror}; make room and run it again")


def _ready_streams() -> None:
    """Whoever started us may have closed some (`>&-`), and may have a locale that lacks what a dealer's name has.

    A closed one is None to Python, and its number would go to the next file or socket.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 (open to the end)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr does from the start


def _complain(code: int, line: str) -> int:
    sys.stderr.write(f"forecourt: {line}\n")
    return code


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
