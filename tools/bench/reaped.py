"""Run one command, wait until all that it has started has ended, and write down what they took of the processor.

    python reaped.py RESULT.json COMMAND…

A process of its own, so that its RUSAGE_CHILDREN is this command's alone. Whoever loses its parent becomes our child
(PR_SET_CHILD_SUBREAPER) and is waited for, so those that were killed count, too.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_STRAGGLE_SECONDS = 10


def main() -> None:
    """Results go to the file; the command keeps stdout and stderr."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    begun = time.monotonic()
    with subprocess.Popen(sys.argv[2:]) as process:
        code = process.wait()
    seconds = time.monotonic() - begun
    killed = _wait_for_stragglers()
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = {"seconds": seconds, "user": spent.ru_utime, "system": spent.ru_stime, "code": code, "killed": killed}
    Path(sys.argv[1]).write_text(json.dumps(result), encoding="ascii")


def _wait_for_stragglers() -> int:
    """How many had to be killed."""
    killed, deadline = 0, time.monotonic() + _STRAGGLE_SECONDS
    with suppress(ChildProcessError):
        while True:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
            if time.monotonic() > deadline:
                for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split():
                    os.kill(int(child), signal.SIGKILL)
                    killed += 1
            time.sleep(0.02)
    return killed


if __name__ == "__main__":
    main()
