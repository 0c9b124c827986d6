"""The database does not answer: which of its errors pass by themselves, and how they are said."""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import SQLITE_BUSY, SQLITE_FULL, SQLITE_LOCKED

from sqlalchemy.exc import DBAPIError, OperationalError

from forecourt.errors import Paused


@contextmanager
def away_is_a_pause() -> Iterator[None]:
    """What would have worked a while later ends in Paused."""
    try:
        yield
    except DBAPIError as error:
        if not passes(error):
            raise
        raise Paused(f"the database does not answer: {reason(error)}") from error


def passes(error: DBAPIError) -> bool:
    """A lost connection, a locked file, a full disk."""
    return error.connection_invalidated or isinstance(error, OperationalError)


def is_busy(error: DBAPIError) -> bool:
    """Another process writes in the SQLite file."""
    return _code(error) in (SQLITE_BUSY, SQLITE_LOCKED)


def is_busy_or_full(error: DBAPIError) -> bool:
    """The file is the right one, and another process writes in it, or its disk is full."""
    return is_busy(error) or _code(error) == SQLITE_FULL


def _code(error: DBAPIError) -> int | None:
    """SQLite's, without what it says beyond the usual: "busy" is also busy while it recovers."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def reason(error: DBAPIError) -> str:
    """In one line."""
    return (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]
