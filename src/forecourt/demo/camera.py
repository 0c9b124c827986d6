"""From metres to pixels, and from surfaces to shaded quads."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from forecourt.demo.car_shape import Floats
from forecourt.demo.look import Rgb

NO_AREA = 1e-9  # square metres

Surface = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Finish:
    """How a surface answers light.

    Args:
        gloss: 0 for rubber, 1 for a mirror.
        sky: What it mirrors above; `ground` below.
        spark: Of the lamp in it, 0 to 255.
    """

    colour: Rgb
    gloss: float
    sky: Rgb
    ground: Rgb
    spark: float = 160


@dataclass(frozen=True)
class Quads:
    """Visible faces: corners in pixels (n by 8), distances in metres (n), colours (n by 3)."""

    corners: Floats
    distances: Floats
    colours: Floats


class Camera:
    """A pinhole looking at `target` from a compass direction; 0 degrees is in front of the car, 90 its left side."""

    def __init__(
        self,
        *,
        turn_degrees: float,
        height: float,
        distance: float,
        target: tuple[float, float, float],
        size: tuple[int, int],
        zoom: float,
        middle: tuple[float, float] = (0.5, 0.53),
    ) -> None:
        turn = radians(turn_degrees)
        aim = np.array(target)
        self.eye = np.array([aim[0] + cos(turn) * distance, aim[1] + sin(turn) * distance, height])
        forward = (aim - self.eye) / np.linalg.norm(aim - self.eye)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        self._axes = np.stack([right, -np.cross(right, forward), forward])
        self.distance = distance
        self._middle = np.array([size[0] * middle[0], size[1] * middle[1]])
        self._scale = zoom * size[0] * distance
        self.horizon_px = float(self._middle[1] + self._scale * forward[2] / np.hypot(forward[0], forward[1]))
        light = forward * -0.35 + right * -0.45 + np.array([0.0, 0.0, 0.95])
        self._light = light / np.linalg.norm(light)

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Points (last axis: x, y, z) as pixels (last axis: x, y), and their distances."""
        seen = (points - self.eye) @ self._axes.T
        depth = np.maximum(seen[..., 2], 0.05)
        return seen[..., :2] / depth[..., None] * self._scale + self._middle, depth

    def pixels_per_metre(self) -> float:
        """At the target."""
        return self._scale / self.distance

    def ground_outline(self, half_length: float, half_width: float) -> list[tuple[float, float]]:
        """A rounded footprint around the origin, in pixels."""
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        x = half_length * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.4
        y = half_width * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.4
        pixels, _ = self.project(np.stack([x, y, np.zeros_like(x)], axis=-1))
        return [(float(a), float(b)) for a, b in pixels]

    def faces(self, normal: tuple[float, float, float], at: tuple[float, float, float]) -> bool:
        """Whether the camera is on the side that the normal points to."""
        return float(np.dot(np.array(normal), self.eye - np.array(at))) > 0

    def quads(self, grid: Floats, finish: Finish, *, inside: Floats) -> Quads:
        """The visible faces of a grid of points (rows by columns by 3); `inside` is a point behind them."""
        middle = (grid[:-1, :-1] + grid[1:, 1:] + grid[:-1, 1:] + grid[1:, :-1]) / 4
        normal = np.cross(grid[1:, 1:] - grid[:-1, :-1], grid[:-1, 1:] - grid[1:, :-1])
        length = np.linalg.norm(normal, axis=-1, keepdims=True)
        normal = normal / np.maximum(length, 1e-12)
        normal = normal * np.sign(np.sum(normal * (middle - inside), axis=-1, keepdims=True))
        view = self.eye - middle
        distance = np.linalg.norm(view, axis=-1)
        view /= distance[..., None]
        cosine = np.sum(normal * view, axis=-1)
        seen = (cosine > 0.0) & (length[..., 0] > NO_AREA)
        pixels, _ = self.project(grid)
        corners = np.concatenate([pixels[:-1, :-1], pixels[:-1, 1:], pixels[1:, 1:], pixels[1:, :-1]], axis=-1)
        return Quads(corners[seen], distance[seen], self._shade(normal[seen], view[seen], cosine[seen], finish))

    def _shade(self, normal: Floats, view: Floats, cosine: Floats, finish: Finish) -> Floats:
        """Paint under a clear coat: diffuse light, a mirrored sky with a soft horizon, one highlight."""
        colour, sky, ground = (np.array(c, dtype=np.float64) for c in (finish.colour, finish.sky, finish.ground))
        diffuse = 0.48 + 0.62 * np.clip(normal @ self._light, 0, 1) + 0.10 * np.clip(normal[:, 2], -1, 1)
        mirrored = 2 * cosine[:, None] * normal - view
        above = np.clip((mirrored[:, 2] + 0.04) / 0.22, 0, 1)[:, None]
        bright = np.clip(1 - np.abs(mirrored[:, 2] - 0.22) * 1.4, 0, 1)[:, None]
        around = ground * (1 - above) + (sky * (0.72 + 0.28 * bright)) * above
        fresnel = finish.gloss * (0.14 + 0.75 * (1 - cosine[:, None]) ** 3)
        highlight = finish.spark * np.clip(mirrored @ self._light, 0, 1)[:, None] ** 34
        lit: Floats = colour * diffuse[:, None] * (1 - fresnel) + around * fresnel + highlight
        return np.clip(lit, 0, 255)


def grid_of(surface: Surface, first: Floats, second: Floats) -> Floats:
    """A surface evaluated at all pairs of two ranges."""
    one, two = np.meshgrid(first, second, indexing="ij")
    return surface(one, two)
