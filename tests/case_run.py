"""Many bad photos in one run of the real trickle, good ones among them: a host, a vehicle and a row for each case.

    ran = trickled(cases, database_url=…, home=…, canary=…)
    ran.check(case)       its row, its host, the store, the connections; and that the good photos are ours

Real database, real fetcher, real sockets, real decoding children. DNS alone is played, by `Names`. The environment
names proxies, and a .netrc with a password: whoever uses them meets the canary, or shows it to the server.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from case_input import Case, Names, Place, Said, odd_servers
from servers.canary import Canary, connects, open_sockets_to
from servers.dealer_site import photo_bytes
from servers.misbehaving import MisbehavingServer, answer, misbehaving
from sqlalchemy import Engine, select
from temptations import NETRC_SECRET, tempting_environment

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
NEIGHBOURS = 12
_NEIGHBOUR_HOSTS = 4


@dataclass
class Ran:
    """What a run left behind."""

    engine: Engine
    store: Path
    canary: Canary
    server: MisbehavingServer
    names: Names
    begun: datetime
    ended: datetime
    images: list[dict[str, Any]]
    host_rows: dict[str, dict[str, Any]]
    files: set[str]
    strays: list[Path]
    left_open: list[str]
    reached: set[tuple[str, int]]

    def row(self, case: Case) -> dict[str, Any]:
        """The case's image."""
        return next(row for row in self.images if row["source_key"] == case.name)

    def host_row(self, case: Case) -> dict[str, Any]:
        """The host that the case's photo is asked of."""
        return next(row for row in self.host_rows.values() if row["id"] == self.row(case)["host_id"])

    def asked(self, case: Case) -> int:
        """How often its path was."""
        return [target.partition("?")[0] for target in self.server.targets].count(case.path)

    def check(self, case: Case) -> None:
        """All that is promised of a case."""
        row = self.row(case)
        assert (row["status"], row["failure_kind"], row["failures"]) == case.outcome.written, row["last_error"]
        self._check_next_time(case, row)
        self._check_store(case, row)
        assert self.asked(case) == case.requests
        assert self.canary.visits() == 0
        assert not [
            request.head
            for request in self.server.requests
            if NETRC_SECRET in request.head or "\r\nEvil" in request.head
        ]
        assert self.left_open == []
        self.check_neighbours()

    def check_neighbours(self) -> None:
        """The good photos of the same run are ours, whole, and nobody holds anything."""
        good = [row for row in self.images if row["source_key"].startswith("neighbour")]
        assert len(good) == NEIGHBOURS
        assert all(row["status"] == "stored" and row["storage_path"] in self.files for row in good)
        assert not [row["id"] for row in self.images if row["lease_owner"]]
        assert not [name for name, row in self.host_rows.items() if row["lease_owner"]]

    def _check_next_time(self, case: Case, row: dict[str, Any]) -> None:
        due, waits = row["next_attempt_at"], case.outcome.waits
        if waits is None:
            assert due is None
            return
        assert self.begun + timedelta(seconds=waits[0]) <= due <= self.ended + timedelta(seconds=waits[1])
        if case.outcome.host_waits:
            assert abs((self.host_row(case)["next_allowed_at"] - due).total_seconds()) < 1
            assert self.host_row(case)["consecutive_failures"] == 1

    def _check_store(self, case: Case, row: dict[str, Any]) -> None:
        assert self.strays == []
        assert self.files == {each["storage_path"] for each in self.images if each["storage_path"]}
        assert row["source_url"]
        if case.outcome.status != "stored":
            assert (row["is_external"], row["storage_path"], row["file_hash"]) == (True, None, None)
            return
        body = photo_bytes(case.path) if case.body is None else case.body
        assert row["file_hash"] == hashlib.sha256(body).hexdigest()
        assert (self.store / row["storage_path"]).read_bytes() == body
        assert not row["is_external"]


def trickled(
    cases: Sequence[Case], *, database_url: str, home: Path, canary: Canary, limits: Limits = PATIENT, **settings: Any
) -> Ran:
    """Write the cases down as an import does, run one trickle over them, and look at what is left."""
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
        _show(engine, server, [(case, Place(case.host, server.port, case.path, canary, odd_ports)) for case in cases])
        chosen = Settings(**(case_settings(home, database_url) | settings))
        before, begun = len(connects()), datetime.now(UTC)
        asyncio.run(run_trickle(chosen, limits=limits, look_up=names))
        ended = datetime.now(UTC)
        store = home / "images"
        listening = (server.port, odd_ports["deaf"], odd_ports["eager"])
        return Ran(
            engine=engine,
            store=store,
            canary=canary,
            server=server,
            names=names,
            begun=begun,
            ended=ended,
            images=_all(engine, vehicle_images),
            host_rows={row["host"]: row for row in _all(engine, hosts)},
            files={
                str(path.relative_to(store)) for path in store.rglob("*") if path.is_file() and ".tmp" not in path.parts
            },
            strays=[path for path in (store / ".tmp").iterdir() if path.name != "lock"],
            left_open=[each for port in listening for each in open_sockets_to(port)],
            reached=set(connects()[before:]),
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


def _show(engine: Engine, server: MisbehavingServer, cases: Sequence[tuple[Case, Place]]) -> None:
    now = datetime.now(UTC)
    shown = [(case.name, _photo(case, server, place)) for case, place in cases]
    for number in range(NEIGHBOURS):
        path, host = f"/good/{number}.jpg", f"neighbour-{number % _NEIGHBOUR_HOSTS}.example"
        server.on(path, answer(photo_bytes(path)))
        photo = ListedPhoto(server.url(path, host=host), f"neighbour-{number}", f"{host}:{server.port}")
        shown.insert(number * len(shown) // NEIGHBOURS, (f"neighbour-{number}", photo))
    with writing(engine) as connection:
        dealer, _ = organizations.put(connection, name="Dealer", website="http://dealer.example", now=now)
        for name, photo in shown:
            listed = ListedVehicle(dealer, f"http://dealer.example/{name}", {"make": "Porsche"}, {}, [photo])
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
