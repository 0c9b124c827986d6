"""What a process gets when the one that started it is gone, however that ended. Linux alone can do it."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with(parent_id: int) -> None:
    """Ask for SIGKILL at the parent's death, and end now if it came before we asked."""
    _ask_for(signal.SIGKILL)
    if os.getppid() != parent_id:
        os._exit(1)


def leaves_with_us() -> Callable[[], None]:
    """What a worker that is started as a command does before it is one, so that our death asks it to stop.

    For `preexec_fn`.
    """
    parent_id = os.getpid()

    def before() -> None:
        _ask_for(signal.SIGTERM)
        if os.getppid() != parent_id:
            os._exit(1)

    return before


def _ask_for(number: signal.Signals) -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
