"""How a batch of photos ended, written into their rows: what each settlement means is decided here, and by schedule.py.

Stored     → stored
Damaged    → pending, an hour later, with bytes that are ours already
Failed     → pending, blocked, gone, failed or rejected; stored, if damaged bytes are ours already
Moved      → ready at another host
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

from sqlalchemy import Connection

from forecourt.backfill import Damaged, Failed, Moved, Settlement, Stored, kept_photo
from forecourt.db import expired_images, hosts, image_places, vehicle_images
from forecourt.db.hosts import HostStanding
from forecourt.db.image_claims import ImageClaim, Suspect
from forecourt.db.vehicle_images import DamagedImage, FailedImage, MovedImage, StoredImage
from forecourt.errors import Expired
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.address import host_of
from forecourt.schedule import after_damage, after_failure


def settle(
    connection: Connection,
    settlements: Sequence[Settlement],
    *,
    shown_at: Callable[[int, str], str],
    cap: int,
    now: datetime,
    random: Random,
) -> list[Settlement]:
    """Write down how a batch ended: each arrow one fenced statement, all of them in the caller's transaction.

    Returns those that took effect, as they ended: where a source ends for good and damaged bytes of it are ours, the
    photo is stored with these. The other images belong to somebody else by now.

    Args:
        shown_at: (image id, storage path) → the address that pages show from now on.
        cap: The most photos of one vehicle that are ours; where one ended for good, the next gets its place.
    """
    image_places.hold(connection, {each.claim.vehicle_id for each in settlements if isinstance(each, Failed)})
    judged = _judged(connection, settlements, now=now, random=random)
    stored = [_stored_image(each, shown_at) for each in judged if isinstance(each, Stored)]
    damaged = [_damaged_image(each, now=now, random=random) for each in judged if isinstance(each, Damaged)]
    failed = [
        FailedImage(each.claim, each.error.kind, each.error.detail, each.verdict)
        for each in judged
        if isinstance(each, Failed) and each.verdict
    ]
    changed = vehicle_images.store(connection, stored, now=now)
    changed |= vehicle_images.remember(connection, damaged, now=now)
    changed |= vehicle_images.postpone(connection, failed)
    ended = vehicle_images.end(connection, failed, now=now)
    changed |= ended
    fallen = ended | {each.claim.image_id for each in failed if each.kind == FailureKind.EXPIRED}
    vehicle_ids = {each.claim.vehicle_id for each in failed if each.claim.image_id in fallen & changed}
    image_places.assign_priorities(connection, vehicle_ids, cap=cap, now=now)
    moved = [each for each in judged if isinstance(each, Moved)]
    changed |= vehicle_images.move(connection, _moved_images(connection, moved))
    vehicle_images.bring_home(connection, _homes(connection, [each for each in judged if not isinstance(each, Moved)]))
    return [each for each in judged if each.claim.image_id in changed]


def _judged(
    connection: Connection, settlements: Sequence[Settlement], *, now: datetime, random: Random
) -> list[Settlement]:
    """With what becomes of those that failed."""
    failed = [each for each in settlements if isinstance(each, Failed)]
    if not failed:
        return list(settlements)
    others = [each for each in settlements if not isinstance(each, Failed)]
    standings = hosts.standings(connection, {each.claim.host_id for each in failed}, now=now)
    told = _without_listing(connection, failed, now=now)
    return [*others, *(_judge(each, standings[each.claim.host_id], now=now, random=random) for each in told)]


def _judge(failed: Failed, host: HostStanding, *, now: datetime, random: Random) -> Stored | Failed:
    """A host's trouble counts on the photo where the host answers others, and where it was not its first host's."""
    is_elsewhere = failed.claim.fetch_url is not None
    verdict = after_failure(
        failed.error,
        failed.claim.record,
        now=now,
        host_waits_until=None if is_elsewhere else host.waits_until,
        counts=is_elsewhere or host.answered_lately or host.waits_until is None,
        random=random,
    )
    if verdict.is_final and failed.claim.suspect:
        return Stored(failed.claim, kept_photo(failed.claim.suspect))
    return replace(failed, verdict=verdict)


def _without_listing(connection: Connection, failed: Sequence[Failed], *, now: datetime) -> list[Failed]:
    """The same; listings of expired photos are due, and those that have none left know that it is over."""
    expired = {each.claim.image_id for each in failed if isinstance(each.error, Expired)}
    lost = expired_images.ask_again(connection, expired, now=now) if expired else frozenset()
    return [
        Failed(each.claim, Expired(each.error.detail, is_last=True)) if each.claim.image_id in lost else each
        for each in failed
    ]


def _moved_images(connection: Connection, moved: Sequence[Moved]) -> list[MovedImage]:
    host_ids = hosts.ids_of(connection, {host_of(each.url) for each in moved})
    return [MovedImage(each.claim, host_ids[host_of(each.url)], each.url, each.hops) for each in moved]


def _homes(connection: Connection, ended: Sequence[Stored | Damaged | Failed]) -> list[tuple[ImageClaim, int]]:
    """Those that were asked for at another host, and their first one."""
    away = [each.claim for each in ended if each.claim.fetch_url is not None]
    host_ids = hosts.ids_of(connection, {host_of(claim.source_url) for claim in away})
    return [(claim, host_ids[host_of(claim.source_url)]) for claim in away]


def _stored_image(stored: Stored, shown_at: Callable[[int, str], str]) -> StoredImage:
    photo, download = stored.photo, stored.download
    return StoredImage(
        stored.claim,
        storage_path=photo.storage_path,
        image_url=shown_at(stored.claim.image_id, photo.storage_path),
        file_hash=photo.sha256,
        file_size=photo.size,
        mime_type=photo.mime_type,
        width=photo.width,
        height=photo.height,
        thumbhash=photo.thumbhash,
        dhash=photo.dhash,
        etag=download.etag if download else None,
        last_modified=download.last_modified if download else None,
        is_damaged=photo.is_damaged,
    )


def _damaged_image(damaged: Damaged, *, now: datetime, random: Random) -> DamagedImage:
    photo = damaged.photo
    suspect = Suspect(
        photo.sha256,
        photo.size,
        photo.mime_type,
        photo.width,
        photo.height,
        photo.thumbhash,
        photo.dhash,
        damaged.count,
    )
    verdict = after_damage(damaged.claim.record, now=now, random=random)
    return DamagedImage(damaged.claim, suspect, damaged.detail, verdict)
