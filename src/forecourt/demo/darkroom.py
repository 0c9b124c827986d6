"""Photos on demand: drawn at the first request, in processes of their own, and kept."""

import asyncio
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process

from forecourt.demo.cars import PhotoFile
from forecourt.demo.draw import draw_photo

MOST_PROCESSES = 4


class Darkroom:
    """To be used on one event loop, and closed."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(
            max_workers=min(MOST_PROCESSES, os.cpu_count() or 1),
            mp_context=get_context("spawn"),  # a fork would copy the locks of the program's other threads
            initializer=_begin,
        )
        self._photos: dict[tuple[PhotoFile, int | None], asyncio.Future[bytes]] = {}

    async def photo(self, photo: PhotoFile, *, width_px: int | None = None) -> bytes:
        """The same bytes each time. `width_px` asks for a smaller form."""
        key = (photo, width_px)
        if key not in self._photos:
            size = (width_px, width_px * 3 // 4) if width_px else photo.size
            loop = asyncio.get_running_loop()
            self._photos[key] = asyncio.ensure_future(loop.run_in_executor(self._pool, _draw, photo, size))
        # One request that goes away must not take the drawing from the others.
        return await asyncio.shield(self._photos[key])

    def close(self) -> None:
        """Wait for what is being drawn, forget the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _draw(photo: PhotoFile, size: tuple[int, int]) -> bytes:
    return draw_photo(photo.look, photo.view, size=size, file_type=photo.file_type)


def _begin() -> None:
    """A drawing process leaves Ctrl-C to its parent, and never outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(0)
