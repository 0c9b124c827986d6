"""The program, run as processes over the test's own database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_program import Program, program_at
from sqlalchemy import Engine

from forecourt.db.engine import open_database


@pytest.fixture
def program(db: Engine, database_url: str, tmp_path: Path) -> Program:
    """With a home of its own."""
    return program_at(tmp_path / "home", db, database_url)


@pytest.fixture
def fresh_program(tmp_path: Path) -> Iterator[Program]:
    """On a machine where it has never run; its database will be SQLite."""
    url = f"sqlite:///{tmp_path / 'home' / 'forecourt.db'}"
    engine = open_database(url)
    yield program_at(tmp_path / "home", engine, url)
    engine.dispose()
