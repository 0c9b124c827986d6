"""An empty database for one run of a tool; gone at its end."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_database(home: Path, *, postgresql: bool, durable: bool = False) -> Iterator[str]:
    """Its URL: of a file in this folder, or on a server of its own.

    Args:
        durable: The server syncs what is committed, as an operator's does.

    Raises:
        SystemExit: There is no PostgreSQL.
    """
    if not postgresql:
        yield f"sqlite:///{home / 'forecourt.db'}"
        return
    sys.path.append(str(Path(__file__).parent.parent / "tests"))
    from get_test_parts import postgres  # noqa: PLC0415 (only where it is asked for)
    from postgres import running_postgres  # noqa: PLC0415

    programs = postgres()
    if programs is None:
        raise SystemExit("there are no PostgreSQL programs: run tools/get_test_parts.py")
    with running_postgres(programs, durable=durable) as server:
        yield server.create_database("own")
