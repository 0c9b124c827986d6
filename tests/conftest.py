"""What every test may ask for: a database of its own, on both kinds of server; a browser page; the shared folder.

In CI a skipped test is a failed one, and tests/real/ must find its data.
"""

import os
import shutil
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from get_test_parts import browser, postgres
from playwright.sync_api import Page, sync_playwright
from postgres import PostgresServer, running_postgres
from servers.canary import Canary, connects_outside, open_canary
from sqlalchemy import Engine

from forecourt.db.engine import open_database
from forecourt.db.migrate import upgrade

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"  # real pages and photos; not part of the repository
IN_CI = os.environ.get("CI") == "true"
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_without_real = not IN_CI and not (SHARED / "pages").is_dir()
collect_ignore = ["real"] if _without_real else []
_database_numbers = count(1)
_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with all tables and no rows, the test's own."""
    yield from _new_database(request, tmp_path)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same for all tests of a module, where one run brings what each of them looks at."""
    yield from _new_database(request, tmp_path_factory.mktemp("database"))


def _new_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        path = folder / "forecourt.db"
        shutil.copy(request.getfixturevalue("_sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("_postgres_template")
    name = f"test_{next(_database_numbers)}"
    yield server.create_database(name, template=template)
    server.drop_database(name)


@pytest.fixture(scope="session", autouse=True)
def canary() -> Iterator[Canary]:
    """Nothing that we run may come near it, in the whole session: one visit, and the suite fails."""
    with open_canary() as canary:
        yield canary
        assert canary.visits() == 0, "somebody connected to the canary"
    outside = connects_outside()
    assert not outside, f"connections to other machines: {outside}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table: for tests of the migrations."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"empty_{next(_database_numbers)}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture
def db(database_url: str) -> Iterator[Engine]:
    """The same database, opened."""
    engine = open_database(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all tests of this process."""
    programs = postgres()
    if programs is None:
        pytest.fail("there are no PostgreSQL programs: run `make test`, or tools/get_test_parts.py")
    with running_postgres(programs) as server:
        yield server


@pytest.fixture
def browser_path() -> Path:
    """Chromium."""
    path = browser()
    if path is None:
        pytest.fail("there is no browser: run `make test`, or tools/get_test_parts.py")
    return path


@pytest.fixture
def page(browser_path: Path, tmp_path: Path) -> Iterator[Page]:
    """A page of a browser of its own. A server to look at runs in another process or thread.

    Playwright keeps an event loop running in this thread while the test lasts, so `asyncio.run` has to wait.
    """
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "browser-profile", executable_path=browser_path, args=BROWSER_FLAGS
        )
        yield context.pages[0]
        context.close()


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder `shared` beside the checkout."""
    if not (SHARED / "pages").is_dir():
        pytest.fail(f"{SHARED} is missing")
    return SHARED


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "forecourt.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: PostgresServer) -> tuple[PostgresServer, str]:
    _migrate(postgres_server.create_database("migrated"))
    return postgres_server, "migrated"


def _migrate(url: str) -> None:
    engine = open_database(url)
    upgrade(engine)
    engine.dispose()  # on SQLite this empties the write-ahead log into the file


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skip fails."""
    report = yield
    return _without_skip(report) if IN_CI and not hasattr(report, "wasxfail") else report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI a skipped file fails."""
    report = yield
    return _without_skip(report) if IN_CI else report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    if _without_real:
        terminalreporter.write_line("left out: tests/real/, since there is no folder ../shared with pages")


def _without_skip(report: _Report) -> _Report:
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which fails in CI: {report.longrepr}"
    return report
