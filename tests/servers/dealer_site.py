"""A dealer's website on loopback, small and real: robots.txt, a sitemap, a page per vehicle, photos. It keeps count.

    with dealer_site(vehicles=3, photos=4, photo_hosts=2) as site:
        site.website              where the pages are
        site.photo_urls           all photos, vehicle by vehicle
        site.asked                requests by URL, without their query
        site.hosts                by port: how many requests at once, and when they began
        site.answers[url] = …     what is given instead of the photo or the page
        site.when_asked[url] = …  what happens before there is an answer
        site.unlisted.add(2)      the sitemap names that vehicle no longer
        site.sold.add(1)          its page says that it is sold

It runs in a thread of its own. A port is a host: with `photo_hosts` the photos lie on servers of their own, and the
vehicles take turns among them.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from threading import Thread
from urllib.parse import urlsplit

from photo_made import encoded, picture, segment

_PATIENCE_SECONDS = 30.0
_LONGEST_COMMENT = 65_533  # of a JPEG


@dataclass(frozen=True)
class Given:
    """An answer other than the photo; `cut` bytes at its end are announced and never sent."""

    status: int = 200
    body: bytes = b""
    headers: tuple[str, ...] = ("Content-Type: image/jpeg",)
    cut: int = 0


@dataclass
class HostSeen:
    """What one host has seen of its visitors."""

    now: int = 0
    most: int = 0
    starts: list[float] = field(default_factory=list)

    @property
    def smallest_gap_seconds(self) -> float:
        return min((after - before for before, after in pairwise(self.starts)), default=float("inf"))


@dataclass
class DealerSite:
    """A running website. What is set here counts from the next request on."""

    vehicles: int
    photos: int
    photo_delay_seconds: float = 0.0
    page_delay_seconds: float = 0.0
    holds_photos: bool = False
    holds_bodies: bool = False
    half_sent: int = 0
    photo_bytes: int = 0
    signature: str = ""
    unlisted: set[int] = field(default_factory=set)
    sold: set[int] = field(default_factory=set)
    vins: dict[int, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    answers: dict[str, Given] = field(default_factory=dict)
    when_asked: dict[str, Callable[[], object]] = field(default_factory=dict)
    hosts: dict[int, HostSeen] = field(default_factory=dict)
    ports: list[int] = field(default_factory=list)
    most_at_once: int = 0

    @property
    def website(self) -> str:
        return self._origin(self.ports[0])

    @property
    def listing_urls(self) -> list[str]:
        return [f"{self.website}/cars/1973-porsche-911-{vehicle}" for vehicle in range(self.vehicles)]

    @property
    def sitemap_url(self) -> str:
        return f"{self.website}/sitemap.xml"

    @property
    def sitemap(self) -> bytes:
        named = [url for vehicle, url in enumerate(self.listing_urls) if vehicle not in self.unlisted]
        urls = "".join(f"<url><loc>{url}</loc></url>" for url in named)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()

    @property
    def photo_urls(self) -> list[str]:
        return [url for vehicle in range(self.vehicles) for url in self.photo_urls_of(vehicle)]

    def photo_urls_of(self, vehicle: int) -> list[str]:
        """In the order of its page."""
        ports = self.ports[1:] or self.ports
        origin = self._origin(ports[vehicle % len(ports)])
        return [f"{origin}/photos/{vehicle}/{number}.jpg" for number in range(self.photos)]

    @property
    def photo_requests(self) -> Counter[str]:
        return Counter({url: count for url, count in self.asked.copy().items() if "/photos/" in url})

    def wait_for_photo_requests(self, number: int, *, seconds: float = _PATIENCE_SECONDS) -> None:
        """Until so many have come, in all."""
        wait_until(lambda: self.photo_requests.total() >= number, seconds=seconds)

    def wait_for_requests(self, number: int, *, seconds: float = _PATIENCE_SECONDS) -> None:
        """Of whatever kind."""
        wait_until(lambda: self.asked.total() >= number, seconds=seconds)

    def photo(self, url: str) -> bytes:
        """The bytes that the site gives for it."""
        return photo_bytes(urlsplit(url).path, self.photo_bytes)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept open as long as the visitor likes."""
        port: int = writer.get_extra_info("sockname")[1]
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                given = await self._visited(port, head.split(b" ", 2)[1].decode("ascii"), writer)
                if given.cut:
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the visitor has gone, or the test is over
        finally:
            writer.close()

    async def _visited(self, port: int, target: str, writer: asyncio.StreamWriter) -> Given:
        path = target.partition("?")[0]
        url = f"{self._origin(port)}{path}"
        seen = self.hosts[port]
        self.asked[url] += 1
        seen.starts.append(time.monotonic())
        seen.now += 1
        seen.most = max(seen.most, seen.now)
        self.most_at_once = max(self.most_at_once, sum(each.now for each in self.hosts.values()))
        try:
            is_photo = path.startswith("/photos/")
            await asyncio.sleep(self.photo_delay_seconds if is_photo else self.page_delay_seconds)
            while is_photo and self.holds_photos:  # noqa: ASYNC110 (the test that says so is in another thread)
                await asyncio.sleep(0.01)
            self.when_asked.get(url, _nothing)()
            given = self.answers.get(url) or self._page(path)
            answer = _answer(given)
            half = len(answer) // 2 if is_photo and self.holds_bodies else 0
            writer.write(answer[:half])
            self.half_sent += bool(half)
            while half and self.holds_bodies:  # noqa: ASYNC110 (as above)
                await asyncio.sleep(0.01)
            writer.write(answer[half:])
            await writer.drain()
            return given
        finally:
            seen.now -= 1

    def _page(self, path: str) -> Given:
        if path.startswith("/photos/"):
            return Given(body=photo_bytes(path, self.photo_bytes))
        if path == "/robots.txt":
            rules = f"User-agent: *\nAllow: /\nSitemap: {self.sitemap_url}\n"
            return Given(body=rules.encode(), headers=("Content-Type: text/plain",))
        if path == "/sitemap.xml":
            return Given(body=self.sitemap, headers=("Content-Type: application/xml",))
        if path.startswith("/cars/"):
            return Given(body=self._car(int(path.rpartition("-")[2])), headers=("Content-Type: text/html",))
        return Given(404, b"Not here.", ("Content-Type: text/plain",))

    def _car(self, vehicle: int) -> bytes:
        query = f"?Signature={self.signature}" if self.signature else ""
        car = {
            "@context": "https://schema.org",
            "@type": "Car",
            "name": f"1973 Porsche 911 number {vehicle}",
            "vehicleModelDate": "1973",
            "brand": {"@type": "Brand", "name": "Porsche"},
            "model": f"911 number {vehicle}",
            "url": f"{self.website}/cars/1973-porsche-911-{vehicle}",
            "offers": {
                "@type": "Offer",
                "price": 45000 + vehicle,
                "priceCurrency": "USD",
                "availability": f"https://schema.org/{'SoldOut' if vehicle in self.sold else 'InStock'}",
            },
            "image": [url + query for url in self.photo_urls_of(vehicle)],
        }
        if vehicle in self.vins:
            car["vehicleIdentificationNumber"] = self.vins[vehicle]
        title = f"<title>{car['name']}</title>"
        text = f'<html><head>{title}<script type="application/ld+json">{json.dumps(car)}</script></head><body></body>'
        return text.encode()

    def _origin(self, port: int) -> str:
        return f"http://127.0.0.1:{port}"


