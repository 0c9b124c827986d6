"""The decoder with two faults, for test_photo_verify.py: some bytes end it, others make it say nonsense."""

import os
import signal
from collections.abc import Mapping

from forecourt.confined.child import JSON
from forecourt.photo import decode


def check_photo(arguments: Mapping[str, JSON], data: bytes) -> JSON:
    """As the real one, but for two files."""
    if data == b"deadly":
        os.kill(os.getpid(), signal.SIGSEGV)
    return {"type": "../../etc"} if data == b"lies" else decode.check_photo(arguments, data)
