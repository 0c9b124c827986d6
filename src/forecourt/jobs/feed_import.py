"""An organization's feed → vehicles and external images, a part at a time, while the feed is read.

    a part of the feed → what is new or changed → a few listings in one transaction: vehicle, images, link, queue row
                                                ↘ what tells too little waits in the queue for its page

No page and no photo is asked for. What the feed says as it did before is left alone, to the last column.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from forecourt.db import feed_rows, hosts, listed_images, vehicles
from forecourt.db.engine import database_now
from forecourt.db.feed_rows import FeedRow, KnownRow
from forecourt.db.organizations import Organization
from forecourt.db.vehicles import ListedVehicle, Saved
from forecourt.errors import Trouble
from forecourt.fetch.address import host_of, may_be_asked
from forecourt.importer import listed_vehicle
from forecourt.jobs.house import House
from forecourt.jobs.seen_listings import SeenListings
from forecourt.listing.feed_records import BadRecord
from forecourt.listing.feed_vehicles import FeedVehicle
from forecourt.pages import PageReader

MOST_NAMED = 10  # records that were left out, in the report
_LISTINGS_AT_ONCE = 20
_PHOTOS_AT_ONCE = 500
_SETTLED = ("complete", "duplicate")
_LONGEST_KEPT = 100  # characters of a field in raw_data


@dataclass
class FeedRead:
    """One reading of a feed, so far.

    Attributes:
        seen: The listings that it names; what is not in here, the feed does not name any more if it was read whole.
        created: Vehicles that nobody knew.
        updated: Listings that were known and say something else now.
        unchanged: Listings of which nothing was touched.
        pages: Listings that wait for their page, since the feed tells too little of them.
        left_out: Records that gave nothing; the first few are named in `named_left_out`.
        unread: Those of them of which nobody knows whether they named a listing.
        is_complete: The feed was read to its end. A record that was left out may still have named a listing.
        trouble: Why it was not.
        unmet: What its mapping names and the feed does not have.
    """

    seen: SeenListings = field(default_factory=SeenListings)
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    pages: int = 0
    photos: int = 0
    left_out: int = 0
    unread: int = 0
    named_left_out: list[str] = field(default_factory=list)
    is_complete: bool = False
    trouble: str | None = None
    unmet: tuple[str, ...] = ()

    @property
    def incomplete_because(self) -> str | None:
        """None: what the feed does not name is not in the inventory."""
        if not self.is_complete:
            return self.trouble or "its feed was not read to its end"
        return f"{self.unread} records of its feed could not be read" if self.unread else None

    def leave_out(self, record: BadRecord) -> None:
        """Count a record that gives nothing, and name it if it is among the first."""
        self.left_out += 1
        if len(self.named_left_out) < MOST_NAMED:
            self.named_left_out.append(f"{record.place}: {record.why}")


async def import_feed(
    house: House, organization: Organization, reader: PageReader, read: FeedRead, *, show: Callable[[int], None]
) -> None:
    """Read the organization's feed from its beginning; `read` tells what became of it, also when this is cancelled.

    Raises:
        Trouble: Nothing of the feed could be read. Later trouble is noted in `read`: what came before it counts.
    """
    url = organization.feed_url or ""
    try:
        async with aclosing(reader.read_feed(url, mapping=organization.feed_mapping)) as parts:
            async for part in parts:
                read.unread += len(part.left_out)
                for record in part.left_out:
                    read.leave_out(record)
                for some in _few(list(_new(part.vehicles, read))):
                    await _save(house, organization, some, read)
                show(len(read.seen))
                if part.end:
                    read.trouble = part.end.why_cut
                    read.is_complete = part.end.why_cut is None
                    read.unmet = part.end.unmet
    except Trouble as trouble:
        if not len(read.seen):
            raise
        read.trouble = str(trouble)


def _new(found: Sequence[FeedVehicle], read: FeedRead) -> Iterator[FeedVehicle]:
    """Each listing once: were the last word to count, the same feed would change its rows each time it is read."""
    for vehicle in found:
        if not may_be_asked(vehicle.listing.url):
            read.leave_out(vehicle.without("an address that is never asked"))
        elif read.seen.add(vehicle.listing.url):
            yield vehicle
        else:
            read.leave_out(vehicle.without("the same listing once more"))


def _few(found: Sequence[FeedVehicle]) -> Iterator[list[FeedVehicle]]:
    """So many as one short transaction saves."""
    few: list[FeedVehicle] = []
    for vehicle in found:
        few.append(vehicle)
        if len(few) >= _LISTINGS_AT_ONCE or sum(len(each.listing.photos) for each in few) >= _PHOTOS_AT_ONCE:
            yield few
            few = []
    if few:
        yield few


async def _save(house: House, organization: Organization, some: Sequence[FeedVehicle], read: FeedRead) -> None:
    batch = _Batch(house, organization, some)
    try:
        saving = await house.database.write(batch.save)
    except IntegrityError:  # another process made one of these vehicles at the same moment; now it can be seen
        saving = await house.database.write(batch.save)
    read.created += sum(saved.is_new for saved in saving.saved)
    read.updated += sum(not saved.is_new for saved in saving.saved)
    read.photos += sum(saved.images.added for saved in saving.saved)
    read.unchanged += saving.unchanged
    read.pages += len(saving.pages)
    for record in saving.left_out:
        read.leave_out(record)


@dataclass
class _Saving:
    """What one transaction did."""

    saved: list[Saved] = field(default_factory=list)
    unchanged: int = 0
    pages: list[FeedRow] = field(default_factory=list)
    left_out: list[BadRecord] = field(default_factory=list)


@dataclass(frozen=True)
class _Batch:
    house: House
    organization: Organization
    found: Sequence[FeedVehicle]

    def save(self, connection: Connection) -> _Saving:
        """new or changed → complete, or pending for its page. The same twice changes nothing the second time."""
        now = database_now(connection)
        urls = [each.listing.url for each in self.found]
        known = feed_rows.known(connection, urls)
        vehicle_ids = [row.vehicle_id for row in known.values() if row.vehicle_id is not None]
        sleeping = listed_images.sleeping(connection, vehicle_ids, now=now) if vehicle_ids else {}
        host_ids = hosts.ids_of(connection, {host_of(url) for url in urls})
        saving = _Saving()
        changed: set[str] = set()
        for vehicle in self.found:
            url = vehicle.listing.url
            listed = listed_vehicle(vehicle.listing, organization_id=self.organization.organization_id, listing_url=url)
            row = FeedRow(url, host_ids[host_of(url)], _said(listed))
            before = known.get(url)
            if before and before.organization_id != self.organization.organization_id:
                saving.left_out.append(vehicle.without("the listing of another organization"))
            elif vehicle.shows_itself and listed.photos:
                if before and _is_as_before(before, row, listed, sleeping.get(before.vehicle_id or 0, set())):
                    saving.unchanged += 1
                    continue
                saved = vehicles.save(connection, listed, cap=self.house.settings.max_images_per_vehicle, now=now)
                feed_rows.complete(
                    connection,
                    self.organization.organization_id,
                    row,
                    vehicle_id=saved.vehicle_id,
                    duplicate=saved.is_duplicate or (before is not None and before.status == "duplicate"),
                    now=now,
                )
                saving.saved.append(saved)
            elif vehicle.has_page:
                saving.pages.append(row)
                if before is None or before.said != row.said:
                    changed.add(url)
            else:
                saving.left_out.append(vehicle.without("no photo, and no page to look at"))
        if saving.pages:
            feed_rows.pend(
                connection,
                self.organization.organization_id,
                saving.pages,
                changed=changed,
                reread=timedelta(hours=self.house.settings.listing_reread_hours),
                now=now,
            )
        return saving


def _is_as_before(before: KnownRow, row: FeedRow, listed: ListedVehicle, sleeping: set[str]) -> bool:
    """Whether nothing is to be done: the same word, a vehicle that lives, no photo that this naming would wake."""
    return (
        before.status in _SETTLED
        and before.said == row.said
        and before.vehicle_id is not None
        and before.link_status == listed.status
        and not before.missed_readings
        and not sleeping & {photo.key for photo in listed.photos}
    )


def _said(listed: ListedVehicle) -> dict[str, object]:
    """For `raw_data`: the short fields as they stand, and a mark that changes with anything that the feed says."""
    everything = [listed.fields, listed.origin, [photo.url for photo in listed.photos], listed.status]
    mark = hashlib.sha256(json.dumps(everything, sort_keys=True, default=str).encode("ascii")).hexdigest()[:32]
    short = {name: str(value)[:_LONGEST_KEPT] for name, value in listed.fields.items() if name != "description"}
    return {"source": "feed", **short, "photos": len(listed.photos), "mark": mark}
