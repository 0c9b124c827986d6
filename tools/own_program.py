"""The program with a home, a store and a migrated database of its own, for campaigns; all of it is gone at the end."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from own_database import own_database
from running_program import Program, program_at

from forecourt.db.engine import open_database
from forecourt.db.migrate import upgrade

DATABASES = ("sqlite", "postgresql")


@contextmanager
def own_program(database: str) -> Iterator[Program]:
    """On one of DATABASES.

    Raises:
        SystemExit: There is no PostgreSQL.
    """
    with tempfile.TemporaryDirectory(prefix="forecourt-campaign-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        with own_database(home, postgresql=database == "postgresql") as url, _opened(home, url) as program:
            yield program


@contextmanager
def _opened(home: Path, url: str) -> Iterator[Program]:
    engine = open_database(url)
    upgrade(engine)
    try:
        yield program_at(home, engine, url)
    finally:
        engine.dispose()
