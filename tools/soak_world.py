"""A world of good, slow, broken and hostile photo servers on loopback, and vehicles that keep coming."""

import asyncio
import gzip
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random

from photo_made import encoded, picture, png_header, segment
from servers.misbehaving import (
    Behaviour,
    Exchange,
    MisbehavingServer,
    Request,
    answer,
    endless,
    misbehaving,
    redirect,
    reset,
    silence,
)
from sqlalchemy import Engine

from forecourt.db import organizations, vehicles
from forecourt.db.engine import writing
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.vehicles import ListedVehicle
from forecourt.fetch.address import host_of
from forecourt.listing import source_key

PHOTOS_OF_A_VEHICLE = 10
_GOOD_HOSTS = 24
_HTML = b"<!doctype html><title>Maintenance</title><p>We are back soon."
_LATER = ("Retry-After", "2")


@dataclass
class World:
    """The servers. A host that breaks off before it answers is left alone as a whole, so such hosts are few."""

    good: list[MisbehavingServer]
    bad: list[MisbehavingServer]
    random: Random
    added: int = 0

    def add_vehicle(self, engine: Engine) -> None:
        """As an import would, with photos of all kinds."""
        self.added += 1
        urls = [self._photo(f"/{self.added}/{number}.jpg") for number in range(PHOTOS_OF_A_VEHICLE)]
        add_vehicle(engine, self.added, urls)

    def _photo(self, path: str) -> str:
        if self.random.random() < 0.03:  # noqa: PLR2004 (enough to keep all of them busy)
            server = self.random.choice(self.bad)
            server.on(path, self.random.choice((reset(), silence(), answer(status=503), answer(status=429))))
            return server.url(path)
        server = self.random.choice(self.good)
        [kind] = self.random.choices(list(_KINDS), weights=[weight for weight, _ in _KINDS.values()])
        server.on(path, _KINDS[kind][1](path))
        server.on(path + ".target", answer(photo(path)))
        return server.url(path)


def add_vehicle(engine: Engine, number: int, urls: Sequence[str]) -> None:
    """With these photos, as an import would write it."""
    now = datetime.now(UTC)
    with writing(engine) as connection:
        dealer, _ = organizations.put(connection, name="Dealer", website="http://127.0.1.1:9", now=now)
        listed = ListedVehicle(
            organization_id=dealer,
            listing_url=f"http://127.0.1.1:9/cars/{number}",
            fields={"year": 1973, "make": "Porsche", "model": f"911 number {number}"},
            origin={},
            photos=[ListedPhoto(url, source_key(url), host_of(url)) for url in urls],
        )
        vehicles.save(connection, listed, cap=0, now=now)


@contextmanager
def world(seed: int) -> Iterator[World]:
    """Open from `with` to its end: 24 hosts that mostly behave, four that do not."""
    with ExitStack() as stack:
        good = [stack.enter_context(misbehaving(f"127.0.1.{number}")) for number in range(1, _GOOD_HOSTS + 1)]
        bad = [stack.enter_context(misbehaving(f"127.0.2.{number}")) for number in range(1, 5)]
        yield World(good, bad, Random(seed))  # noqa: S311 (nothing is secret here)


def photo(path: str) -> bytes:
    """One whose bytes no other path has."""
    return _commented(_drawn(), path)


@cache
def _drawn() -> bytes:
    return encoded(picture(640, 480, seed=911), quality=70)


@cache
def _large() -> bytes:
    """Twelve megapixels, progressive: what takes most to decode of what is common."""
    return encoded(picture(4000, 3000, seed=912), quality=30, progressive=True)


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(200_000_000), mtime=0)


def _commented(jpeg: bytes, text: str) -> bytes:
    return jpeg[:2] + segment(0xFE, text.encode("ascii")) + jpeg[2:]


def _slow(path: str) -> Behaviour:
    async def behave(_: Request, exchange: Exchange) -> None:
        body = photo(path)
        await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
        for at in range(0, len(body), 4_000):
            await exchange.send(body[at : at + 4_000])
            await asyncio.sleep(0.2)

    return behave


# How often, and what is given for a path.
_KINDS: dict[str, tuple[int, Callable[[str], Behaviour]]] = {
    "good": (600, lambda path: answer(photo(path))),
    "large": (5, lambda path: answer(_commented(_large(), path))),
    "of no length": (40, lambda path: answer(photo(path), length=None)),
    "slow": (40, _slow),
    "behind a redirect": (40, lambda path: redirect(path + ".target")),
    "in a circle": (15, redirect),
    "cut off": (30, lambda path: answer(photo(path)[:-9_000], length=len(photo(path)), then="close")),
    "reset": (30, lambda path: answer(photo(path)[:20_000], length=len(photo(path)), then="reset")),
    "damaged": (30, lambda path: answer(photo(path)[:-9_000])),
    "a page": (30, lambda _: answer(_HTML, headers=[("Content-Type", "text/html")])),
    "gone": (20, lambda _: answer(status=404)),
    "forbidden": (20, lambda _: answer(status=403)),
    "an error": (20, lambda _: answer(status=500)),
    "empty": (10, lambda _: answer()),
    "too large": (10, lambda _: answer(b"\xff\xd8\xff", length=10**10, then="close")),
    "too many pixels": (10, lambda _: answer(png_header(20_000, 20_000))),
    "a bomb": (10, lambda _: answer(_bomb(), headers=[("Content-Encoding", "gzip")])),
    "endless": (3, lambda _: endless(b"HTTP/1.1 200 OK\r\n\r\n", bytes(500_000))),
    "a drawing": (10, lambda _: answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>")),
    "busy for a moment": (3, lambda _: answer(status=429, headers=[_LATER])),
    "no HTTP": (10, lambda _: answer(headers=[("X", "y" * 70_000)])),
}
