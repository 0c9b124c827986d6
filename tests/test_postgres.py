"""The tests' own database server: whoever runs the tests, whichever programs, and nothing left behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from get_test_parts import postgres_folders
from postgres import PostgresServer, running_postgres

STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from postgres import running_postgres
with running_postgres(Path(sys.argv[1])) as server:
    print(server.folder, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("programs", postgres_folders(), ids=lambda path: path.parent.name)
def test_the_server_starts_from_the_machines_programs_and_from_the_wheels(programs: Path) -> None:
    with running_postgres(programs) as server, psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("forecourt",)

    assert not server.folder.exists()


def test_the_server_starts_from_a_wheel_in_a_folder_that_only_root_may_enter(tmp_path: Path) -> None:
    """As where the whole checkout lies under /root. There may be no wheel for this machine, then nothing is tried."""
    tmp_path.chmod(0o700)
    for wheel in (programs.parent.parent for programs in postgres_folders() if "pgserver" in programs.parts):
        for part in (wheel, wheel.with_name("pgserver.libs")):
            shutil.copytree(part, tmp_path / part.name)

        with running_postgres(tmp_path / "pgserver" / "pginstall" / "bin") as server:
            assert server.create_database("one") == server.url("one")

        assert not server.folder.exists()


def test_a_copied_database_holds_what_its_template_held(postgres_server: PostgresServer) -> None:
    with psycopg.connect(postgres_server.create_database("original")) as connection:
        connection.execute("CREATE TABLE photos AS SELECT 7 AS id")

    with psycopg.connect(postgres_server.create_database("copy", template="original")) as connection:
        assert connection.execute("SELECT id FROM photos").fetchone() == (7,)


@pytest.mark.parametrize("word", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_when_the_tests_are_killed(word: signal.Signals) -> None:
    """The guard sees its pipe close, stops the server and removes the folder."""
    command = [sys.executable, "-c", STARTS_AND_WAITS, str(postgres_folders()[0])]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as tests:
        assert tests.stdout
        folder = Path(tests.stdout.readline().strip())
        server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        tests.send_signal(word)

    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
