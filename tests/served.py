"""A running server: how to ask it, and how to change what it shows."""

import hashlib
import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine, insert, select, update

from forecourt.db.engine import writing
from forecourt.db.tables import hosts, organizations, vehicle_images, vehicles


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

    def add_organization(self, name: str) -> int:
        """A dealer with a website of its own."""
        website = f"https://{name.lower().replace(' ', '-')}.example"
        row = {"name": name, "website": website, "created_at": self.started}
        with writing(self.engine) as connection:
            statement = insert(organizations).values(**row).returning(organizations.c.id)
            return int(connection.execute(statement).scalar_one())

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
            return int(connection.execute(statement).scalar_one())

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
            return int(connection.execute(statement.returning(vehicle_images.c.id)).scalar_one())

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
Jpeg = Callable[..., bytes]
