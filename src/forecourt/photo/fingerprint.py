"""Two short texts about how a photo looks: the blur shown while it loads, and a hash that equal pictures share.

Pure. Both read a small upright RGBA picture: the reduced decode, not the file.
"""

import base64
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_BLUR_PX: Final = 100  # the most that the reference implementation takes
_NOISE: Final = 1e-9

Plane = NDArray[np.float64]


def thumbhash(picture: Image.Image) -> str:
    """About 25 bytes, in base64, from which a browser draws a blurred likeness with its colours and transparency.

    Source: Evan Wallace's reference implementation of ThumbHash, `rgbaToThumbHash`; byte for byte its format. The
    cosines are summed by two matrix products: 0.8 ms a photo, where its loops take 26 in Python.
    """
    small = picture.convert("RGBA")
    small.thumbnail((_BLUR_PX, _BLUR_PX), Image.Resampling.BOX)
    rgba = np.asarray(small, dtype=np.float64) / 255
    height, width, _ = rgba.shape
    alpha = rgba[..., 3]
    total_alpha = alpha.sum()
    colours = rgba[..., :3] * alpha[..., None]
    average = colours.sum(axis=(0, 1)) / total_alpha if total_alpha else np.zeros(3)
    red, green, blue = np.moveaxis(average * (1 - alpha[..., None]) + colours, 2, 0)

    has_alpha = bool(total_alpha < width * height)
    finest = 5 if has_alpha else 7
    across = max(1, _round(finest * width / max(width, height)))
    down = max(1, _round(finest * height / max(width, height)))
    light = _Waves((red + green + blue) / 3, max(3, across), max(3, down))
    yellow = _Waves((red + green) / 2 - blue, 3, 3)
    crimson = _Waves(red - green, 3, 3)
    opacity = _Waves(alpha, 5, 5) if has_alpha else None

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
    nibbles = [_round(15 * wave) for channel in channels for wave in channel.waves]
    nibbles += [0] * (len(nibbles) % 2)
    tail = bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return base64.b64encode(head + tail).decode("ascii")


def dhash(picture: Image.Image) -> str:
    """64 bits as 16 hex digits: for 8 rows of 9 grey cells, whether each is darker than its right neighbour.

    Pictures that differ in a few bits look alike: the same photo in another size, or with another compression.
    Transparency counts as white, as on our pages. Source: Neal Krawetz, "Kind of Like That" (2013).
    """
    rgba = picture.convert("RGBA")
    page = Image.new("RGBA", rgba.size, "white")
    grey = Image.alpha_composite(page, rgba).convert("L").resize((9, 8), Image.Resampling.BOX)
    cells = np.asarray(grey, dtype=np.int16)
    return np.packbits(cells[:, 1:] > cells[:, :-1]).tobytes().hex()


class _Waves:
    """A plane as a sum of cosines: its mean, its largest wave, and the waves as parts of that, from 0 to 1."""

    def __init__(self, plane: Plane, across: int, down: int) -> None:
        height, width = plane.shape
        waves = (_cosines(down, height) @ plane @ _cosines(across, width).T) / (width * height)
        kept = [
            float(waves[y, x])
            for y in range(down)
            for x in range(across)
            if (x or y) and x * down < across * (down - y)
        ]
        self.mean = float(waves[0, 0])
        self.scale = max(map(abs, kept))
        # In a plane without waves the largest is rounding noise; it is written as 0, and noise must not fill the rest.
        self.waves = [0.5 + 0.5 * wave / self.scale if self.scale > _NOISE else 0.0 for wave in kept]


def _cosines(count: int, length: int) -> Plane:
    return np.cos(np.pi / length * np.outer(np.arange(count), np.arange(length) + 0.5))


def _round(value: float) -> int:
    """JavaScript's Math.round: halves go up."""
    return math.floor(value + 0.5)
