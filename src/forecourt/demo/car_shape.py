"""The bodies of seven kinds of car, as surfaces in metres: x forward, y to the left, z up, the ground at z = 0.

A body is a tub (sides, deck, front and rear end) with a cabin on it (sides, top). Each surface is a function of two
numbers, so that lamps, windows and door gaps can be laid on it exactly. Arrays in, arrays of points out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecourt.demo.look import Body

Floats = NDArray[np.float64]
Outline = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Shape:
    """Lengths in metres.

    Args:
        deck: Upper edge of the tub from tail to nose, as (x, z): boot lid, waistline, bonnet.
        roof: The cabin's outline from its rear foot to the foot of the windscreen, as (x, z); the feet lie on the deck.
        side_windows: From and to (x), rear to front; a gap between two is a pillar.
        lean: How far the cabin leans inward, metres per metre of height.
        doors: Where the gaps are (x).
    """

    length: float
    width: float
    wheel_radius: float
    axles: tuple[float, float]
    sill: float
    deck: Outline
    roof: Outline
    side_windows: Outline
    doors: tuple[float, ...]
    lean: float = 0.36
    taper: float = 0.17
    bow: float = 0.16
    cladding: bool = False
    load_bed: tuple[float, float] | None = None

    def half_width(self, x: Floats) -> Floats:
        """Of the tub, at its widest height."""
        along = np.minimum(np.abs(x) / (self.length / 2), 1.0)
        return self.width / 2 * (1 - self.taper * along**5)

    def deck_height(self, x: Floats) -> Floats:
        """The upper edge of the tub."""
        return _smooth(self.deck, x)

    def sill_height(self, x: Floats) -> Floats:
        """A little higher at both ends, as bumpers are."""
        return self.sill + 0.03 * (np.abs(x) / (self.length / 2)) ** 6

    def tub_side(self, x: Floats, up: Floats, side: int) -> Floats:
        """`up` is 0 at the sill and 1 at the deck; `side` 1 is the left."""
        low, high = self.sill_height(x), self.deck_height(x)
        return np.stack([x, side * self.half_width(x) * _section(up), low + (high - low) * up], axis=-1)

    def tub_deck(self, x: Floats, across: Floats) -> Floats:
        """`across` is -1 at the right edge and 1 at the left one."""
        y = across * self.half_width(x) * _section(np.array(1.0))
        end = np.clip((np.abs(x) - self.length / 2 + 0.35) / 0.35, 0, 1)
        crown = 0.045 * (1 - across**2) * (1 - end * 0.4)
        forward = np.sign(x) * end * self._bulge(across, np.array(1.0))
        return np.stack([x + forward, y, self.deck_height(x) + crown], axis=-1)

    def tub_end(self, across: Floats, up: Floats, end: int) -> Floats:
        """The nose (`end` 1) or the tail (-1)."""
        x = np.full_like(across + up, end * self.length / 2)
        low, high = self.sill_height(x), self.deck_height(x)
        crown = 0.045 * (1 - across**2) * 0.6 * np.clip((up - 0.7) / 0.3, 0, 1)
        y = across * self.half_width(x) * _section(up)
        return np.stack([x + end * self._bulge(across, up), y, low + (high - low) * up + crown], axis=-1)

    def cabin_feet(self) -> tuple[float, float]:
        """Where the cabin begins and ends (x), rear first."""
        return self.roof[0][0], self.roof[-1][0]

    def cabin_height(self, x: Floats) -> Floats:
        """Above the deck, along the cabin's upper edge; a steep end falls to 0 at its foot."""
        rear, front = self.cabin_feet()
        height = np.maximum(_smooth(self.roof, x) - self.deck_height(x), 0.0)
        standing: Floats = np.where((x <= rear) | (x >= front), 0.0, height)
        return standing

    def cabin_side(self, x: Floats, up: Floats, side: int) -> Floats:
        """`up` is 0 at the deck and 1 at the roof."""
        height = self.cabin_height(x)
        rounding = 0.07 * (1 - np.sqrt(1 - np.clip((up - 0.82) / 0.18, 0, 1) ** 2))
        foot = self.half_width(x) * 0.945
        y = foot - height * up * self.lean - rounding * np.minimum(height / 0.3, 1)
        return np.stack([x, side * y, self.deck_height(x) + height * up], axis=-1)

    def cabin_top(self, x: Floats, across: Floats) -> Floats:
        """Windscreen, roof and rear window are one bent sheet."""
        edge = self.cabin_side(x, np.ones_like(x), 1)
        height = self.cabin_height(x)
        low = 1 - np.clip(height / (np.max(height) + 1e-9), 0, 1)
        middle = sum(self.cabin_feet()) / 2
        forward = np.where(x > middle, 0.16, -0.08) * low * (1 - across**2)
        crown = 0.05 * (1 - across**2) * np.minimum(height / 0.3, 1)
        return np.stack([x + forward, edge[..., 1] * across, edge[..., 2] + crown], axis=-1)

    def _bulge(self, across: Floats, up: Floats) -> Floats:
        profile = 0.07 * np.sin(np.clip(up * 1.12, 0, 1) * np.pi) ** 0.8
        result: Floats = self.bow * (1 - np.abs(across) ** 2.4) + profile * (1 - np.abs(across) ** 6)
        return result


def _section(up: Floats) -> Floats:
    """Half the width at a height, as a share of the widest: tucked in below, a shoulder above."""
    low = 0.09 * np.clip((0.42 - up) / 0.42, 0, 1) ** 2
    high = 0.03 * np.clip((up - 0.42) / 0.5, 0, 1) ** 2
    shoulder = 0.075 * (1 - np.sqrt(1 - np.clip((up - 0.84) / 0.16, 0, 1) ** 2))
    result: Floats = 1 - low - high - shoulder
    return result


