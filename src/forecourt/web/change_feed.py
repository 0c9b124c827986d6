"""One reader of changes per process, for all who listen.

    vehicle_images.changed_at ─ a look every half second ─► a bounded queue per listener

`changed_at` is taken before its transaction commits, so each look reads the last seconds again and tells only what
it has not told before. Nobody listens: nothing is read. Who does not keep up is cut off, and resumes by a cursor.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from anyio.to_thread import run_sync
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from forecourt.db.engine import database_now, reading
from forecourt.db.shown import ChangeCursor, ImageChange, changes_after

LOOK_SECONDS = 0.5
LATE_COMMIT = timedelta(seconds=5)  # the longest we believe a settling transaction to be open
MEMORY = timedelta(seconds=60)  # for how long a cursor is known to the letter
PAGE = 1000
QUEUED = 256  # changes a listener may be behind
LISTENERS = 500
_log = structlog.get_logger()


class Listener:
    """What one reader has still to be told. None ends it."""

    def __init__(self, vehicle_ids: Collection[int]) -> None:
        self.vehicle_ids = frozenset(vehicle_ids)
        self.queue: asyncio.Queue[ImageChange | None] = asyncio.Queue(QUEUED)

    def end(self) -> None:
        """Forget what waits; the reader resumes by its cursor."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class ChangeFeed:
    """Belongs to one event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._told: dict[ChangeCursor, None] = {}  # in the order of telling
        self._told_since: datetime | None = None
        self._looked_at: datetime | None = None
        self._closed = False

    @property
    def is_full(self) -> bool:
        """No further listener is taken."""
        return self._closed or len(self._listeners) >= LISTENERS

    @asynccontextmanager
    async def listen(self, vehicle_ids: Collection[int]) -> AsyncIterator[Listener]:
        """What changes from now on; of these vehicles only, if there are any."""
        listener = Listener(vehicle_ids)
        async with self._starting:
            if not self._listeners:
                await self._begin_now()
            self._listeners.add(listener)
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._look_on())
        if self._closed:
            listener.end()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def missed(self, cursor: ChangeCursor, vehicle_ids: Collection[int]) -> AsyncIterator[list[ImageChange]]:
        """What came after the cursor, page by page: for a reader that comes back.

        A cursor of the last minute is resumed to the letter, late commits included; an older one by its order.
        """
        already = self._told_up_to(cursor)
        if already and self._told_since:
            cursor = ChangeCursor(max(cursor.changed_at - LATE_COMMIT, self._told_since), 0)
        while True:
            page = await run_sync(self._page, cursor, vehicle_ids)
            yield [change for change in page if change.cursor not in already]
            if len(page) < PAGE:
                return
            cursor = page[-1].cursor

    def close(self) -> None:
        """End all listeners: the server stops."""
        self._closed = True
        for listener in list(self._listeners):
            self._cut(listener)

    def _told_up_to(self, cursor: ChangeCursor) -> set[ChangeCursor]:
        """Empty where the cursor is not remembered."""
        told: set[ChangeCursor] = set()
        for known in self._told:
            told.add(known)
            if known == cursor:
                return told
        return set()

    async def _begin_now(self) -> None:
        self._told.clear()
        self._looked_at = None
        await self._look(tell=False)
        if self._looked_at:
            self._told_since = self._looked_at - LATE_COMMIT

    async def _look_on(self) -> None:
        is_away = False
        while self._listeners:
            try:
                await self._look(tell=True)
                is_away = False
            except SQLAlchemyError as error:
                if not is_away:
                    _log.warning("events wait for the database", error=str(error).splitlines()[0])
                is_away = True
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, *, tell: bool) -> None:
        now = await run_sync(self._now)
        cursor = ChangeCursor((self._looked_at or now) - LATE_COMMIT, 0)
        while True:
            page = await run_sync(self._page, cursor, ())
            for change in page:
                if change.cursor not in self._told:
                    self._told[change.cursor] = None
                    if tell:
                        self._tell(change)
            if len(page) < PAGE:
                break
            cursor = page[-1].cursor
        self._looked_at = now
        self._forget_before(now - MEMORY)

    def _forget_before(self, moment: datetime) -> None:
        if self._told_since and self._told_since < moment:
            self._told_since = moment
            self._told = {cursor: None for cursor in self._told if cursor.changed_at >= moment}

    def _tell(self, change: ImageChange) -> None:
        for listener in list(self._listeners):
            if listener.vehicle_ids and change.vehicle_id not in listener.vehicle_ids:
                continue
            if listener.queue.full():
                self._cut(listener)
            else:
                listener.queue.put_nowait(change)

    def _cut(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        listener.end()

    def _now(self) -> datetime:
        with reading(self._engine) as connection:
            return database_now(connection)

    def _page(self, cursor: ChangeCursor, vehicle_ids: Collection[int]) -> list[ImageChange]:
        with reading(self._engine) as connection:
            return changes_after(connection, cursor, limit=PAGE, vehicle_ids=vehicle_ids)
