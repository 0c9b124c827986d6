"""The web servers of the demo's three dealers, on loopback, each host on a port of its own so that a browser finds it.

with DemoSites() as sites:
    sites.organizations      who can be imported
    sites.counts()           requests by kind: page, robots, sitemap, photo, unknown
    sites.photo_requests()   requests by photo URL
    sites.broken             the photos that are broken on purpose, and how
"""

import asyncio
import logging
import signal
import socket
import threading
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing import resource_tracker
from types import MappingProxyType, TracebackType
from typing import NamedTuple, Self

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from forecourt.demo.cars import BUSY_HOST, Dealer, Fate, PhotoFile, photo_files
from forecourt.demo.darkroom import Darkroom
from forecourt.demo.dealers import DEALERS
from forecourt.demo.pages import Page, photo_host_pages, site_pages
from forecourt.demo.photo_answers import photo_answer

SITES_START_WITHIN_SECONDS = 30


class Organization(NamedTuple):
    """As `organizations add` takes it."""

    name: str
    website: str
    business_type: str


@dataclass(frozen=True)
class SiteFigures:
    """What a dealer's site holds. `beyond_cap` counts photos behind a vehicle's twentieth."""

    name: str
    vehicles: int
    photos: int
    broken: int
    beyond_cap: int


class DemoSites:
    """Open from `with` to its end. Listens on 127.0.0.1 only, at ports that the system chooses."""

    def __init__(self, *, photo_delay_seconds: float = 0.0) -> None:
        """Photos are answered after `photo_delay_seconds`."""
        self._photo_delay_seconds = photo_delay_seconds
        self._sockets = {name: _listen() for name in _host_names()}
        ports = {name: listener.getsockname()[1] for name, listener in self._sockets.items()}
        self._names = {port: name for name, port in ports.items()}
        self.addresses = MappingProxyType({name: f"http://127.0.0.1:{port}" for name, port in ports.items()})
        self._pages: dict[str, dict[str, Page]] = {name: photo_host_pages() for name in ports}
        self._photos: dict[str, PhotoFile] = {}
        for dealer in DEALERS:
            self._pages[dealer.key] = site_pages(dealer, self.addresses)
            files = [photo for car in dealer.cars for photo in photo_files(dealer, car)]
            self._photos |= {f"{self.addresses[photo.host]}{photo.path}": photo for photo in files}
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._photo_requests: Counter[str] = Counter()
        self._server: _Server | None = None
        self._started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="demo-sites", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.result(timeout=SITES_START_WITHIN_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server:
            self._server.should_exit = True
        self._thread.join()

    @property
    def organizations(self) -> list[Organization]:
        """Who can be imported."""
        return [Organization(dealer.name, f"{self.addresses[dealer.key]}/", dealer.business_type) for dealer in DEALERS]

    @property
    def figures(self) -> list[SiteFigures]:
        """What an import of everything must find."""
        return [_figures(dealer) for dealer in DEALERS]

    @property
    def broken(self) -> dict[str, Fate]:
        """How, by photo URL."""
        return {url: photo.fate for url, photo in self._photos.items() if photo.fate != "good"}

    @property
    def photo_urls(self) -> list[str]:
        """All of them, broken ones too."""
        return list(self._photos)

    def counts(self) -> Counter[str]:
        """Requests until now, by kind."""
        with self._lock:
            return self._counts.copy()

    def photo_requests(self) -> Counter[str]:
        """Requests until now, by photo URL without its query."""
        with self._lock:
            return self._photo_requests.copy()

    def _run(self) -> None:
        # The drawing processes inherit this from their first moment on: Ctrl-C is for the main thread alone.
        resource_tracker.ensure_running()  # later it would unblock again what is blocked here
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        darkroom = Darkroom()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            answer = await self._answer(Request(scope, receive), darkroom)
            await answer(scope, receive, send)

        self._server = _Server(app, self._started)
        try:
            await self._server.serve(sockets=list(self._sockets.values()))
        finally:
            self._started.cancel()  # where nothing has started; whoever waits for it shall not wait on
            darkroom.close()
            for listener in self._sockets.values():
                listener.close()

    async def _answer(self, request: Request, darkroom: Darkroom) -> Response:
        name = self._names[request.scope["server"][1]]
        url = f"{self.addresses[name]}{request.url.path}"
        photo = self._photos.get(url)
        query = f"?{request.url.query}" if request.url.query else ""
        page = self._pages[name].get(f"{request.url.path}{query}")
        with self._lock:
            self._counts["photo" if photo else page.kind if page else "unknown"] += 1
            if photo:
                self._photo_requests[url] += 1
        if photo:
            await asyncio.sleep(self._photo_delay_seconds)
            return await photo_answer(request, photo, darkroom)
        if page:
            return Response(page.text, media_type=page.content_type)
        return PlainTextResponse("Not here.\n", status_code=404)


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, app: ASGIApp, started: Future[None]) -> None:
        super().__init__(
            uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
        )
        self._started = started
        logging.getLogger("uvicorn.error").addFilter(_is_not_as_planned)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self._started.set_result(None)


def _is_not_as_planned(record: logging.LogRecord) -> bool:
    """A photo that is cut short is meant to be."""
    return "without completing response" not in record.msg


def _listen() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _host_names() -> list[str]:
    names = [name for dealer in DEALERS for name in (dealer.key, dealer.photo_host)]
    return list(dict.fromkeys([*names, BUSY_HOST]))


def _figures(dealer: Dealer) -> SiteFigures:
    return SiteFigures(
        name=dealer.name,
        vehicles=len(dealer.cars),
        photos=sum(car.photos for car in dealer.cars),
        broken=sum(len(car.fates) for car in dealer.cars),
        beyond_cap=sum(max(car.photos - 20, 0) for car in dealer.cars),
    )