def _smooth(outline: Outline, x: Floats) -> Floats:
    """The outline with its corners rounded over a hand's breadth."""
    xs, zs = np.array([p[0] for p in outline]), np.array([p[1] for p in outline])
    spread, weights = (-0.12, -0.06, 0.0, 0.06, 0.12), (0.12, 0.24, 0.28, 0.24, 0.12)
    total = np.zeros_like(x, dtype=np.float64)
    for offset, weight in zip(spread, weights, strict=True):
        total = total + weight * np.interp(x + offset, xs, zs)
    return total


SHAPES: dict[Body, Shape] = {
    "sedan": Shape(
        length=4.8, width=1.86, wheel_radius=0.34, axles=(-1.42, 1.43), sill=0.19,
        deck=((-2.4, 0.98), (-2.0, 1.03), (-1.3, 1.0), (0.9, 0.95), (1.7, 0.89), (2.2, 0.81), (2.4, 0.74)),
        roof=((-1.85, 1.02), (-1.1, 1.36), (-0.4, 1.46), (0.15, 1.43), (1.15, 0.91)),
        side_windows=((-1.28, -0.98), (-0.94, -0.16), (-0.08, 0.95)), doors=(-0.98, -0.1, 0.98),
    ),
    "coupe": Shape(
        length=4.55, width=1.9, wheel_radius=0.35, axles=(-1.3, 1.38), sill=0.16,
        deck=((-2.28, 0.93), (-1.9, 0.97), (-1.2, 0.93), (0.6, 0.88), (1.5, 0.82), (2.05, 0.74), (2.28, 0.66)),
        roof=((-2.0, 0.96), (-1.0, 1.22), (-0.35, 1.3), (0.05, 1.27), (0.95, 0.83)),
        side_windows=((-1.2, -0.55), (-0.45, 0.75)), doors=(-0.5, 0.85), lean=0.5, taper=0.2,
    ),
    "hatchback": Shape(
        length=4.15, width=1.79, wheel_radius=0.32, axles=(-1.24, 1.3), sill=0.18,
        deck=((-2.08, 0.93), (-1.2, 0.98), (0.9, 0.95), (1.5, 0.9), (1.9, 0.82), (2.08, 0.74)),
        roof=((-2.06, 0.94), (-1.78, 1.34), (-1.2, 1.46), (-0.3, 1.49), (0.2, 1.46), (1.15, 0.91)),
        side_windows=((-1.6, -1.16), (-1.06, -0.3), (-0.22, 0.98)), doors=(-1.1, -0.26, 0.98), taper=0.2,
    ),
    "estate": Shape(
        length=4.85, width=1.85, wheel_radius=0.34, axles=(-1.4, 1.43), sill=0.19,
        deck=((-2.42, 0.96), (-1.4, 1.0), (0.9, 0.95), (1.7, 0.9), (2.2, 0.82), (2.42, 0.75)),
        roof=((-2.38, 0.98), (-2.08, 1.38), (-1.3, 1.48), (-0.3, 1.49), (0.15, 1.46), (1.15, 0.92)),
        side_windows=((-2.0, -1.12), (-1.02, -0.2), (-0.12, 0.95)), doors=(-1.06, -0.16, 0.98), lean=0.32,
    ),
    "suv": Shape(
        length=4.7, width=1.93, wheel_radius=0.39, axles=(-1.38, 1.4), sill=0.28,
        deck=((-2.35, 1.1), (-1.4, 1.15), (0.9, 1.11), (1.7, 1.08), (2.15, 1.02), (2.35, 0.95)),
        roof=((-2.3, 1.12), (-2.02, 1.58), (-1.3, 1.71), (-0.3, 1.74), (0.2, 1.7), (1.1, 1.1)),
        side_windows=((-1.95, -1.16), (-1.06, -0.22), (-0.13, 0.92)), doors=(-1.1, -0.18, 0.96), lean=0.28,
        cladding=True,
    ),
    "pickup": Shape(
        length=5.6, width=2.0, wheel_radius=0.41, axles=(-1.75, 1.75), sill=0.35,
        deck=((-2.8, 1.2), (-0.9, 1.22), (0.9, 1.19), (1.3, 1.2), (2.3, 1.18), (2.6, 1.14), (2.8, 1.08)),
        roof=((-0.82, 1.21), (-0.66, 1.72), (-0.3, 1.84), (0.6, 1.86), (0.9, 1.82), (1.55, 1.2)),
        side_windows=((-0.55, 0.22), (0.31, 1.4)), doors=(-0.72, 0.26, 1.5), lean=0.24, taper=0.11, bow=0.1,
        cladding=True, load_bed=(-2.66, -0.95),
    ),
    "van": Shape(
        length=5.1, width=1.98, wheel_radius=0.35, axles=(-1.5, 1.65), sill=0.22,
        deck=((-2.55, 1.12), (0.9, 1.14), (1.75, 1.14), (2.25, 1.04), (2.55, 0.9)),
        roof=((-2.54, 1.12), (-2.44, 1.8), (-2.2, 1.95), (-1.0, 1.99), (0.6, 1.97), (0.95, 1.92), (1.95, 1.08)),
        side_windows=((-2.15, -1.0), (-0.9, 0.42), (0.52, 1.68)), doors=(-1.0, 0.46, 1.72), lean=0.14, taper=0.11,
        bow=0.14,
    ),
}  # fmt: skip
