"""import_queue row → vehicle and external images. No photo is asked for.

claim → robots.txt → fetch the page → read it → one transaction: vehicle, image rows, link, queue row
                                              ↘ missed by its inventory, and gone: link and queue row end
                                              ↘ led to a host that is not free: queue row ready there
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from random import Random

from sqlalchemy import Connection

from forecourt.db import hosts, import_queue, listings, vehicles
from forecourt.db.database import Database
from forecourt.db.engine import database_now
from forecourt.db.image_places import assign_priorities
from forecourt.db.import_queue import QueueClaim
from forecourt.db.listed_images import ListedPhoto
from forecourt.db.tables import vehicles as vehicles_table
from forecourt.db.vehicles import ListedVehicle, Saved
from forecourt.errors import Gone, HostTaken, LeaseLost, PermanentError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.address import host_of, may_be_asked
from forecourt.listing import Listing, expires_at, source_key
from forecourt.listing.same_page import is_above, is_same_page
from forecourt.listing.values import PageReading
from forecourt.pages import PageReader
from forecourt.schedule import Verdict, after_failure

_COLUMNS = frozenset(field.name for field in fields(Listing)) & frozenset(vehicles_table.columns.keys())
_NO_FIELDS = frozenset({"url", "photos"})
_MOST_CANDIDATES = 3  # each is one more request where a photo is refused
_HOPS_MOVED = 1  # its first redirect: a row of the queue does not count them, and five in all is the most


@dataclass(frozen=True)
class Imported:
    """The vehicle shows now; its row in the queue is settled already."""

    claim: QueueClaim
    saved: Saved


@dataclass(frozen=True)
class NotImported:
    """It did not work out, and why."""

    claim: QueueClaim
    error: Trouble


@dataclass(frozen=True)
class Vanished:
    """Its inventory has missed it twice, and its page is gone or leads elsewhere: that is an end and no failure."""

    claim: QueueClaim
    error: Gone


@dataclass(frozen=True)
class Moved:
    """Its first redirect led to a host that is not free now: the row waits there, for whoever holds it."""

    claim: QueueClaim
    url: str


Settlement = Imported | NotImported | Vanished | Moved


async def import_one(claim: QueueClaim, *, reader: PageReader, database: Database, cap: int) -> Settlement:
    """Bring one claimed listing to an end. Never raises for what a stranger's server or page may do."""
    try:
        listing = await _read(claim, reader, database)
    except HostTaken as taken:
        return Moved(claim, taken.url)
    except Gone as error:
        return Vanished(claim, error) if claim.is_missed else NotImported(claim, error)
    except Trouble as error:
        return NotImported(claim, error)
    listed = listed_vehicle(listing, organization_id=claim.organization_id, listing_url=claim.listing_url)
    saved = await database.write(lambda connection: _save(connection, claim, listed, cap=cap))
    return Imported(claim, saved)


def settle_moved(connection: Connection, moved: Moved) -> bool:
    """held → ready at another host. False: the claim is not ours any more."""
    [host_id] = hosts.ids_of(connection, [host_of(moved.url)]).values()
    return import_queue.move(connection, moved.claim, host_id=host_id, fetch_url=moved.url)


def settle_vanished(connection: Connection, vanished: Vanished, *, cap: int, now: datetime) -> bool:
    """held → failed, its listing active → gone; its photos are due first. False: the claim is not ours any more."""
    record = vanished.claim.record
    verdict = Verdict("gone", record.failures + 1, record.failing_since or now, None)
    return _end(connection, vanished, verdict, cap=cap, now=now)


def settle_failure(connection: Connection, failed: NotImported, *, cap: int, now: datetime, random: Random) -> bool:
    """held → pending, later, or failed or rejected: as with images. False: the claim is not ours any more.

    Who is gone for good, by a second look a day later, is gone as a listing too.
    """
    claim = failed.claim
    host = hosts.standings(connection, [claim.host_id], now=now)[claim.host_id]
    waits_until = None if claim.fetch_url else host.waits_until  # its own host has not been in trouble
    verdict = after_failure(
        failed.error,
        claim.record,
        now=now,
        host_waits_until=waits_until,
        counts=waits_until is None,  # a page is one of many on its host: its trouble is the host's
        random=random,
    )
    return _end(connection, failed, verdict, cap=cap, now=now)


