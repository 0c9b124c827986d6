"""Replace external images by stored copies.

    claim → fetch → verify → store the bytes → settle the row (settling.py)

Damaged bytes that a browser shows are stored, too, and the row waits for better ones; if none come, it ends with them.

Bytes before row: a crash between the two leaves a file that no row names, and the next attempt writes the same file
again. The other order would show the visitor a broken picture.
"""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from forecourt.db.image_claims import ImageClaim, Suspect
from forecourt.errors import Blocked, Expired, Gone, HostTaken, PermanentError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.client import Download, Fetcher
from forecourt.host_rules import HostRules
from forecourt.listing import expires_at
from forecourt.photo.types import extension_of
from forecourt.photo.verify import DamagedPhoto, VerifiedPhoto, Verifier
from forecourt.schedule import Verdict, is_enough_damage
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
    verdict: Verdict | None = None  # from settling.py


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


async def backfill_one(
    claim: ImageClaim, *, fetcher: Fetcher, verifier: Verifier, store: PhotoStore, rules: HostRules | None = None
) -> Settlement:
    """Bring one claimed image to an end. Never raises for what a stranger's server or file may do.

    Where one form of the photo is refused or damaged, the next one that its page names is asked for, unless it lies on
    a host that is not free now. If none will do, damaged bytes are better than nothing, and trouble that passes counts
    before trouble that does not.

    Args:
        rules: Where photos obey robots.txt: what the hosts that we are led to let us read. None: they do not.
    """
    ended: list[Failed] = []
    damaged: list[Damaged] = []
    first = _first_url(claim)
    for number, url in enumerate((first, *claim.candidates)):
        hops = 0 if number else claim.fetch_hops
        at_once = bool(number) or (claim.fetch_url is not None and first != claim.fetch_url)
        try:
            download = await _download(
                claim, url, hops, at_once=at_once, fetcher=fetcher, folder=store.scratch, rules=rules
            )
            return await _stored(claim, download, verifier=verifier, store=store)
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


async def _download(
    claim: ImageClaim, url: str, hops: int, *, at_once: bool, fetcher: Fetcher, folder: Path, rules: HostRules | None
) -> Download:
    if dies_at := _died_at(url, claim):
        raise Expired(f"its URL was good until {dies_at:%Y-%m-%d %H:%M:%S} UTC")
    return await fetcher.get_photo(
        url,
        referer=claim.referer,
        folder=folder,
        hops=hops,
        at_once=at_once,
        may_ask=rules.check if rules else None,
    )


async def _stored(claim: ImageClaim, download: Download, *, verifier: Verifier, store: PhotoStore) -> Stored:
    """From `put` on the file is the store's, however that ends; until then it is ours to remove."""
    with ExitStack() as ours:
        ours.callback(download.path.unlink, missing_ok=True)
        try:
            photo = await verifier.verify(
                download.path, sha256=download.sha256, size=download.size, alone=claim.record.is_deadly
            )
        except DamagedPhoto as error:
            ours.pop_all()
            await store.put(error.photo.storage_path, download.path)
            raise
        ours.pop_all()
    await store.put(photo.storage_path, download.path)
    return Stored(claim, photo, download)


def weighed(damaged: Damaged) -> Stored | Damaged:
    """With what had come before: the larger is kept, and where nothing better is to be expected, it is the photo."""
    suspect = damaged.claim.suspect
    if suspect is None:
        return damaged
    kept = max(kept_photo(suspect), damaged.photo, key=lambda photo: photo.size)
    if is_enough_damage(damaged.photo.sha256, suspect_hash=suspect.file_hash, suspect_count=suspect.count):
        return Stored(damaged.claim, kept)
    return replace(damaged, photo=kept, count=suspect.count + 1)


def kept_photo(suspect: Suspect) -> VerifiedPhoto:
    """What is left to show where nothing better comes."""
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
