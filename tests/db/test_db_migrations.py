"""From an empty database to the newest schema, one process at a time."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, event, inspect, text

from forecourt.db.engine import open_database, reading, writing
from forecourt.db.migrate import upgrade
from forecourt.db.tables import metadata
from forecourt.errors import Paused, WrongUse

UPGRADE = """
import sys
from forecourt.db.engine import open_database
from forecourt.db.migrate import upgrade
upgrade(open_database(sys.argv[1]))
"""


def test_the_migrated_database_has_the_tables_of_the_program(db: Engine) -> None:
    with reading(db) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    command = [sys.executable, "-c", UPGRADE, empty_database_url]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]

    assert [process.communicate()[1] for process in processes] == [b""] * 3

    engine = open_database(empty_database_url)
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()


def test_a_database_of_a_newer_program_is_refused_in_one_line(db: Engine) -> None:
    with writing(db) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(WrongUse, match="version 9999, which this program does not know"):
        upgrade(db)


def test_a_disk_without_room_for_the_first_tables_is_a_pause(tmp_path: Path) -> None:
    """A file that may not grow fails as a full disk does; the URL is not to blame."""
    engine = open_database(f"sqlite:///{tmp_path / 'forecourt.db'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 2"))

    with pytest.raises(Paused, match="disk is full"):
        upgrade(engine)

    engine.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "is not a database URL"),
        ("mysql://h/d", "names mysql"),
        ("sqlite://", "must name a file"),
        ("sqlite:////dev/null/x.db", "cannot make the folder"),
    ],
)
def test_a_wrong_database_url_is_one_clear_line(url: str, words: str) -> None:
    with pytest.raises(WrongUse, match=words):
        open_database(url)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "forecourt.db"
    file.write_text("not a database " * 100)

    with pytest.raises(WrongUse, match=r"forecourt\.db: file is not a database"):
        upgrade(open_database(f"sqlite:///{file}"))
