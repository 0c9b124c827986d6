"""What one command takes: time, processor time of all its processes, and their memory at its highest."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from process_tree import pss_bytes_below, with_descendants

_LOOK_SECONDS = 0.25
_MOST_SECONDS = 1200
_REAPED = Path(__file__).with_name("reaped.py")


@dataclass(frozen=True)
class Command:
    """Ready to run.

    Args:
        environment: All of it, but for PATH.
    """

    words: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """Processes that were killed, and the children of children, count in `cpu_seconds`."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


class CommandFailed(Exception):
    """With what it wrote last."""


def measure(
    command: Command,
    *,
    good_codes: Sequence[int] = (0,),
    look: Callable[[int], object] = lambda _: None,
    look_seconds: float = _LOOK_SECONDS,
) -> Measured:
    """Run it to its end.

    Args:
        look: Called now and then, with the process whose descendants are the command's.

    Raises:
        CommandFailed: It ended otherwise than it should, or left processes behind.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        result, said = Path(folder) / "result.json", Path(folder) / "said"
        with said.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-I", _REAPED, result, *command.words],
                env={"PATH": os.environ["PATH"], **command.environment},
                cwd=command.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            try:
                peak = _watched(process, look, look_seconds)
            finally:
                _end(process)  # where we are told to stop, or it does not come to its end
        told = json.loads(result.read_bytes()) if result.exists() else {"code": process.returncode, "killed": 0}
        if told["code"] not in good_codes or told["killed"]:
            last = said.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise CommandFailed(f"{command.words[0]}: code {told['code']}, {told['killed']} left behind\n{last}")
    return Measured(told["seconds"], told["user"] + told["system"], peak)


def _watched(process: subprocess.Popen[bytes], look: Callable[[int], object], look_seconds: float) -> int:
    """The most that all processes below this one had at once; what several share counts once."""
    peak, deadline = 0, time.monotonic() + _MOST_SECONDS
    while process.poll() is None:
        if time.monotonic() > deadline:
            _end(process)
        peak = max(peak, pss_bytes_below(process.pid))
        look(process.pid)
        time.sleep(look_seconds)
    return peak


def _end(process: subprocess.Popen[bytes]) -> None:
    """Who starts others before those, that nothing is started anew; what is left then is its reaper's to end."""
    if process.poll() is None:
        for each in with_descendants(process.pid)[1:]:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        process.wait()
