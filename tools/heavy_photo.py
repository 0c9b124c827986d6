"""What a photo of 50 megapixels takes in the confined children, and what its neighbours notice of it."""

import asyncio
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from photo_made import encoded, picture
from PIL import Image
from running_program import children

from forecourt.photo.verify import Verifier, decoding_pool

PIXELS = (8660, 5773)
OTHERS = 40
HEAVY: Mapping[str, Callable[[Image.Image], bytes]] = {
    "JPEG": partial(encoded, kind="JPEG", quality=85),
    "JPEG, progressive": partial(encoded, kind="JPEG", quality=85, progressive=True),
    "PNG": partial(encoded, kind="PNG", compress_level=1),
    "WebP": partial(encoded, kind="WEBP", quality=80, method=0),
}


@dataclass(frozen=True)
class Taken:
    """Wall clock and resident memory.

    Attributes:
        peak_bytes: Of the largest child, all of it.
        slowest_other_seconds: From asking to answer, of the small photos that were asked about at the same time.
    """

    size_bytes: int
    alone_seconds: float
    seconds: float
    peak_bytes: int
    slowest_other_seconds: float


async def decode_among_others(kind: str) -> Taken:
    """Verify it alone, and then with many others, in two children."""
    with tempfile.TemporaryDirectory() as folder:
        large = _kept(Path(folder), HEAVY[kind](_large()))
        small = _kept(Path(folder), encoded(picture(1600, 1200), quality=85))
        async with decoding_pool(processes=2) as pool:
            verifier = Verifier(pool, max_pixels=PIXELS[0] * PIXELS[1])
            await asyncio.gather(*[_verify(verifier, small) for _ in range(2)])  # the children have started
            alone = await _verify(verifier, large)
            heavy, *others = await asyncio.gather(
                _verify(verifier, large), *[_verify(verifier, small) for _ in range(OTHERS)]
            )
            peak = max(_peak_bytes(child) for child in children(os.getpid()))
        return Taken(large.stat().st_size, alone, heavy, peak, max(others))


def _large() -> Image.Image:
    """A small picture many times over: it is quick to make and slow to decode."""
    tile, large = picture(1443, 962), Image.new("RGB", PIXELS)
    for left in range(0, PIXELS[0], tile.width):
        for top in range(0, PIXELS[1], tile.height):
            large.paste(tile, (left, top))
    return large


def _kept(folder: Path, data: bytes) -> Path:
    path = folder / hashlib.sha256(data).hexdigest()
    path.write_bytes(data)
    return path


async def _verify(verifier: Verifier, path: Path) -> float:
    """Seconds; anything but a good photo raises."""
    begun = time.monotonic()
    await verifier.verify(path, sha256=path.name, size=1)
    return time.monotonic() - begun


def _peak_bytes(process_id: int) -> int:
    """0 of one that has ended: `ps`, which lists them, is a child itself."""
    try:
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0
