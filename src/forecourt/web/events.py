"""`/api/events`: Server-Sent Events about images that became ours.

    id: 2026-03-01T12:00:00.123456Z-42
    event: image
    data: {"image_id": 42, "vehicle_id": 7, "image_url": "/i/42", "is_external": false}

Source: HTML Living Standard, section 9.2.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

import structlog
from anyio import CancelScope, create_task_group
from fastapi import APIRouter, Header, HTTPException, Query
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from forecourt.db.shown import ChangeCursor, ImageChange
from forecourt.web.api import LARGEST_ID
from forecourt.web.change_feed import MEMORY, ChangeFeed, Listener

KEEP_ALIVE_SECONDS = 15
SEND_SECONDS = 30  # a reader that takes nothing for so long is cut off
VehicleId = Annotated[int, Query(ge=1, le=LARGEST_ID)]
_CURSOR = re.compile(r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d))-(?P<id>\d{1,18})", re.ASCII)
_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_log = structlog.get_logger()


def event_routes(feed: ChangeFeed) -> APIRouter:
    """The one route."""
    router = APIRouter(tags=["api"])

    @router.get("/api/events", response_class=Response)
    async def events(
        last_event_id: Annotated[str | None, Header()] = None,
        cursor: Annotated[str | None, Query(description="like Last-Event-ID, for the first request")] = None,
        vehicle_id: Annotated[list[VehicleId] | None, Query(max_length=200)] = None,
    ) -> Response:
        """Images that became ours, as they do. Without a cursor from now on."""
        begin = read_cursor(last_event_id or cursor)
        if feed.is_full:
            busy = {"detail": "Too many listeners; try again later."}
            return JSONResponse(busy, 503, headers={"Retry-After": "10"})
        return EventStream(feed, begin, vehicle_id or ())

    return router


def write_cursor(cursor: ChangeCursor) -> str:
    """The text that a browser gives back as Last-Event-ID."""
    return f"{cursor.changed_at:%Y-%m-%dT%H:%M:%S.%f}Z-{cursor.image_id}"


def read_cursor(text: str | None) -> ChangeCursor | None:
    """None where there is none.

    Raises:
        HTTPException: 400 for a text that is no cursor of ours.
    """
    if not text:
        return None
    parts = _CURSOR.fullmatch(text)
    with suppress(ValueError, OverflowError):  # no such day; a zone that leads out of the calendar
        if parts:
            return ChangeCursor(datetime.fromisoformat(parts["at"]).astimezone(UTC), int(parts["id"]))
    raise HTTPException(400, "The cursor is not one of ours: <time>Z-<image id>.")


class EventStream(Response):
    """Ends when the reader has gone, stops reading, or falls too far behind, and when the server stops."""

    def __init__(self, feed: ChangeFeed, begin: ChangeCursor | None, vehicle_ids: Collection[int]) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._feed = feed
        self._begin = begin
        self._vehicle_ids = vehicle_ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI's own signature)
        """Send until one side ends it."""
        async with self._feed.listen(self._vehicle_ids) as listener, create_task_group() as group:
            group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
            await self._send_all(listener, send)
            group.cancel_scope.cancel()

    async def _send_all(self, listener: Listener, send: Send) -> None:
        with suppress(TimeoutError):
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for text in self._texts(listener):
                body = {"type": "http.response.body", "body": text.encode(), "more_body": True}
                async with asyncio.timeout(SEND_SECONDS):
                    await send(body)
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "http.response.body", "body": b""})

    async def _texts(self, listener: Listener) -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        sent: set[ChangeCursor] = set()  # of those that may also wait in the queue
        if self._begin:
            try:
                async for page in self._feed.missed(self._begin, self._vehicle_ids):
                    for change in page:
                        yield write_event(change)
                    if page:
                        recent = page[-1].cursor.changed_at - MEMORY
                        sent = {cursor for cursor in sent if cursor.changed_at >= recent}
                        sent |= {change.cursor for change in page}
            except SQLAlchemyError as error:
                _log.warning("an event stream ends early", error=str(error).splitlines()[0])
                return
        while True:
            try:
                next_change = await asyncio.wait_for(listener.queue.get(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if next_change is None:
                return
            if next_change.cursor not in sent:
                yield write_event(next_change)


def write_event(change: ImageChange) -> str:
    """One event, ready to send."""
    data = {
        "image_id": change.cursor.image_id,
        "vehicle_id": change.vehicle_id,
        "image_url": change.image_url,
        "is_external": change.is_external,
    }
    return f"id: {write_cursor(change.cursor)}\nevent: image\ndata: {json.dumps(data)}\n\n"


async def _cancel_when_gone(receive: Receive, scope: CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
