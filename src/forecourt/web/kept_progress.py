"""How far the work is, for everybody who looks at the same time.

To count a long table takes long. However many look, and however often, it is counted once at a time, and no more than
a tenth of the time is spent on it: what was counted is shown again for ten times as long as it took.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Engine

from forecourt.db.engine import reading
from forecourt.db.progress import Progress, read_progress

_SHOWN_AGAIN = 10


@dataclass
class KeptProgress:
    """Of one process. `now`: a clock, in seconds."""

    engine: Engine
    now: Callable[[], float] = time.monotonic
    _lock: Lock = field(default_factory=Lock)
    _counted: Progress | None = None
    _good_until: float = 0.0

    def read(self) -> Progress:
        """Counted now, or not long ago; while somebody counts, what was counted before."""
        before = self._counted
        if not self._lock.acquire(blocking=before is None) and before is not None:
            return before
        try:
            begun = self.now()
            if self._counted is None or begun >= self._good_until:
                with reading(self.engine) as connection:
                    self._counted = read_progress(connection)
                ended = self.now()
                self._good_until = ended + _SHOWN_AGAIN * (ended - begun)
            return self._counted
        finally:
            self._lock.release()
