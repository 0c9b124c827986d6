"""Prove spoilt photos, in the confined children that prove real ones, for a while.

Each case follows from the seed and its number alone. A photo is stored or refused; nothing else may happen, a second
look says the same, and none holds up the others. A child that dies costs its photo, as promised: it is counted by what
ended it, and is a finding where that was not one of its limits.
"""

import asyncio
import faulthandler
import hashlib
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from fuzzing import case_options, noting_what_escapes, numbers_of
from odd_photos import good_photos, odd_photo

from forecourt.errors import Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.photo.verify import VerifiedPhoto, Verifier, decoding_pool

_MAX_PIXELS = 50_000_000
_HANGS_SECONDS = 200
_TWICE = 0.1  # the share of cases that are looked at again
_BY_A_LIMIT = re.compile(r"SIGXCPU|MemoryError|no answer within")


async def fuzz(seed: int, numbers: Iterator[int], *, real: bool) -> tuple[Counter[str], list[str]]:
    """These cases, one for each core at a time; the counts, and the findings with the numbers of their cases."""
    counts: Counter[str] = Counter()
    found: list[str] = []
    good = good_photos(real=real)
    cores = os.cpu_count() or 1

    async def lane(verifier: Verifier, file: Path) -> None:
        for number in numbers:
            faulthandler.dump_traceback_later(2 * _HANGS_SECONDS, exit=True)
            random = Random(f"{seed} {number}")  # noqa: S311 (nothing is secret here)
            photo = odd_photo(random, good)
            await asyncio.to_thread(file.write_bytes, photo)
            begun = time.monotonic()
            told = await _told(verifier, file, photo)
            faults = [told] if told.startswith("FOUND") else []
            if random.random() < _TWICE and (again := await _told(verifier, file, photo)) != told:
                faults.append(f"FOUND {told}, and then {again}")
            if time.monotonic() - begun > _HANGS_SECONDS:
                faults.append(f"FOUND it took {time.monotonic() - begun:.0f} s")
            for fault in faults:
                found.append(f"case {number}, {len(photo)} bytes: {fault}")
                print(found[-1], flush=True)
            counts[told.partition(":")[0]] += 1

    with tempfile.TemporaryDirectory() as folder:
        async with decoding_pool(processes=cores) as pool:
            verifier = Verifier(pool, max_pixels=_MAX_PIXELS)
            await asyncio.gather(*(lane(verifier, Path(folder) / str(each)) for each in range(cores)))
    faulthandler.cancel_dump_traceback_later()
    return counts, found


async def _told(verifier: Verifier, file: Path, photo: bytes) -> str:
    """What came of it, in a word and what is known of it; FOUND for what may not come of any."""
    found: list[str] = []
    with noting_what_escapes(found):
        try:
            return _stored(await verifier.verify(file, sha256=hashlib.sha256(photo).hexdigest(), size=len(photo)))
        except Trouble as trouble:
            return _refused(trouble)
    return f"FOUND {found[0]}"


def _refused(trouble: Trouble) -> str:
    if trouble.kind == FailureKind.DECODER_DIED:
        by_a_limit = _BY_A_LIMIT.search(trouble.detail)
        return f"died, {by_a_limit[0]}" if by_a_limit else f"FOUND a dead decoder: {trouble.detail}"
    return f"{trouble.kind}: {trouble.detail}" if trouble.detail.isprintable() else f"FOUND {trouble.detail!r}"


def _stored(proven: VerifiedPhoto) -> str:
    if proven.width * proven.height > _MAX_PIXELS or max(proven.width, proven.height) < 100:  # noqa: PLR2004 (DESIGN section 8)
        return f"FOUND stored with {proven.width}x{proven.height} pixels"
    return f"stored: {proven.mime_type} {proven.width}x{proven.height} {proven.thumbhash} {proven.dhash}"


def main() -> int:
    """0 where nothing was found, 1 where something was."""
    parser = case_options(__doc__)
    parser.add_argument("--cases", type=int, help="so many, however long it takes")
    parser.add_argument("--save", type=Path, help="with --only: write its bytes to this file, and do not read it")
    parser.add_argument("--no-real", dest="real", action="store_false", help="leave the shared photographs out")
    options = parser.parse_args()
    if options.save:
        random = Random(f"{options.seed} {options.only}")  # noqa: S311 (the same)
        options.save.write_bytes(odd_photo(random, good_photos(real=options.real)))
        return 0
    counts, found = asyncio.run(fuzz(options.seed, numbers_of(options), real=options.real))
    print(f"{counts.total()} photos: " + ", ".join(f"{what} {number}" for what, number in counts.most_common()))
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
