"""Rows in a given state, made through the program's own functions, so that tests read as sentences."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, Table, select

from forecourt import settling
from forecourt.backfill import Settlement, Stored
from forecourt.db import hosts, image_claims, import_queue, organizations, vehicles, workers
from forecourt.db.engine import reading, writing
from forecourt.db.image_claims import ImageClaim
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.tables import vehicle_images
from forecourt.db.vehicle_images import StoredImage
from forecourt.db.vehicles import ListedVehicle, Saved
from forecourt.fetch.client import Download
from forecourt.photo.verify import VerifiedPhoto

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CAP = 20


def organization(db: Engine, website: str = "https://dealer.example") -> int:
    """A dealer."""
    with writing(db) as connection:
        return organizations.put(connection, name="Dealer", website=website, now=NOW)[0]


def photo(
    number: int, *, host: str = "photos.example", query: str = "", expires_at: datetime | None = None
) -> ListedPhoto:
    """One photo of a listing; `query` is what a signature would add."""
    url = f"https://{host}/{number}.jpg"
    return ListedPhoto(url + query, url, host, expires_at=expires_at)


def read_listing(
    db: Engine,
    *,
    organization_id: int,
    url: str = "https://dealer.example/cars/1",
    photos: Sequence[ListedPhoto] = (),
    status: str = "active",
    cap: int = CAP,
    now: datetime = NOW,
    **fields: object,
) -> Saved:
    """A listing as the importer would save it."""
    listed = ListedVehicle(organization_id, url, fields, {name: {"value": 1} for name in fields}, photos, status)
    with writing(db) as connection:
        return vehicles.save(connection, listed, cap=cap, now=now)


def vehicle(db: Engine, photos: int, *, cap: int = CAP) -> int:
    """A vehicle of its own dealer with so many external photos."""
    saved = read_listing(
        db, organization_id=organization(db), photos=[photo(number) for number in range(photos)], cap=cap
    )
    return saved.vehicle_id


def worker(db: Engine, worker_id: str = "w1", *, now: datetime = NOW) -> str:
    """A registered worker."""
    with writing(db) as connection:
        workers.register(connection, worker_id=worker_id, machine="here", now=now)
    return worker_id


def claim(
    db: Engine, *, worker_id: str, host: str = "photos.example", limit: int = 100, now: datetime = NOW
) -> list[ImageClaim]:
    """The first ready images of a host."""
    with writing(db) as connection:
        [host_id] = hosts.ids_of(connection, [host]).values()
        first = image_claims.Range(host_id, limit, image_claims.HEAD, image_claims.END)
        return image_claims.claim_ranges(connection, [first], worker_id=worker_id, now=now)


def stored(claimed: ImageClaim, path: str = "ab/cd/abcd.jpg") -> StoredImage:
    """What a worker settles when the bytes of a claim are safe."""
    return StoredImage(
        claimed,
        storage_path=path,
        image_url=f"/i/{claimed.image_id}",
        file_hash="abcd",
        file_size=1000,
        mime_type="image/jpeg",
        width=640,
        height=480,
        thumbhash="AAAA",
        dhash="0123456789abcdef",
        etag='"tag\0\ud800"',
        last_modified=None,
    )


def queued(db: Engine, *, organization_id: int, urls: Sequence[str], now: datetime = NOW) -> import_queue.Enqueued:
    """Listing URLs in the queue."""
    with writing(db) as connection:
        [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
        pairs = [(url, host_id) for url in urls]
        return import_queue.enqueue(connection, organization_id, pairs, reread=timedelta(days=7), now=now)


def snapshot(db: Engine, table: Table = vehicle_images) -> list[dict[str, Any]]:
    """Every column of every row, by id."""
    with reading(db) as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def fetched(claimed: ImageClaim) -> Stored:
    """A photo that is in the store, and whose row does not know yet."""
    photo = VerifiedPhoto("ab" * 32, 1234, "image/jpeg", "jpg", 800, 600, "AAAA", "0123456789abcdef")
    return Stored(claimed, photo, Download(Path("gone"), "ab" * 32, 1234, None, claimed.source_url, None, None))


def settle(db: Engine, *settlements: Settlement) -> None:
    """As a worker does at the end of a batch."""
    with writing(db) as connection:
        settling.settle(
            connection, settlements, shown_at=lambda number, _: f"/i/{number}", cap=CAP, now=NOW, random=Random(1)
        )
