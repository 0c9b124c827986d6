"""FORECOURT_MIN_FREE_BYTES: no photo is asked for where the store has less room than that."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from forecourt.errors import StoreUnavailable
from forecourt.settings import Settings
from forecourt.storage import PhotoStore

_LOOK_SECONDS = 1.0  # a disk may be far away; in a second it fills by what the line carries


@dataclass
class DiskFloor:
    """One for a run; its store is looked at about once a second, however many photos there are."""

    settings: Settings
    photos: PhotoStore
    clock: Callable[[], float] = time.monotonic
    _looked_at: float | None = None

    def check(self) -> None:
        """Before a photo is asked for.

        Raises:
            StoreUnavailable: There is less room.
        """
        now = self.clock()
        if self._looked_at is not None and now - self._looked_at < _LOOK_SECONDS:
            return
        free, least = self.photos.free_bytes(), self.settings.min_free_bytes
        if free is not None and free < least:
            raise StoreUnavailable(
                f"{free:,} bytes are free at {self.settings.store_url}, fewer than FORECOURT_MIN_FREE_BYTES ({least:,})"
            )
        self._looked_at = now
