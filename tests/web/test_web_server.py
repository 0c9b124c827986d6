"""The server as a process: it stops when told, whoever still listens."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from postgres import PostgresServer
from served import Served

SCRIPT = """
import sys
from pathlib import Path
from forecourt.settings import Settings
from forecourt.web.app import run_server
run_server(Settings(home=Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]))
print("returned")
"""


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_streams_and_the_server_returns(tmp_path: Path, told: signal.Signals) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        stream = connect(port, process)
        stream.sendall(b"GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in stream.recv(1000)

        process.send_signal(told)

        stdout, stderr = process.communicate(timeout=15)
        stream.close()
    assert (process.returncode, stdout) == (0, "returned\n")
    assert "Traceback" not in stderr


def test_a_stream_that_ends_with_the_server_ends_well(served: Served) -> None:
    with served.events() as events:
        served.stop()

        assert events.rest().strip() == b""


def connect(port: int, process: subprocess.Popen[str]) -> socket.socket:
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=10)
        except ConnectionRefusedError:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_while_the_database_is_away_the_server_says_so_and_recovers(
    served: Served, postgres_server: PostgresServer
) -> None:
    name = served.engine.url.database or ""
    served.engine.dispose()
    served.ask("/")
    postgres_server.drop_database(name)

    away = [served.ask(path) for path in ("/", "/api/vehicles", "/readyz")]

    assert [answer.status for answer in away] == [503] * 3
    assert away[0].headers["Retry-After"]
    assert "The database does not answer" in away[0].text
    assert away[1].json()["detail"].startswith("The database does not answer")
    assert away[2].json() == {"status": "not ready", "database": "does not answer"}
    assert served.ask("/healthz").status == 200

    postgres_server.create_database(name, template="migrated")
    assert served.ask("/readyz").status == served.ask("/").status == 200
