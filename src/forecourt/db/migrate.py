"""Bring a database to the newest schema, at start, one process at a time."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from forecourt.db.away import is_busy_or_full, reason
from forecourt.db.engine import reading, writing
from forecourt.errors import Paused, WrongUse

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x666F7265636F7572  # "forecour": the advisory lock's number on PostgreSQL


def upgrade(engine: Engine) -> None:
    """Run what is missing in one transaction; a database that is up to date is only read.

    Behind a lock: an advisory one on PostgreSQL, the write transaction itself on SQLite.

    Raises:
        WrongUse: The database cannot be reached, or a newer program has made it.
        Paused: Somebody else writes in it, or its disk is full.
    """
    known = sorted(step.stem.partition("_")[0] for step in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    try:
        with reading(engine) as connection:
            if _revision(connection) == known[-1]:
                return
        with writing(engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            revision = _revision(connection)
            if revision is not None and revision not in known:
                raise WrongUse(f"the database is at version {revision}, which this program does not know; update it")
            _run_alembic(connection)
    except DBAPIError as error:
        if is_busy_or_full(error):
            raise Paused(f"the database does not answer: {reason(error)}") from error
        where = engine.url.set(query={}).render_as_string(hide_password=True)  # a query may hold a password too
        raise WrongUse(f"cannot open the database {where}: {reason(error)}; check FORECOURT_DATABASE_URL") from error


def _run_alembic(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 (a fifth of a command's start, and seldom needed)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    """What Alembic has noted down; None for a database that it has never seen."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
