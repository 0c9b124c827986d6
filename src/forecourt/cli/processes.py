"""Worker processes that this process starts, passes signals on to, and waits for."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from forecourt.stop_signals import STOP_SIGNALS, stop_held_back


@contextmanager
def beside(number: int, arguments: Sequence[str] = ()) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run so many `forecourt worker` beside us; they are asked to stop when we do."""
    command = [sys.executable, "-m", "forecourt", "worker", *arguments]
    workers: list[subprocess.Popen[bytes]] = []
    try:
        with stop_held_back():
            for _ in range(number):
                workers.append(subprocess.Popen(command))  # noqa: S603, PERF401 (our own; whoever has started is stopped)
        yield workers
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait()


def run_processes(number: int, arguments: Sequence[str] = ()) -> int:
    """Until all of them have ended; 1 if one did not end by itself, else the worst of their exit codes."""
    with ExitStack() as stack:
        with stop_held_back():
            workers = stack.enter_context(beside(number, arguments))

            def pass_on(*_: object) -> None:
                for worker in workers:
                    worker.send_signal(signal.SIGTERM)

            for caught in STOP_SIGNALS:
                signal.signal(caught, pass_on)
        codes = [worker.wait() for worker in workers]
    return max(1 if code < 0 else code for code in codes)
