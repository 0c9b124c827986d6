"""Which errors of the database pass by themselves."""

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from forecourt.db import away


@pytest.mark.parametrize(
    ("code", "is_busy", "is_busy_or_full"),
    [
        (sqlite3.SQLITE_BUSY, True, True),
        (sqlite3.SQLITE_BUSY_RECOVERY, True, True),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, True, True),
        (sqlite3.SQLITE_LOCKED_SHAREDCACHE, True, True),
        (sqlite3.SQLITE_FULL, False, True),
        (sqlite3.SQLITE_IOERR_READ, False, False),
    ],
)
def test_sqlite_says_busy_in_several_ways(code: int, is_busy: bool, is_busy_or_full: bool) -> None:  # noqa: FBT001
    told = sqlite3.OperationalError("database is locked")
    told.sqlite_errorcode = code
    error = OperationalError("SELECT 1", None, told)

    assert (away.is_busy(error), away.is_busy_or_full(error)) == (is_busy, is_busy_or_full)
