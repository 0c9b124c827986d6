"""The server as a process: it stops when told, whoever still listens."""

import signal
import socket
import subprocess
import sys
import time

import pytest

SCRIPT = """
import sys
from pathlib import Path
from forecourt.settings import Settings
from forecourt.web.app import run_server
run_server(Settings(home=Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]))
print("returned")
"""


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_streams_and_the_server_returns(tmp_path, told):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", SCRIPT, tmp_path, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        stream = connect(port, process)
        stream.sendall(b"GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in stream.recv(1000)

        process.send_signal(told)

        stdout, stderr = process.communicate(timeout=15)
        stream.close()
    assert (process.returncode, stdout) == (0, "returned\n")
    assert "Traceback" not in stderr


def test_a_stream_that_ends_with_the_server_ends_well(served):
    with served.events() as events:
        served.stop()

        assert events.rest() == b""


def connect(port, process):
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=10)
        except ConnectionRefusedError:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
