"""The signals that ask a process to stop, held back while it could not answer them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_held_back() -> Iterator[None]:
    """A signal that comes now is delivered later: to us at the end, to a child once it says `stop_let_through`."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stop_let_through() -> None:
    """Whoever began us, or we ourselves, may have held signals back until now; the handlers are in place."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
