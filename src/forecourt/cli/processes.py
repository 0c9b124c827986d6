"""Worker processes that this process starts, passes signals on to, and waits for."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def beside(number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run so many `forecourt worker` beside us; they are asked to stop when we do."""
    command = [sys.executable, "-m", "forecourt", "worker"]
    workers = [subprocess.Popen(command) for _ in range(number)]  # noqa: S603 (our own command)
    try:
        yield workers
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait()


def run_processes(number: int) -> int:
    """Until all of them have ended; 1 if one did not end by itself, else the worst of their exit codes."""
    workers: list[subprocess.Popen[bytes]] = []

    def pass_on(*_: object) -> None:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)

    for caught in (signal.SIGINT, signal.SIGTERM):
        signal.signal(caught, pass_on)
    with beside(number) as started:
        workers += started
        codes = [worker.wait() for worker in workers]
    return max(1 if code < 0 else code for code in codes)
