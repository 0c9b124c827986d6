"""Bring a database to the newest schema, at start, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from forecourt.db.engine import reading, writing
from forecourt.errors import WrongUse

_LOCK = 0x666F7265636F7572  # "forecour": the advisory lock's number on PostgreSQL


def upgrade(engine: Engine) -> None:
    """Run what is missing in one transaction; a database that is up to date is only read.

    Behind a lock: an advisory one on PostgreSQL, the write transaction itself on SQLite.

    Raises:
        WrongUse: The database cannot be reached, or a newer program has made it.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    try:
        with reading(engine) as connection:
            if _revision(connection) == scripts.get_current_head():
                return
        with writing(engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            revision = _revision(connection)
            if revision is not None and revision not in {script.revision for script in scripts.walk_revisions()}:
                raise WrongUse(f"the database is at version {revision}, which this program does not know; update it")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        where = engine.url.render_as_string(hide_password=True)
        reason = str(error.orig).strip().splitlines()[0]
        raise WrongUse(f"cannot open the database {where}: {reason}; check FORECOURT_DATABASE_URL") from error


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
