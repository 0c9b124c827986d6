"""Photos made from a seed, each with bytes of its own; as large, and as dear to decode, as those of a camera.

They are kept under .cache/bench, for the next run: thousands take a minute or two to make.
"""

import os
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

_SHAPE_PX = 40
_QUALITY = 80


@dataclass(frozen=True)
class Kind:
    """What one set of photos looks like.

    Args:
        grain: The noise of the sensor, in steps of brightness: it is what makes a file large.
    """

    width: int
    height: int
    grain: float = 8.0

    @property
    def name(self) -> str:
        """For a folder."""
        return f"{self.width}x{self.height}-{self.grain:g}"


LISTING = Kind(1200, 900)  # about 190 KB
LARGE = Kind(4000, 3000, 11.0)  # about 3 MB


def make_photos(cache_folder: Path, kind: Kind, count: int) -> list[Path]:
    """So many of them; those that were made before are taken as they are."""
    folder = cache_folder / "photos" / kind.name
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}.jpg" for number in range(count)]
    missing = [(kind, number, path) for number, path in enumerate(paths) if not path.exists()]
    if missing:
        with get_context("spawn").Pool() as pool:
            pool.starmap(_make, missing, chunksize=20)
    return paths


def _make(kind: Kind, number: int, path: Path) -> None:
    random = np.random.default_rng(number)
    small = random.integers(0, 256, (kind.height // _SHAPE_PX + 2, kind.width // _SHAPE_PX + 2, 3), dtype=np.uint8)
    shapes = np.asarray(Image.fromarray(small).resize((kind.width, kind.height), Image.Resampling.BICUBIC))
    noise = _noise(kind.width, kind.height)
    left, top = (int(random.integers(0, spare)) for spare in (_SPARE_PX, _SPARE_PX))
    grain = noise[top : top + kind.height, left : left + kind.width]
    pixels = (shapes + kind.grain * grain).clip(0, 255).astype(np.uint8)
    half = path.with_suffix(f".{os.getpid()}.tmp")
    half.write_bytes(simplejpeg.encode_jpeg(pixels, quality=_QUALITY, colorsubsampling="420"))
    half.replace(path)


_SPARE_PX = 400


@cache
def _noise(width: int, height: int) -> NDArray[np.float32]:
    """One field for all, of which each photo shows another part: noise is dear to make."""
    random = np.random.default_rng(0)
    return random.standard_normal((height + _SPARE_PX, width + _SPARE_PX, 3), dtype=np.float32)
