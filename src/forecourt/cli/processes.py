"""Worker processes that this process starts, passes signals on to, and waits for."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from forecourt.children.orphans import leaves_with_us
from forecourt.stop_signals import STOP_SIGNALS, stop_held_back


@dataclass
class Beside:
    """Processes that run beside us."""

    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _are_told: bool = False

    def stop(self) -> None:
        """Ask them to, once: a second time means at once."""
        if not self._are_told:
            self._are_told = True
            self.signal()

    def signal(self) -> None:
        """Pass on one wish to stop."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)


@contextmanager
def beside(number: int, arguments: Sequence[str] = ()) -> Iterator[Beside]:
    """Run so many `forecourt worker` beside us; they are asked to stop when we do, if nobody has asked them before."""
    command = [sys.executable, "-m", "forecourt", "worker", *arguments]
    workers = Beside()
    try:
        with stop_held_back():
            for _ in range(number):
                process = subprocess.Popen(command, preexec_fn=leaves_with_us())  # noqa: PLW1509, S603 (no thread yet)
                workers.processes.append(process)  # who has started is stopped
        yield workers
    finally:
        workers.stop()
        for worker in workers.processes:
            worker.wait()


def run_processes(number: int, arguments: Sequence[str] = ()) -> int:
    """Until all of them have ended; 1 if one did not end by itself, else the worst of their exit codes."""
    with ExitStack() as stack:
        with stop_held_back():
            workers = stack.enter_context(beside(number, arguments))

            def pass_on(*_: object) -> None:
                workers.signal()

            for caught in STOP_SIGNALS:
                signal.signal(caught, pass_on)
        codes = [worker.wait() for worker in workers.processes]
    return max(1 if code < 0 else code for code in codes)
