"""The decoder with some faults: bytes that end it, fill its memory, hold it up for ever, or make it say nonsense."""

import os
import signal
from collections.abc import Mapping

from forecourt.children.serving import JSON
from forecourt.photo import decode


def check_photo(arguments: Mapping[str, JSON], data: bytes) -> JSON:
    """As the real one, but for these files."""
    match data:
        case b"deadly":
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"hungry":
            return len(bytearray(8 * 1024**3))
        case b"asleep":
            signal.pause()
        case b"who are you":
            return {"error": "damaged", "detail": str(os.getpid())}
    return {"type": "../../etc"} if data == b"lies" else decode.check_photo(arguments, data)
