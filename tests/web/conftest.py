"""A real server on loopback over the test's own database, and rows to show."""

import hashlib
import http.client
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from PIL import Image
from sqlalchemy import Engine, insert, select, update

from forecourt.db.engine import writing
from forecourt.db.tables import hosts, organizations, vehicle_images, vehicles
from forecourt.settings import Settings
from forecourt.web.app import Server, create_app


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Served:
    """A running server, how to ask it, and how to change what it shows."""

    engine: Engine
    store: Path
    port: int
    stop: Callable[[], None]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", *, body: str | None = None, **headers: str) -> Answer:
        """Header names are written with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def events(self, query: str = "", **headers: str) -> "Events":
        return Events(self.port, f"/api/events{query}", {name.replace("_", "-"): v for name, v in headers.items()})

    def add_vehicle(self, **columns: Any) -> int:
        """A Porsche, where nothing else is said."""
        row = {
            "year": 1973,
            "make": "Porsche",
            "model": "911",
            "listing_url": "https://dealer.example/listing/1",
            "origin_metadata": {},
            "created_at": self.started,
            "updated_at": self.started,
        }
        with writing(self.engine) as connection:
            statement = insert(vehicles).values(**(row | columns)).returning(vehicles.c.id)
            return connection.execute(statement).scalar_one()

    def add_image(self, vehicle_id: int, position: int = 0, **columns: Any) -> int:
        """External and pending; primary at position 0."""
        url = columns.get("source_url", f"https://dealer.example/{vehicle_id}-{position}.jpg")
        row = {
            "vehicle_id": vehicle_id,
            "position": position,
            "is_primary": position == 0,
            "source_url": url,
            "source_key": f"{position} {url}",
            "image_url": url,
            "is_external": True,
            "priority": 4,
            "sort_key": position,
            "changed_at": self.started - timedelta(hours=1),
            "created_at": self.started - timedelta(hours=1),
        }
        with writing(self.engine) as connection:
            host_id = connection.scalar(select(hosts.c.id)) or connection.scalar(
                insert(hosts).values(host="dealer.example").returning(hosts.c.id)
            )
            statement = insert(vehicle_images).values(**(row | {"host_id": host_id} | columns))
            return connection.execute(statement.returning(vehicle_images.c.id)).scalar_one()

    def make_ours(self, image_id: int, photo: bytes, *, changed_at: datetime | None = None) -> str:
        """external → stored, as a worker would leave it; returns the storage path."""
        digest = hashlib.sha256(photo).hexdigest()
        storage_path = f"{digest[:2]}/{digest[2:4]}/{digest}.jpg"
        place = self.store / storage_path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(photo)
        now = changed_at or datetime.now(UTC)
        with writing(self.engine) as connection:
            connection.execute(
                update(vehicle_images)
                .where(vehicle_images.c.id == image_id)
                .values(
                    is_external=False,
                    status="stored",
                    storage_path=storage_path,
                    file_hash=digest,
                    image_url=f"/i/{image_id}",
                    stored_at=now,
                    changed_at=now,
                )
            )
        return storage_path


class Events:
    """A reader of /api/events. The headers have arrived once it is open."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._connection.request("GET", path, headers=headers)
        self.answer = self._connection.getresponse()
        if self.answer.status == 200:
            assert self.answer.readline().startswith(b"retry:")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def next(self) -> dict[str, Any]:
        """The next event: `id`, and what its data says."""
        fields: dict[str, str] = {}
        while True:
            line = self.answer.readline().decode()
            assert line, "the stream ended"
            if line == "\n" and "data" in fields:
                assert fields["event"] == "image"
                return {"id": fields["id"], **json.loads(fields["data"])}
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value

    def rest(self) -> bytes:
        """All until the server ends it."""
        return self.answer.read()

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


Serve = Callable[..., Served]


@pytest.fixture
def serve(db: Engine, database_url: str, tmp_path: Path) -> Iterator[Serve]:
    """Start servers over one database and one store; keywords are settings, or `job_command`."""
    store = tmp_path / "images"
    with ExitStack() as running:

        def start(*, job_command: list[str] | None = None, **settings: Any) -> Served:
            chosen = Settings(home=tmp_path, database_url=database_url, store_url=f"file://{store}", **settings)
            app = create_app(chosen, job_command=job_command) if job_command else create_app(chosen)
            server = Server(app, host="127.0.0.1", port=0)
            thread = threading.Thread(target=server.run, name="server")
            thread.start()

            def stop() -> None:
                server.should_exit = True
                thread.join(timeout=20)

            running.callback(stop)
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            return Served(db, store, server.servers[0].sockets[0].getsockname()[1], stop)

        yield start


@pytest.fixture
def served(serve: Serve) -> Served:
    """A server with the default settings."""
    return serve()


@pytest.fixture(scope="session")
def jpeg() -> Callable[..., bytes]:
    """A photo of one colour, for whoever only needs bytes."""

    def make(color: str = "steelblue", size: tuple[int, int] = (320, 240)) -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", size, color).save(buffer, "JPEG")
        return buffer.getvalue()

    return make


@pytest.fixture
def add_organization(db: Engine) -> Callable[[str], int]:
    """A dealer with a website of its own."""

    def add(name: str) -> int:
        website = f"https://{name.lower().replace(' ', '-')}.example"
        row = {"name": name, "website": website, "created_at": datetime.now(UTC)}
        with writing(db) as connection:
            return connection.execute(insert(organizations).values(**row).returning(organizations.c.id)).scalar_one()

    return add
