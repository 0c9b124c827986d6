"""Listing pages of many hosts in one run of `process-import-queue`: what their robots.txt and their pages do to us.

The servers, the names and the environment are those of `case_run`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from case_input import Case, Names, Place
from case_outcomes import STORED
from case_run import case_settings, run_trickle
from page_made import car, html, jsonld
from servers.canary import Canary
from servers.dealer_site import photo_bytes
from servers.misbehaving import Behaviour, Exchange, MisbehavingServer, Request, answer, misbehaving
from sqlalchemy import Engine, MetaData, select
from temptations import tempting_environment

from forecourt import event_loop
from forecourt.db import hosts, import_queue, organizations, tables
from forecourt.db.engine import open_database, reading, writing
from forecourt.fetch.limits import Limits
from forecourt.jobs import process_queue
from forecourt.jobs.house import House, open_house
from forecourt.settings import Settings

NO_RULES = answer(b"", status=404)


@dataclass(frozen=True)
class Site:
    """A host with one listing.

    Attributes:
        name: The case.
        robots: What it does when its rules are asked for.
        images: What its page names as photos; `{host} {port} {path} {canary}` are filled in.
    """

    name: str
    robots: Behaviour = NO_RULES
    images: Sequence[str] = ("{path}",)

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        return Case(self.name, STORED).host

    @property
    def path(self) -> str:
        return Case(self.name, STORED).path


@dataclass
class PagesRan:
    """What the run left: rows by table, and whom it asked."""

    server: MisbehavingServer
    rows: Mapping[str, list[dict[str, Any]]]
    begun: datetime
    ended: datetime

    def queue_row(self, site: Site) -> dict[str, Any]:
        return next(row for row in self.rows["import_queue"] if f"/{site.host}:" in row["listing_url"])

    def host_row(self, site: Site) -> dict[str, Any]:
        return next(row for row in self.rows["hosts"] if row["host"] == f"{site.host}:{self.server.port}")

    def images(self, site: Site) -> list[dict[str, Any]]:
        return [row for row in self.rows["vehicle_images"] if row["vehicle_id"] == self.queue_row(site)["vehicle_id"]]

    def asked(self, site: Site) -> list[str]:
        return [each.target for each in self.server.requests if each.headers["host"].startswith(f"{site.host}:")]


def pages_read(
    sites: Sequence[Site], *, database_url: str, home: Path, canary: Canary, limits: Limits, trickle: bool = False
) -> PagesRan:
    """Queue their listings, read them, and with `trickle` fetch their photos as well."""
    with ExitStack() as stack:
        server = stack.enter_context(misbehaving())
        stack.enter_context(tempting_environment(home, canary))
        _serve(server, sites, canary)
        engine = open_database(database_url)
        stack.callback(engine.dispose)
        _queue(engine, server, sites)
        settings = Settings(**case_settings(home, database_url))
        names, begun = Names({}), datetime.now(UTC)
        event_loop.run(_process(settings, limits, names))
        if trickle:
            event_loop.run(run_trickle(settings, limits=limits, look_up=names))
        return PagesRan(server, _everything(engine), begun, datetime.now(UTC))


async def _process(settings: Settings, limits: Limits, names: Names) -> None:
    async with open_house(settings, asyncio.Event()) as opened:
        house = House(settings, opened.database, opened.stop, limits, names)
        await process_queue.process_import_queue(
            house,
            limit=None,
            batch_size=40,
            organization_id=None,
            skip_image_upload=True,
            progress=lambda *_: None,
        )


def _serve(server: MisbehavingServer, sites: Sequence[Site], canary: Canary) -> None:
    rules = {f"{site.host}:{server.port}": site.robots for site in sites}

    async def robots(request: Request, exchange: Exchange) -> None:
        await rules.get(request.headers["host"], NO_RULES)(request, exchange)

    server.on("/robots.txt", robots)
    for number, site in enumerate(sites):
        place = Place(site.host, server.port, site.path, canary, {})
        vehicle = car(
            name=f"2019 Ford F-150 number {number}",
            vehicleIdentificationNumber=None,
            image=[place.fill(image) for image in site.images],
        )
        server.on(f"{site.path}.html", answer(html(jsonld(vehicle)), headers=[("Content-Type", "text/html")]))
        server.on(site.path, answer(photo_bytes(site.path)))


def _queue(engine: Engine, server: MisbehavingServer, sites: Sequence[Site]) -> None:
    now = datetime.now(UTC)
    with writing(engine) as connection:
        for site in sites:
            website = server.url("", host=site.host)
            dealer, _ = organizations.put(connection, name=site.name, website=website, now=now)
            [host_id] = hosts.ids_of(connection, [f"{site.host}:{server.port}"]).values()
            listed = [(server.url(f"{site.path}.html", host=site.host), host_id)]
            import_queue.enqueue(connection, dealer, listed, reread=timedelta(days=7), now=now)


def _everything(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    metadata: MetaData = tables.vehicle_images.metadata
    with reading(engine) as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
        }
