"""Many bad photos in one run of the real trickle, good ones among them: a host, a vehicle and a row for each case.

    ran = trickled(cases, database_url=…, home=…, canary=…)
    ran.check(case)       its row, its host, the store, the connections; and that the good photos are ours

Real database, real fetcher, real sockets, real decoding children. DNS alone is played, by `Names`. The environment
names proxies, and a .netrc with a password: whoever uses them meets the canary, or shows it to the server.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from case_input import Case, Names, Place, Said, odd_servers
from case_ran import NEIGHBOURS, Ran
from servers.canary import Canary, connects, open_sockets_to
from servers.dealer_site import photo_bytes
from servers.misbehaving import MisbehavingServer, answer, misbehaving
from sqlalchemy import Engine, select, update
from temptations import tempting_environment

from forecourt import event_loop
from forecourt.db import organizations, vehicles
from forecourt.db.engine import open_database, reading, writing
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.tables import hosts, vehicle_images
from forecourt.db.vehicles import ListedVehicle
from forecourt.fetch.address import host_of, may_be_asked
from forecourt.fetch.limits import Limits
from forecourt.jobs import trickle
from forecourt.jobs.house import House, open_house
from forecourt.settings import Settings

PATIENT = Limits(dns_seconds=3)  # where nobody dawdles: a busy machine is no reason for a time-out
BRISK = Limits(
    dns_seconds=2, connect_seconds=3, idle_seconds=3, total_seconds=9, slow_window_seconds=2, slow_bytes_per_second=1024
)
MOST_BYTES = 200_000
OPENED = "127.0.0.1/32,127.0.0.80/32"  # the second for those who want a port that we cannot listen at
_NEIGHBOUR_HOSTS = 4
_MOMENTS = {
    hosts: ("next_allowed_at", "last_answered_at", "unreachable_since"),
    vehicle_images: ("next_attempt_at", "failing_since", "changed_at"),
}


def trickled(cases: Sequence[Case], *, database_url: str, home: Path, canary: Canary, limits: Limits = PATIENT) -> Ran:
    """Write the cases down as an import does, run one trickle over them, and look at what is left."""
    with case_world(cases, database_url=database_url, home=home, canary=canary, limits=limits) as world:
        return world.run()


@dataclass
class World:
    """The cases, and the servers that they play at: for several runs, with time between them."""

    settings: Settings
    engine: Engine
    limits: Limits
    canary: Canary
    server: MisbehavingServer
    names: Names
    odd_ports: Mapping[str, int]

    def run(self) -> Ran:
        """One trickle, and what is left after it."""
        before, begun = len(connects()), datetime.now(UTC)
        event_loop.run(run_trickle(self.settings, limits=self.limits, look_up=self.names))
        ended = datetime.now(UTC)
        store = self.settings.home / "images"
        listening = (self.server.port, self.odd_ports["deaf"], self.odd_ports["eager"])
        return Ran(
            engine=self.engine,
            store=store,
            canary=self.canary,
            server=self.server,
            names=self.names,
            begun=begun,
            ended=ended,
            images=_all(self.engine, vehicle_images),
            host_rows={row["host"]: row for row in _all(self.engine, hosts)},
            files={
                str(path.relative_to(store)) for path in store.rglob("*") if path.is_file() and ".tmp" not in path.parts
            },
            strays=[path for path in (store / ".tmp").iterdir() if path.name != "lock"],
            left_open=[each for port in listening for each in open_sockets_to(port)],
            reached=set(connects()[before:]),
        )

    def pass_time(self, time: timedelta) -> None:
        """All that is written of times moves back."""
        with writing(self.engine) as connection:
            for table, columns in _MOMENTS.items():
                for row in connection.execute(select(table)).mappings().all():
                    moved = {name: row[name] - time for name in columns if row[name]}
                    if moved:
                        connection.execute(update(table).where(table.c.id == row["id"]).values(moved))


@contextmanager
def case_world(
    cases: Sequence[Case],
    *,
    database_url: str,
    home: Path,
    canary: Canary,
    limits: Limits = PATIENT,
    website: str = "http://dealer.example",
    **settings: Any,
) -> Iterator[World]:
    """Servers, names, a tempting environment; the cases are written down, nothing has run."""
    assert len({case.name for case in cases}) == len(cases)
    with ExitStack() as stack:
        server, odd_ports = stack.enter_context(misbehaving()), stack.enter_context(odd_servers())
        stack.enter_context(tempting_environment(home, canary))
        names = Names({"public.example": ["8.8.8.8"]})
        for case in cases:
            names.said |= {name: [_filled(each, canary) for each in said] for name, said in case.names.items()}
            names.said[case.host] = [_filled(each, canary) for each in case.answers]
        engine = open_database(database_url)
        stack.callback(engine.dispose)
        places = [Place(case.host, server.port, case.path, canary, odd_ports) for case in cases]
        _show(engine, server, list(zip(cases, places, strict=True)), website)
        yield World(
            Settings(**(case_settings(home, database_url) | settings)), engine, limits, canary, server, names, odd_ports
        )


async def run_trickle(settings: Settings, *, limits: Limits = PATIENT, look_up: Names) -> trickle.Trickled:
    """`trickle-backfill-images` in this process, less patient."""
    async with open_house(settings, asyncio.Event()) as opened:
        house = House(settings, opened.database, opened.stop, limits, look_up)
        most = settings.max_images_per_vehicle
        vehicles = await trickle.choose(house, limit=None, max_images=most)
        return await trickle.backfill_vehicles(
            house, vehicles, max_images=most, batch_size=10, progress=lambda *_: None
        )


def case_settings(home: Path, database_url: str) -> dict[str, Any]:
    """Quick manners, 127.0.0.1 opened."""
    return {
        "home": home,
        "database_url": database_url,
        "allowed_networks": OPENED,
        "host_interval_seconds": 0,
        "host_concurrency": 1,
        "concurrency": 64,
        "max_image_bytes": MOST_BYTES,
        "min_free_bytes": 0,
        "public_image_url": "http://ours.example/images",
    }


def _show(engine: Engine, server: MisbehavingServer, cases: Sequence[tuple[Case, Place]], website: str) -> None:
    now = datetime.now(UTC)
    shown = [(case.name, _photo(case, server, place)) for case, place in cases]
    for number in range(NEIGHBOURS):
        path, host = f"/good/{number}.jpg", f"neighbour-{number % _NEIGHBOUR_HOSTS}.example"
        server.on(path, answer(photo_bytes(path)))
        photo = ListedPhoto(server.url(path, host=host), f"neighbour-{number}", f"{host}:{server.port}")
        shown.insert(number * len(shown) // NEIGHBOURS, (f"neighbour-{number}", photo))
    with writing(engine) as connection:
        dealer, _ = organizations.put(connection, name="Dealer", website=website, now=now)
        for name, photo in shown:
            listed = ListedVehicle(dealer, f"{website}/{name}", {"make": "Porsche"}, {}, [photo])
            vehicles.save(connection, listed, cap=20, now=now)


def _photo(case: Case, server: MisbehavingServer, place: Place) -> ListedPhoto:
    if case.behaviour is not None:
        server.on(case.path, case.behaviour(place))
    url = place.fill(case.url)
    return ListedPhoto(url, case.name, host_of(url) if may_be_asked(url) else case.host)


def _filled(said: Said, canary: Canary) -> Said:
    return said.format(canary=canary.address) if isinstance(said, str) else said


def _all(engine: Engine, table: Any) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]
