"""The sites of the saved pages, on loopback, under their own names and on their own ports.

    with RealSites(pages, photographs, folder) as sites:
        sites.settings           FORECOURT_HOSTS_FILE, FORECOURT_CA_FILE, FORECOURT_ALLOWED_NETWORKS
        sites.photo_requests()   requests by photo URL
        sites.photograph(url)    the file that is shown there

A page is answered at its own address. robots.txt allows all; a site's sitemap names its vehicles' pages. Whatever is
asked for as a photo is one of the photographs, chosen by the URL alone. The rest is 404.
"""

import asyncio
import hashlib
import os
import re
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import idna
import trustme
from aiohttp import web
from saved_pages import SavedPage

ADDRESS = "127.0.0.2"
PORTS = {"http": 80, "https": 443}
_START_WITHIN_SECONDS = 30
_PHOTO_PATH = re.compile(r"\.(jpe?g|png|webp|gif|avif)(?![a-z0-9])", re.IGNORECASE)
_TYPES = {".html": "text/html", ".json": "application/json", ".xml": "application/xml"}


class PortsClosed(Exception):
    """This account may not listen where web servers do."""


class RealSites:
    """Open from `with` to its end.

    Raises:
        PortsClosed: On entering.
    """

    def __init__(self, pages: Sequence[SavedPage], photographs: Sequence[Path], folder: Path) -> None:
        """`folder` takes the hosts file and the certificate of the authority."""
        self._pages = {page.url: page for page in pages}
        self._photographs = photographs
        self.hosts = _nameable(set().union(*(page.hosts for page in pages)))
        hosts_file, ca_file = folder / "hosts", folder / "ca.pem"
        hosts_file.write_text("".join(f"{ADDRESS} {name}\n" for name in sorted(self.hosts)), encoding="utf-8")
        authority = trustme.CA()
        authority.cert_pem.write_to_path(ca_file)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*sorted(self.hosts)).configure_cert(self._tls)
        self.settings = {
            "FORECOURT_HOSTS_FILE": str(hosts_file),
            "FORECOURT_CA_FILE": str(ca_file),
            "FORECOURT_ALLOWED_NETWORKS": "127.0.0.0/8",
        }
        self._photo_requests: Counter[str] = Counter()
        self._requests = 0
        self._lock = threading.Lock()
        self._stop = asyncio.Event()
        self._started: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="real-sites", daemon=True)

    def __enter__(self) -> Self:
        self._listeners = _listeners()
        self._thread.start()
        self._loop = self._started.result(timeout=_START_WITHIN_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def photo_requests(self) -> Counter[str]:
        """Requests until now, by photo URL."""
        with self._lock:
            return self._photo_requests.copy()

    def requests(self) -> int:
        """All requests until now, photos too."""
        with self._lock:
            return self._requests

    def photograph(self, url: str) -> Path:
        """The same for a URL each time; the scheme does not matter."""
        digest = hashlib.sha256(url.partition("://")[2].encode()).digest()
        return self._photographs[int.from_bytes(digest) % len(self._photographs)]

    async def _serve(self) -> None:
        runners = []
        try:
            for scheme, listener in self._listeners.items():
                server = web.Server(partial(self._answer, scheme), access_log=None)
                runner = web.ServerRunner(server, shutdown_timeout=1)
                runners.append(runner)
                await runner.setup()
                await web.SockSite(runner, listener, ssl_context=self._tls if scheme == "https" else None).start()
            self._started.set_result(asyncio.get_running_loop())
            await self._stop.wait()
        finally:
            self._started.cancel()  # where nothing has started; whoever waits for it shall not wait on
            for runner in runners:
                await runner.cleanup()
            for listener in self._listeners.values():
                listener.close()

    async def _answer(self, scheme: str, request: web.BaseRequest) -> web.StreamResponse:
        url = f"{scheme}://{request.host}{request.raw_path}"
        page = self._pages.get(url)
        is_photo = page is None and _is_photo(request)
        with self._lock:
            self._requests += 1
            self._photo_requests[url] += is_photo
        if page is not None:
            return web.Response(body=page.file.read_bytes(), content_type=_TYPES[page.file.suffix], charset="utf-8")
        if f"{url}/" in self._pages:  # as the sites do: an organization's website is noted without its last slash
            return web.Response(status=301, headers={"Location": f"{url}/"})
        if is_photo:
            return web.Response(body=self.photograph(url).read_bytes(), content_type="image/jpeg")
        if request.path == "/robots.txt":
            return web.Response(text="User-agent: *\nAllow: /\n")
        vehicles = [page.url for page in self._pages.values() if page.kind == "vehicle"]
        own = [url for url in vehicles if urlsplit(url).netloc == request.host]
        if request.path == "/sitemap.xml" and own:
            return web.Response(text=_sitemap(own), content_type="application/xml")
        return web.Response(status=404, text="Not here.\n")


def _is_photo(request: web.BaseRequest) -> bool:
    asked_as_photo = request.headers.get("Accept", "").startswith("image/")
    return asked_as_photo or _PHOTO_PATH.search(request.path) is not None


def _sitemap(urls: Sequence[str]) -> str:
    entries = "".join(f"<url><loc>{escape(url)}</loc></url>" for url in urls)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


def _nameable(names: set[str]) -> set[str]:
    """Those that a certificate can name, with and without www."""
    both = names | {name.removeprefix("www.") for name in names} | {f"www.{name}" for name in names}
    return {name for name in both if _is_idna(name)}


def _is_idna(name: str) -> bool:
    try:
        idna.encode(name, uts46=True)
    except idna.IDNAError:
        return False
    return True


def _listeners() -> dict[str, socket.socket]:
    listeners: dict[str, socket.socket] = {}
    for scheme, port in PORTS.items():
        try:
            listeners[scheme] = socket.create_server((ADDRESS, port))
        except OSError as error:
            for listener in listeners.values():
                listener.close()
            why = os.strerror(error.errno or 0)
            raise PortsClosed(f"cannot listen at {ADDRESS}, port {port}, as the sites' URLs need: {why}") from error
    return listeners
