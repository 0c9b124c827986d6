import os
import re
import signal
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from running_program import RUN_SECONDS
from servers.dealer_site import wait_until

from forecourt.demo.tour import run_tour

SERVE = """
import sys
from pathlib import Path
from rich.console import Console
from forecourt.demo.narration import Narrator
from forecourt.demo.tour import demo_settings, serve_pages
serve_pages(demo_settings(Path(sys.argv[1])), Narrator(Console(width=200)), host="127.0.0.1", port=int(sys.argv[2]))
"""


@pytest.mark.timeout(300)
def test_the_tour_keeps_every_promise_it_tells_of() -> None:
    """The whole job: 250 photos drawn, served, fetched, verified, stored; six of them broken, six beyond the cap."""
    told = StringIO()

    exit_code = run_tour(serve=False, console=Console(file=told, width=110))

    assert exit_code == 0, told.getvalue()
    for sentence in (
        "24 vehicles from 30 pages, 3 sitemaps and 3 robots.txt.",
        "250 photos of 24 vehicles. Photos asked for: 0.",
        "238 photos are ours now",
        "Requests: 0. Rows changed: 0.",
        "6 keep their dealer's address",
        "250 in all.",
    ):
        assert sentence in " ".join(told.getvalue().split())


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_tour_that_is_stopped_leaves_nothing(tmp_path: Path, told: signal.Signals) -> None:
    """Ctrl-C reaches a terminal's whole group, and processes that draw before they can do anything about it."""
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "forecourt", "demo"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        wait_until(lambda: _draws(process.pid) or process.poll() is not None, seconds=RUN_SECONDS)
        if told == signal.SIGINT:
            os.killpg(process.pid, told)
        else:
            process.send_signal(told)
        _, err = process.communicate(timeout=RUN_SECONDS)

    assert (process.returncode, err) == (130, "")
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_does_not_spoil_the_tour(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        command = [sys.executable, "-c", SERVE, str(tmp_path), port]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout
            told = re.search(r"http://127[.]0[.]0[.]1:(\d+)/", process.stdout.readline() + process.stdout.readline())
            assert told
            assert told[1] != port
            socket.create_connection(("127.0.0.1", int(told[1])), timeout=10).close()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=RUN_SECONDS)

    assert (process.returncode, err) == (0, "")


def _draws(process_id: int) -> bool:
    """A process that draws has been started; it may not have come far."""
    command = ["ps", "-ww", "-o", "args=", "--ppid", str(process_id)]
    return "spawn_main" in subprocess.run(command, capture_output=True, text=True, check=False).stdout