@contextmanager
def dealer_site(
    *, vehicles: int, photos: int, photo_hosts: int = 0, delay_seconds: float = 0.0
) -> Iterator[DealerSite]:
    """Open from `with` to its end."""
    site = DealerSite(vehicles, photos, delay_seconds)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="dealer-site", daemon=True)
    thread.start()
    with ExitStack() as closing:
        closing.callback(loop.close)
        closing.callback(thread.join)
        closing.callback(lambda: loop.call_soon_threadsafe(loop.stop))
        closing.callback(lambda: asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result(10))
        for _ in range(1 + photo_hosts):
            starting = asyncio.start_server(site.serve, "127.0.0.1", 0)
            server = asyncio.run_coroutine_threadsafe(starting, loop).result(10)
            closing.callback(loop.call_soon_threadsafe, server.close)
            port = server.sockets[0].getsockname()[1]
            site.ports.append(port)
            site.hosts[port] = HostSeen()
        yield site


def wait_until(condition: Callable[[], object], *, seconds: float = _PATIENCE_SECONDS) -> None:
    """Look again and again; a test that waits for nothing fails."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.005)


@cache
def photo_bytes(path: str, least_bytes: int = 0) -> bytes:
    """A photo of 160 by 120 pixels whose bytes no other path has; comments make it as long as is wished."""
    jpeg = _drawn()
    long_comment = segment(0xFE, bytes(_LONGEST_COMMENT))
    return (
        jpeg[:2] + segment(0xFE, path.encode("ascii")) + long_comment * -(-least_bytes // _LONGEST_COMMENT) + jpeg[2:]
    )


@cache
def _drawn() -> bytes:
    return encoded(picture(160, 120, seed=911))


def _nothing() -> None:
    pass


def _answer(given: Given) -> bytes:
    lines = [f"HTTP/1.1 {given.status} As told", f"Content-Length: {len(given.body)}", *given.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + given.body[: len(given.body) - given.cut]


async def _cancel_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
