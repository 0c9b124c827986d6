"""Replace external images by stored copies.

    claim → fetch → verify → store the bytes → settle the row

Bytes before row: a crash between the two leaves a file that no row names, and the next attempt writes the same file
again. The other order would show the visitor a broken picture.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import Connection

from forecourt.db import expired_images, hosts, image_places, vehicle_images
from forecourt.db.hosts import HostStanding
from forecourt.db.image_claims import ImageClaim
from forecourt.db.vehicle_images import FailedImage, MovedImage, StoredImage
from forecourt.errors import Blocked, Expired, Gone, HostTaken, PermanentError, Trouble
from forecourt.fetch.address import host_of
from forecourt.fetch.client import Download, Fetcher
from forecourt.listing import expires_at
from forecourt.photo.verify import VerifiedPhoto, Verifier
from forecourt.schedule import after_failure
from forecourt.storage import PhotoStore


@dataclass(frozen=True)
class Stored:
    """The bytes are safe; the row does not know yet."""

    claim: ImageClaim
    photo: VerifiedPhoto
    download: Download


@dataclass(frozen=True)
class Failed:
    """It did not work out, and why."""

    claim: ImageClaim
    error: Trouble


@dataclass(frozen=True)
class Moved:
    """A redirect led to a host that is not free now: the row waits there, for whoever holds it.

    Attributes:
        hops: Redirects that were followed to get there, in all.
    """

    claim: ImageClaim
    url: str
    hops: int


Settlement = Stored | Failed | Moved


async def backfill_one(claim: ImageClaim, *, fetcher: Fetcher, verifier: Verifier, store: PhotoStore) -> Settlement:
    """Bring one claimed image to an end. Never raises for what a stranger's server or file may do.

    Where one form of the photo is refused, the next one that its page names is asked for, unless it lies on a host that
    is not free now. If none will do, what was wrong with the first one counts.
    """
    ended: list[Failed] = []
    first = _first_url(claim)
    for url in (first, *claim.candidates):
        hops = 0 if ended else claim.fetch_hops
        at_once = bool(ended) or (claim.fetch_url is not None and first != claim.fetch_url)
        try:
            return await _store_form(claim, url, hops, at_once=at_once, fetcher=fetcher, verifier=verifier, store=store)
        except HostTaken as taken:
            if not ended:
                return Moved(claim, taken.url, hops + taken.hops)
        except Trouble as error:
            ended.append(Failed(claim, error))
            if not isinstance(error, Gone | Expired | Blocked | PermanentError):
                return ended[-1]
    return ended[0]


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
        photo = await verifier.verify(download.path, sha256=download.sha256, size=download.size)
        await store.put(photo.storage_path, download.path)
    finally:
        download.path.unlink(missing_ok=True)
    return Stored(claim, photo, download)


def settle(
    connection: Connection,
    settlements: Sequence[Settlement],
    *,
    shown_at: Callable[[int, str], str],
    cap: int,
    now: datetime,
    random: Random,
) -> set[int]:
    """Write down how a batch ended: each arrow one fenced statement, all of them in the caller's transaction.

    Returns the ids of the images that changed; the others belong to somebody else by now.

    Args:
        shown_at: (image id, storage path) → the address that pages show from now on.
        cap: The most photos of one vehicle that are ours; where one ended for good, the next gets its place.
    """
    stored = [each for each in settlements if isinstance(each, Stored)]
    failed = [each for each in settlements if isinstance(each, Failed)]
    moved = [each for each in settlements if isinstance(each, Moved)]
    changed = vehicle_images.store(connection, [_stored_image(each, shown_at) for each in stored], now=now)
    if failed:
        failed = _without_listing(connection, failed, now=now)
        standings = hosts.standings(connection, {each.claim.host_id for each in failed}, now=now)
        images = [_failed_image(each, standings[each.claim.host_id], now=now, random=random) for each in failed]
        changed |= vehicle_images.postpone(connection, images)
        ended = vehicle_images.end(connection, images, now=now)
        changed |= ended
        fallen = ended | {each.claim.image_id for each in failed if isinstance(each.error, Expired)}
        vehicle_ids = {each.claim.vehicle_id for each in failed if each.claim.image_id in fallen & changed}
        image_places.assign_priorities(connection, vehicle_ids, cap=cap, now=now)
    changed |= vehicle_images.move(connection, _moved_images(connection, moved))
    vehicle_images.bring_home(connection, _homes(connection, [*stored, *failed]))
    return changed


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


def _homes(connection: Connection, ended: Sequence[Stored | Failed]) -> list[tuple[ImageClaim, int]]:
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
        etag=download.etag,
        last_modified=download.last_modified,
    )


def _failed_image(failed: Failed, host: HostStanding, *, now: datetime, random: Random) -> FailedImage:
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
    return FailedImage(failed.claim, failed.error.kind, failed.error.detail, verdict)
