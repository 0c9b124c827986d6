"""The command `forecourt`, and `python -m forecourt`: Ctrl-C ends it quietly from its first moment on."""

import os
import signal
import sys


def main() -> int:
    """Import the command line, and run it. While it is imported there is nothing that could be tidied up."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:  # else whoever started us wants us not to hear it
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from forecourt.cli import main as run  # noqa: PLC0415 (it takes a moment, in which somebody may change their mind)

    signal.signal(signal.SIGINT, usual)
    return run()


if __name__ == "__main__":
    sys.exit(main())
