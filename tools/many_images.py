"""Fill a database with rows by SQL: a million external images in seconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Connection, Engine, text

from forecourt.db.engine import writing

_PHOTOS = 20  # of one vehicle
_BATCH = 1_000_000  # images per transaction
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE n(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM n WHERE n < :last) SELECT n FROM n)",
    "postgresql": "(SELECT n FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n)",
}
_TURN = "((v.n - 1) / :organizations + 1)"
_POSITION = f"((i.n - 1) % {_PHOTOS})"
_VEHICLE = f"((i.n - 1) / {_PHOTOS} + 1)"
_TABLES = {
    "hosts": "(id, host) SELECT v.n, 'img' || v.n || '.example'",
    "organizations": "(id, name, website, created_at)"
    " SELECT v.n, 'Dealer', 'https://dealer' || v.n || '.example', :now",
    "vehicles": "(id, listing_url, origin_metadata, created_at, updated_at)"
    " SELECT v.n, 'https://dealer.example/' || v.n, '{}', :now, :now",
    "organization_vehicles": "(id, organization_id, listing_url, vehicle_id, turn, first_seen_at, last_seen_at)"
    f" SELECT v.n, (v.n - 1) % :organizations + 1, 'https://dealer.example/' || v.n, v.n, {_TURN}, :now, :now",
}


@dataclass(frozen=True)
class Many:
    """How many images, and of whom: twenty a vehicle.

    Attributes:
        hosts: Of very different sizes: the first has as much as the next nine, these as the next ninety, and so on.
        stored: All of them are ours already, none is left to fetch.
    """

    images: int
    hosts: int = 1000
    organizations: int = 100
    stored: bool = False

    @property
    def vehicles(self) -> int:
        """Each with all its images but the last one."""
        return -(-self.images // _PHOTOS)


def fill(engine: Engine, many: Many, *, now: datetime) -> None:
    """Empty tables → these rows, as an import with a cap of 20 would leave them, all of them ready."""
    counts = {
        "hosts": many.hosts,
        "organizations": many.organizations,
        "vehicles": many.vehicles,
        "organization_vehicles": many.vehicles,
    }
    for table, count in counts.items():
        _insert(engine, f"{table} {_TABLES[table]}", "v", (1, count), many, now)
    for first in range(1, many.images + 1, _BATCH):
        last = min(first + _BATCH - 1, many.images)
        _insert(engine, f"vehicle_images {_images(many)}", "i", (first, last), many, now)
    if engine.dialect.name == "postgresql":
        _count_on(engine, [*counts, "vehicle_images"])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM (ANALYZE)"))


def _images(many: Many) -> str:
    turn = f"({_VEHICLE} - 1) / {many.organizations} + 1"
    url = f"'https://img.example/' || {_VEHICLE} || '/' || {_POSITION} || '.jpg'"
    columns = (
        "id, vehicle_id, listing_id, position, is_primary, source_url, source_key, image_url, host_id, priority,"
        " sort_key, changed_at, created_at, is_external"
    )
    values = (
        f"i.n, {_VEHICLE}, {_VEHICLE}, {_POSITION}, {_POSITION} = 0, {url}, {url}, {url}, {_host(many)},"
        f" CASE WHEN {_POSITION} = 0 THEN 2 ELSE 4 END, {_POSITION} * 4294967296 + {turn}, :now, :now"
    )
    if not many.stored:
        return f"({columns}) SELECT {values}, true"
    return f"({columns}, status, stored_at, storage_path) SELECT {values}, false, 'stored', :now, {url}"


def stamp(engine: Engine, moment: datetime) -> object:
    """As a column of ours holds it, for a statement in plain SQL."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if engine.dialect.name == "sqlite" else moment


def _host(many: Many) -> str:
    """In tiers of 1, 9, 90, 900… hosts, each of which has as many vehicles as every other."""
    ends = [10**tier for tier in range(len(str(many.hosts - 1)))] + [many.hosts]
    tiers = [(0, 1), *pairwise(ends)]
    cases = [
        f"WHEN {number} THEN {before + 1} + {_VEHICLE} / {len(tiers)} % {end - before}"
        for number, (before, end) in enumerate(tiers)
    ]
    return f"CASE {_VEHICLE} % {len(tiers)} {' '.join(cases)} END" if many.hosts > 1 else "1"


def _insert(engine: Engine, into: str, name: str, span: tuple[int, int], many: Many, now: datetime) -> None:
    with writing(engine) as connection:
        _trust_us(connection)
        numbers = _NUMBERS[engine.dialect.name]
        values = {"first": span[0], "last": span[1], "organizations": many.organizations, "now": stamp(engine, now)}
        statement = f"INSERT INTO {into} FROM {numbers} AS {name}"
        used = {key: value for key, value in values.items() if f":{key}" in statement}
        connection.execute(text(statement), used)


def _count_on(engine: Engine, tables: Iterable[str]) -> None:
    """The next row that somebody adds gets the next id."""
    with writing(engine) as connection:
        for table in tables:
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608
            )


def _trust_us(connection: Connection) -> None:
    """No look at foreign keys for each of millions of rows."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
