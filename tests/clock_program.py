"""`forecourt` on a machine whose clock is set while it runs: `clock_program.py FILE COMMAND …`

The file holds the seconds by which the clock is ahead of the real one; it is read at each look. On SQLite the
database's clock is the process's own, asked at one place; that one is given another clock before the program's main is
called. Setting the machine's own would set it for everybody on it.
"""

import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from forecourt.cli import main
from forecourt.db import engine

PROGRAM = Path(__file__)


class _SetClock(datetime):
    file: Path

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(seconds=float(cls.file.read_text()))


if __name__ == "__main__":
    _SetClock.file = Path(sys.argv.pop(1))
    engine.datetime = _SetClock  # type: ignore[attr-defined]
    sys.exit(main())
