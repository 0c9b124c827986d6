"""Flat shapes in units of a picture 1200 wide and 900 high, whatever its real size."""

from math import cos, radians, sin

import numpy as np
from PIL import Image, ImageDraw

from forecourt.demo.look import Rgb
from forecourt.demo.plate import typeface

Points = list[tuple[float, float]]
UNITS = (1200, 900)


class Pen:
    """Draws onto one image."""

    def __init__(self, size: tuple[int, int], above: Rgb, below: Rgb) -> None:
        """Begin with a soft gradient from the upper to the lower edge."""
        share = np.linspace(0, 1, size[1])[:, None]
        rows = (np.array(above) * (1 - share) + np.array(below) * share).astype(np.uint8)
        self.image = Image.fromarray(np.repeat(rows[:, None, :], size[0], axis=1))
        self.draw = ImageDraw.Draw(self.image)
        self.scale = size[0] / UNITS[0]

    def polygon(self, points: Points, colour: Rgb) -> None:
        """Straight from point to point."""
        self.draw.polygon([(x * self.scale, y * self.scale) for x, y in points], fill=colour)

    def blob(self, points: Points, colour: Rgb) -> None:
        """A closed curve through all points."""
        self.polygon(_closed_curve(points), colour)

    def box(self, box: tuple[float, float, float, float], colour: Rgb, *, round_by: float = 0) -> None:
        """Left, upper, right, lower."""
        scaled = tuple(value * self.scale for value in box)
        self.draw.rounded_rectangle(scaled, radius=round_by * self.scale, fill=colour)

    def disc(self, middle: tuple[float, float], radius: float, colour: Rgb, *, flat: float = 1.0) -> None:
        """A circle; `flat` is its height by its width."""
        x, y, s = *middle, self.scale
        self.draw.ellipse(
            ((x - radius) * s, (y - radius * flat) * s, (x + radius) * s, (y + radius * flat) * s), colour
        )

    def line(self, points: Points, colour: Rgb, width: float) -> None:
        """Through all points."""
        scaled = [(x * self.scale, y * self.scale) for x, y in points]
        self.draw.line(scaled, fill=colour, width=max(1, round(width * self.scale)), joint="curve")

    def text(self, middle: tuple[float, float], text: str, colour: Rgb, height: float) -> None:
        """One line, around its middle."""
        face = typeface(round(height * self.scale))
        self.draw.text((middle[0] * self.scale, middle[1] * self.scale), text, font=face, fill=colour, anchor="mm")

    def ticks(
        self, middle: tuple[float, float], radii: tuple[float, float], degrees: list[float], colour: Rgb, width: float
    ) -> None:
        """Short lines around a dial; 0 degrees is to the right, clockwise."""
        for turn in degrees:
            x, y = cos(radians(turn)), sin(radians(turn))
            ends = [(middle[0] + x * radius, middle[1] + y * radius) for radius in radii]
            self.line(ends, colour, width)


def _closed_curve(points: Points) -> Points:
    """Catmull-Rom, eight steps between two points."""
    knots = np.array(points)
    before, after, beyond = np.roll(knots, 1, axis=0), np.roll(knots, -1, axis=0), np.roll(knots, -2, axis=0)
    t = np.linspace(0, 1, 8, endpoint=False)[None, :, None]
    p0, p1, p2, p3 = (part[:, None, :] for part in (before, knots, after, beyond))
    curve = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    return [(float(x), float(y)) for x, y in curve.reshape(-1, 2)]
