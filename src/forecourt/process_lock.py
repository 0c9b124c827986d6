"""A file that a process has locked for as long as it lives: the kernel lets go of it, however the process ends.

A process id would prove nothing across containers; a lock is seen by all who share the file and the kernel.
"""

import fcntl
import os
from contextlib import ExitStack
from pathlib import Path


def take(path: Path) -> int:
    """Make the file and lock it; the descriptor that holds the lock until it is closed.

    Raises:
        OSError: It cannot be made, or (BlockingIOError) another process holds it.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with ExitStack() as unless_locked:
        unless_locked.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unless_locked.pop_all()
    return lock


def is_held(path: Path) -> bool:
    """Whether a living process holds it; False for a file that is not there."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
