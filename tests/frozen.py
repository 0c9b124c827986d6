"""A worker that is frozen, and believes in its lease when it wakes up (C02)."""

import os
import signal
import sqlite3
import subprocess
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text, update

from forecourt.db.engine import reading, writing
from forecourt.db.tables import workers


def freeze(process: subprocess.Popen[str], engine: Engine) -> None:
    """Stop it where it stands, but not in the middle of a transaction: it would lock out its heir, and the test."""
    _stop(process)
    while _is_in_a_transaction(engine):
        process.send_signal(signal.SIGCONT)
        time.sleep(0.01)
        _stop(process)


def the_lease_runs_out(engine: Engine) -> None:
    """Of everybody, whatever they believe themselves."""
    with writing(engine) as connection:
        connection.execute(update(workers).values(alive_until=datetime.now(UTC) - timedelta(seconds=1)))


def _stop(process: subprocess.Popen[str]) -> None:
    """Until each of its threads stands: one that still ran could begin a transaction after we have looked."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


def _is_in_a_transaction(engine: Engine) -> bool:
    if engine.dialect.name == "sqlite":
        try:
            with sqlite3.connect(str(engine.url.database), timeout=0, isolation_level=None) as file:
                file.execute("BEGIN IMMEDIATE")
                file.execute("ROLLBACK")
            file.close()
        except sqlite3.OperationalError:
            return True
        return False
    with reading(engine) as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid() AND state NOT IN ('idle', 'disabled')"
        return bool(connection.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}")))  # noqa: S608
