"""Tools that have started servers and commands end them, however they are told to stop."""

import signal
import sys

_STOPPED = 130


def end_in_order() -> None:
    """From now on Ctrl-C, a kill and a terminal that is closed unwind what has been begun, and end the tool."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(_STOPPED))