def listed_vehicle(listing: Listing, *, organization_id: int, listing_url: str) -> ListedVehicle:
    """What the page says, in the words of our tables."""
    told = {name: getattr(listing, name) for name in _COLUMNS - _NO_FIELDS}
    return ListedVehicle(
        organization_id=organization_id,
        listing_url=listing_url,
        fields={name: value for name, value in told.items() if value is not None},
        origin=_origin(listing),
        photos=[_listed(url, listing) for url in listing.photos if may_be_asked(url)],
        status="sold" if listing.sale_status == "sold" else "active",
    )


def _listed(url: str, listing: Listing) -> ListedPhoto:
    host = host_of(url)
    forms = (form for form in listing.other_forms.get(url, ()) if may_be_asked(form) and host_of(form) == host)
    candidates = tuple(islice(forms, _MOST_CANDIDATES))
    return ListedPhoto(url, source_key(url), host, candidates, listing.written_forms.get(url), expires_at(url))


async def _read(claim: QueueClaim, reader: PageReader, database: Database) -> Listing:
    if claim.fetch_url:
        reading = await reader.read(claim.fetch_url, hops=_HOPS_MOVED)
    else:
        reading = await reader.read(claim.listing_url, may_move=True)
    if claim.is_missed and await _leads_elsewhere(claim, reading, database):
        raise Gone(f"leads to {reading.url}")
    if reading.listing is None:
        raise PermanentError(FailureKind.NOT_A_LISTING, f"the page offers no single vehicle ({reading.kind})")
    return reading.listing


async def _leads_elsewhere(claim: QueueClaim, reading: PageReading, database: Database) -> bool:
    """Whether its address led to a list, to the home page or to another vehicle; what is no list may be a wall."""
    if reading.url is None or is_same_page(claim.listing_url, reading.url):
        return False
    if reading.listing is None:
        return reading.kind == "inventory" or is_above(reading.url, claim.listing_url)
    listed = listed_vehicle(reading.listing, organization_id=claim.organization_id, listing_url=claim.listing_url)
    return not await database.read(lambda connection: vehicles.shows_the_same(connection, listed))


def _end(connection: Connection, ended: NotImported | Vanished, verdict: Verdict, *, cap: int, now: datetime) -> bool:
    claim, error = ended.claim, ended.error
    _bring_home(connection, claim)
    if not import_queue.fail(connection, claim, verdict, kind=error.kind, detail=error.detail, now=now):
        return False
    if verdict.status == "gone":
        gone = listings.vanish(connection, organization_id=claim.organization_id, listing_url=claim.listing_url)
        assign_priorities(connection, gone, cap=cap, now=now)
    return True


def _bring_home(connection: Connection, claim: QueueClaim) -> None:
    if claim.fetch_url:
        [home] = hosts.ids_of(connection, [host_of(claim.listing_url)]).values()
        import_queue.bring_home(connection, claim, host_id=home)


def _origin(listing: Listing) -> Mapping[str, object]:
    return {
        name: {"value": None if source.value is None else str(source.value), "reader": source.reader, "raw": source.raw}
        for name, source in listing.sources.items()
    }


def _save(connection: Connection, claim: QueueClaim, listed: ListedVehicle, *, cap: int) -> Saved:
    now = database_now(connection)
    saved = vehicles.save(connection, listed, cap=cap, now=now)
    _bring_home(connection, claim)
    if not import_queue.complete(connection, claim, vehicle_id=saved.vehicle_id, duplicate=saved.is_duplicate, now=now):
        raise LeaseLost(f"another worker reads {claim.listing_url} now")
    return saved
