"""Replace external images by stored copies.

    claim → fetch → verify → store the bytes → settle the row

Damaged bytes that a browser shows are stored, too, and the row waits for better ones; if none come, it ends with them.

Bytes before row: a crash between the two leaves a file that no row names, and the next attempt writes the same file
again. The other order would show the visitor a broken picture.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from sqlalchemy import Connection

from forecourt.db import expired_images, hosts, image_places, vehicle_images
from forecourt.db.hosts import HostStanding
from forecourt.db.image_claims import ImageClaim, Suspect
from forecourt.db.vehicle_images import DamagedImage, FailedImage, MovedImage, StoredImage
from forecourt.errors import Blocked, Expired, Gone, HostTaken, PermanentError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.address import host_of
from forecourt.fetch.client import Download, Fetcher
from forecourt.listing import expires_at
from forecourt.photo.types import extension_of
from forecourt.photo.verify import DamagedPhoto, VerifiedPhoto, Verifier
from forecourt.schedule import Verdict, after_damage, after_failure, is_enough_damage
from forecourt.storage import PhotoStore


@dataclass(frozen=True)
class Stored:
    """The bytes are safe; the row does not know yet."""

    claim: ImageClaim
    photo: VerifiedPhoto
    download: Download | None = None  # None where the bytes had come before


@dataclass(frozen=True)
class Damaged:
    """Bytes that a browser shows are safe, and better ones may come yet.

    Attributes:
        count: How many different damaged ones have come; the photo is the largest.
    """

    claim: ImageClaim
    photo: VerifiedPhoto
    detail: str
    count: int = 1


@dataclass(frozen=True)
class Failed:
    """It did not work out, and why."""

    claim: ImageClaim
    error: Trouble
    verdict: Verdict | None = None  # from `settle`


@dataclass(frozen=True)
class Moved:
    """A redirect led to a host that is not free now: the row waits there, for whoever holds it.

    Attributes:
        hops: Redirects that were followed to get there, in all.
    """

    claim: ImageClaim
    url: str
    hops: int


Settlement = Stored | Damaged | Failed | Moved

_ABOUT_ONE_FORM = Gone | Expired | Blocked | PermanentError
"""What the next form of the photo may not have."""


async def backfill_one(claim: ImageClaim, *, fetcher: Fetcher, verifier: Verifier, store: PhotoStore) -> Settlement:
    """Bring one claimed image to an end. Never raises for what a stranger's server or file may do.

    Where one form of the photo is refused or damaged, the next one that its page names is asked for, unless it lies on
    a host that is not free now. If none will do, damaged bytes are better than nothing, and trouble that passes counts
    before trouble that does not.
    """
    ended: list[Failed] = []
    damaged: list[Damaged] = []
    first = _first_url(claim)
    for number, url in enumerate((first, *claim.candidates)):
        hops = 0 if number else claim.fetch_hops
        at_once = bool(number) or (claim.fetch_url is not None and first != claim.fetch_url)
        try:
            return await _store_form(claim, url, hops, at_once=at_once, fetcher=fetcher, verifier=verifier, store=store)
        except HostTaken as taken:
            if not number:
                return Moved(claim, taken.url, hops + taken.hops)
        except DamagedPhoto as error:
            damaged.append(Damaged(claim, error.photo, error.detail))
        except Trouble as error:
            ended.append(Failed(claim, error))
            if not isinstance(error, _ABOUT_ONE_FORM) and error.kind != FailureKind.DAMAGED:
                break
    if damaged:
        return weighed(max(damaged, key=lambda each: each.photo.size))
    return next((each for each in ended if not isinstance(each.error, _ABOUT_ONE_FORM)), ended[0])


def _first_url(claim: ImageClaim) -> str:
    """Where a redirect led to, unless that address was signed and has died while the row waited there."""
    if claim.fetch_url is None or _died_at(claim.fetch_url, claim):
        return claim.source_url
    return claim.fetch_url


def _died_at(url: str, claim: ImageClaim) -> datetime | None:
    dies_at = expires_at(url)
    return dies_at if dies_at and dies_at <= claim.claimed_at else None


async def _store_form(
    claim: ImageClaim, url: str, hops: int, *, at_once: bool, fetcher: Fetcher, verifier: Verifier, store: PhotoStore
) -> Stored:
    if dies_at := _died_at(url, claim):
        raise Expired(f"its URL was good until {dies_at:%Y-%m-%d %H:%M:%S} UTC")
    download = await fetcher.get_photo(url, referer=claim.referer, folder=store.scratch, hops=hops, at_once=at_once)
    try:
        photo = await verifier.verify(
            download.path, sha256=download.sha256, size=download.size, alone=claim.record.is_deadly
        )
        await store.put(photo.storage_path, download.path)
    except DamagedPhoto as error:
        await store.put(error.photo.storage_path, download.path)
        raise
    finally:
        download.path.unlink(missing_ok=True)
    return Stored(claim, photo, download)


def weighed(damaged: Damaged) -> Stored | Damaged:
    """With what had come before: the larger is kept, and where nothing better is to be expected, it is the photo."""
    suspect = damaged.claim.suspect
    if suspect is None:
        return damaged
    kept = max(_kept_photo(suspect), damaged.photo, key=lambda photo: photo.size)
    if is_enough_damage(damaged.photo.sha256, suspect_hash=suspect.file_hash, suspect_count=suspect.count):
        return Stored(damaged.claim, kept)
    return replace(damaged, photo=kept, count=suspect.count + 1)


def _kept_photo(suspect: Suspect) -> VerifiedPhoto:
    return VerifiedPhoto(
        sha256=suspect.file_hash,
        size=suspect.file_size,
        mime_type=suspect.mime_type,
        extension=extension_of(suspect.mime_type),
        width=suspect.width,
        height=suspect.height,
        thumbhash=suspect.thumbhash,
        dhash=suspect.dhash,
        is_damaged=True,
    )


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
        return Stored(failed.claim, _kept_photo(failed.claim.suspect))
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
