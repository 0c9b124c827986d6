"""The web server: pages, photos, events, the API and the reference system's functions."""

import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from forecourt.errors import WrongUse
from forecourt.jobs.house import ready_database
from forecourt.settings import Settings
from forecourt.stop_signals import STOP_SIGNALS
from forecourt.storage import open_store
from forecourt.web.api import api_routes, health_routes
from forecourt.web.change_feed import ChangeFeed
from forecourt.web.child_jobs import ChildJobs
from forecourt.web.events import event_routes
from forecourt.web.functions import function_routes
from forecourt.web.headers import SafeHeaders
from forecourt.web.kept_progress import KeptProgress
from forecourt.web.pages import open_templates, page_routes
from forecourt.web.pictures import picture_routes
from forecourt.web.refusals import answer_refusals
from forecourt.web.route_list import route_list
from forecourt.web.site import Site

OURSELVES = (sys.executable, "-m", "forecourt")
CONNECTIONS = 900  # under the 1,024 files that most systems give a process; the next gets 503
_BACKLOG = 2048  # connections that wait to be accepted
STOP_SECONDS = 15  # the jobs of callers leave within 10
_log = structlog.get_logger()


def create_app(settings: Settings, *, job_command: Sequence[str] = OURSELVES) -> FastAPI:
    """Open the database and the photo store, and lay out the routes.

    Args:
        settings: Jobs do not get them: a child process reads the environment and forecourt.toml as we did.
        job_command: How a job is started; its command and options follow.

    Raises:
        WrongUse: The database or the store cannot be opened.
    """
    engine = ready_database(settings)
    public_url = str(settings.public_image_url) if settings.public_image_url else None
    store = open_store(settings.store_url, public_url=public_url)
    site = Site(settings, engine, store, KeptProgress(engine))
    feed = ChangeFeed(engine)
    jobs = ChildJobs(job_command)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        feed.close()
        jobs.stop()
        site.store.close()
        engine.dispose()

    app = FastAPI(title="Forecourt", version=version("forecourt"), lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.before_stop = (feed.close, jobs.stop)
    templates = open_templates()
    app.add_middleware(SafeHeaders)
    answer_refusals(app, templates)
    rooms = (
        page_routes(site, templates),
        picture_routes(site),
        api_routes(site),
        event_routes(feed),
        function_routes(site, jobs),
        health_routes(site),
        route_list(app, templates),
    )
    for room in rooms:
        app.include_router(room)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    return app


def run_server(
    settings: Settings,
    *,
    host: str,
    port: int,
    listening: Callable[[str], None] = lambda _: None,
    stopping: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM; then end streams and jobs, and return.

    Args:
        port: 0 takes a free one.
        listening: Called with our address, as soon as a browser can connect.
        stopping: Called when we begin to stop; some callers may take us a while.

    Raises:
        WrongUse: The database or the store cannot be opened, or nobody can listen there.
    """
    with _listen(host, port) as listener:
        app = create_app(settings)
        app.state.before_stop = (stopping, *app.state.before_stop)
        server = Server(app, host=host, port=port)
        with server.stopped_by_signals():
            listening(f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/")
            server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (")[0].rstrip(".")
        raise WrongUse(f"cannot listen at {host}, port {port}: {reason}; choose another --host or --port") from error


class Server(uvicorn.Server):
    """uvicorn waits for open answers before it stops; streams and jobs would never end by themselves."""

    def __init__(self, app: FastAPI, *, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=CONNECTIONS,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._app = app
        self._asked_to_stop = threading.Event()

    @contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """A signal that comes before all has begun waits until it can be ended in order.

        uvicorn listens from then on, and hands what it has caught to us when it has finished.
        """
        before = {each: signal.signal(each, lambda *_: self._asked_to_stop.set()) for each in STOP_SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    async def main_loop(self) -> None:
        """Until somebody asks us to stop, or has asked before."""
        self.should_exit = self.should_exit or self._asked_to_stop.is_set()
        await super().main_loop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what does not end by itself, then the rest."""
        for stop in self._app.state.before_stop:
            stop()
        await super().shutdown(sockets)
