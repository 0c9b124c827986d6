"""`noting_program.py FILE COMMAND …` is `forecourt COMMAND …`, and notes down when each request starts.

The moment is that of the clock that all processes of a machine share, taken as the request is handed to its
connection. The program knows nothing of this: before its main is called, one function is wrapped.
"""

import sys
import time
from pathlib import Path

from forecourt.cli import main
from forecourt.fetch.wire import Connection, Exchange


def note_starts(path: Path) -> None:
    """A line a request: the moment, and the host."""
    file = path.open("a", encoding="utf-8", buffering=1)
    begin = Connection._begin  # noqa: SLF001 (the moment is inside)

    def noted(connection: Connection, exchange: Exchange) -> None:
        host = exchange.request.partition(b"\r\nHost: ")[2].partition(b"\r\n")[0].decode().partition(":")[0]
        is_on_its_way = exchange.is_on_its_way

        def note() -> None:
            moment = time.monotonic()  # before the program takes its own: a busy machine may stop us in between
            is_on_its_way()
            file.write(f"{moment:.6f} {host}\n")

        exchange.is_on_its_way = note
        begin(connection, exchange)

    Connection._begin = noted  # type: ignore[assignment,method-assign]  # noqa: SLF001 (noted, and as before)


if __name__ == "__main__":
    note_starts(Path(sys.argv.pop(1)))
    sys.exit(main())
