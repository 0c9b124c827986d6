"""Two short texts about how a photo looks: the blur shown while it loads, and a hash that equal pictures share.

Pure. Both read a small upright RGBA picture: the reduced decode, not the file.
"""

import base64
import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_BLUR_PX: Final = 100  # what the reference implementation takes at most; more would be seven waves all the same
_NOISE: Final = 1e-9
_WHITE: Final = 255
_FINEST: Final = 7  # waves across or down

Planes = NDArray[np.float64]


def thumbhash(picture: Image.Image) -> str:
    """About 25 bytes, in base64, from which a browser draws a blurred likeness with its colours and transparency.

    Source: Evan Wallace's reference implementation of ThumbHash, `rgbaToThumbHash`; byte for byte its format. A sum of
    cosines is linear: red, green and blue are summed by matrix products, and mixed afterwards.
    """
    colours, alpha = _planes(picture)
    height, width, _ = colours.shape
    has_alpha = alpha is not None
    finest = 5 if has_alpha else _FINEST
    across = max(1, _round(finest * width / max(width, height)))
    down = max(1, _round(finest * height / max(width, height)))
    red, green, blue = _spectra(colours)
    light = _Waves((red + green + blue) / 3, max(3, across), max(3, down))
    yellow = _Waves((red + green) / 2 - blue, 3, 3)
    crimson = _Waves(red - green, 3, 3)
    opacity = None if alpha is None else _Waves(_spectra(alpha)[0], 5, 5)

    is_landscape = width > height
    first = (
        _round(63 * light.mean)
        | _round(31.5 + 31.5 * yellow.mean) << 6
        | _round(31.5 + 31.5 * crimson.mean) << 12
        | _round(31 * light.scale) << 18
        | has_alpha << 23
    )
    second = (
        (down if is_landscape else across)
        | _round(63 * yellow.scale) << 3
        | _round(63 * crimson.scale) << 9
        | is_landscape << 15
    )
    head = first.to_bytes(3, "little") + second.to_bytes(2, "little")
    if opacity:
        head += bytes([_round(15 * opacity.mean) | _round(15 * opacity.scale) << 4])
    channels = [light, yellow, crimson, *([opacity] if opacity else [])]
    nibbles = [int(15 * wave + 0.5) for channel in channels for wave in channel.waves]
    nibbles += [0] * (len(nibbles) % 2)
    tail = bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return base64.b64encode(head + tail).decode("ascii")


def dhash(picture: Image.Image) -> str:
    """64 bits as 16 hex digits: for 8 rows of 9 grey cells, whether each is darker than its right neighbour.

    Pictures that differ in a few bits look alike: the same photo in another size, or with another compression.
    Transparency counts as white, as on our pages. Source: Neal Krawetz, "Kind of Like That" (2013).
    """
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    grey = picture.convert("L").resize((9, 8), Image.Resampling.BOX)
    cells = np.asarray(grey, dtype=np.int16)
    return np.packbits(cells[:, 1:] > cells[:, :-1]).tobytes().hex()


class _Waves:
    """A spectrum as its mean, its largest wave, and the waves as parts of that, from 0 to 1."""

    def __init__(self, spectrum: Planes, across: int, down: int) -> None:
        waves: list[float] = spectrum.ravel().tolist()
        kept = [waves[place] for place in _places(across, down)]
        self.mean = waves[0]
        self.scale = max(*kept, -min(kept))
        # In a plane without waves the largest is rounding noise; it is written as 0, and noise must not fill the rest.
        self.waves = [0.5 + 0.5 * wave / self.scale if self.scale > _NOISE else 0.0 for wave in kept]


def _planes(picture: Image.Image) -> tuple[Planes, Planes | None]:
    """Red, green and blue, from 0 to 255; and their alpha, unless all of it is opaque.

    What shows through is as dark as the average of what does not.
    """
    small = picture.reduce(-(-max(picture.size) // _BLUR_PX))
    pixels = np.asarray(small.convert("RGBA" if small.has_transparency_data else "RGB")).astype(np.float64)
    colours, alpha = pixels[..., :3], pixels[..., 3:]
    if not alpha.size or alpha.min() == _WHITE:
        return colours, None
    colours = colours * (alpha / _WHITE)
    average = colours.sum(axis=(0, 1)) * _WHITE / (alpha.sum() or 1)
    return average * (1 - alpha / _WHITE) + colours, alpha


def _spectra(planes: Planes) -> Planes:
    """Of each plane the mean of its product with each wave, down and across, from 0 to 1."""
    height, width, count = planes.shape
    down = (_cosines(height) @ planes.reshape(height, width * count)).reshape(_FINEST, width, count)
    means: Planes = down.transpose(2, 0, 1) @ _cosines(width).T / (width * height * _WHITE)
    return means


@lru_cache(maxsize=2 * _BLUR_PX)
def _cosines(length: int) -> Planes:
    waves: Planes = np.cos(np.pi / length * np.outer(np.arange(_FINEST), np.arange(length) + 0.5))
    return waves


@lru_cache(maxsize=_FINEST**2)
def _places(across: int, down: int) -> list[int]:
    """Of those that are kept, in a spectrum row by row: the coarser ones, but for the mean."""
    coarse = (_FINEST * y + x for y in range(down) for x in range(across) if x * down < across * (down - y))
    return list(coarse)[1:]


def _round(value: float) -> int:
    """JavaScript's Math.round: halves go up."""
    return math.floor(value + 0.5)
