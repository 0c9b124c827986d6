"""What an operator allows a run: so many bytes, so many minutes; and the pause that ends it whatever is left.

When a bound is reached nothing new begins, and what is in flight ends.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from forecourt.db.pauses import Pause
from forecourt.fetch.traffic import Traffic


@dataclass(frozen=True)
class Bounds:
    """As the options say; None is without end.

    Attributes:
        max_bytes: Of all bodies together, as they come over the wire.
        bandwidth: In bytes a second, for all processes that share FORECOURT_HOME and have one.
    """

    max_bytes: int | None = None
    max_minutes: float | None = None
    bandwidth: int | None = None


class Budget:
    """What of its bounds a run has used.

    Args:
        clock: In seconds; any that runs on.

    Attributes:
        pause: The operator's, as it was seen last.
    """

    def __init__(self, bounds: Bounds, traffic: Traffic, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.traffic = traffic
        self.pause: Pause | None = None
        self._bounds = bounds
        self._clock = clock
        self._began_at = clock()

    def used_up(self) -> str | None:
        """Which bound is reached, for a person; None while there is something left."""
        most, minutes = self._bounds.max_bytes, self._bounds.max_minutes
        if most is not None and self.traffic.received_bytes >= most:
            return f"{self.traffic.received_bytes:,} bytes were received, and --max-bytes allows {most:,}"
        if minutes is not None and self._clock() - self._began_at >= 60 * minutes:
            return f"the {minutes:g} minutes of --max-minutes are over"
        return None

    def enough(self) -> str | None:
        """Why nothing new may begin; None while it may."""
        return f"{self.pause}; `forecourt resume` ends that" if self.pause else self.used_up()
