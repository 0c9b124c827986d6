"""Open the database, and the two ways to talk to it: `reading` and `writing`.

SQLite: WAL, `synchronous = NORMAL`, and every write transaction begins IMMEDIATE, so that two writers queue up at
its start and never fail in its middle. PostgreSQL: no prepared statements, so that a transaction pooler may stand
between.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from forecourt.errors import WrongUse

SQLITE_BUSY_SECONDS = 9  # under a third of a worker's lease of 30 s: a locked database must not cost the lease


def open_database(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…`; nothing is connected yet.

    Raises:
        WrongUse: Another kind of database, or a folder for SQLite that cannot be made.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise WrongUse("FORECOURT_DATABASE_URL is not a database URL; write sqlite:///… or postgresql://…") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(parsed)
    if backend in ("postgresql", "postgres"):
        return _open_postgresql(parsed.set(drivername="postgresql+psycopg"))
    raise WrongUse(f"FORECOURT_DATABASE_URL names {backend}; write sqlite:///… or postgresql://…")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent look; ends without a trace."""
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine, *, busy_seconds: float = SQLITE_BUSY_SECONDS) -> Iterator[Connection]:
    """One transaction: all of it, or on an exception nothing.

    Args:
        busy_seconds: For how long SQLite waits for another process that writes.
    """
    options = {"forecourt_writes": True, "forecourt_busy_seconds": busy_seconds}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def database_now(connection: Connection) -> datetime:
    """The database's clock, aware UTC. All workers share it; on SQLite it is this machine's."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    return connection.execute(text("SELECT clock_timestamp()")).scalar_one().astimezone(UTC)  # type: ignore[no-any-return]


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise WrongUse("FORECOURT_DATABASE_URL must name a file: an SQLite database in memory cannot be shared")
    folder = Path(url.database).absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse(f"cannot make the folder {folder}: {error.strerror}; set FORECOURT_HOME to another") from error
    engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: SqliteConnection, _: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        seconds = options.get("forecourt_busy_seconds", SQLITE_BUSY_SECONDS)
        if connection.info.get("busy_seconds", SQLITE_BUSY_SECONDS) != seconds:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(1000 * seconds)}")
            connection.info["busy_seconds"] = seconds
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("forecourt_writes") else "BEGIN")

    return engine


def _open_postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=4,
        max_overflow=16,
        connect_args={"prepare_threshold": None, "connect_timeout": 10, "application_name": "forecourt"},
    )
