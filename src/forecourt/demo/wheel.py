"""Wheels: rings of rubber and four kinds of rim, in any plane that a camera or a close-up gives."""

import numpy as np

from forecourt.demo.car_shape import Floats
from forecourt.demo.look import Rgb, Rims
from forecourt.demo.scene import Scene

SPOKES: dict[Rims, int] = {"five": 5, "ten": 10, "mesh": 14, "steel": 0}
SMALL = 0.2  # bolts and holes need fewer corners
DEEP = 0.035  # metres
BEHIND: Rgb = (34, 36, 39)  # what one sees between the spokes
RIM = 0.70  # of the tyre's radius
FACE = {"five": (196, 200, 205), "ten": (172, 176, 181), "mesh": (206, 208, 212), "steel": (150, 154, 158)}


def tyre_ring(x: float, y: float, radius: float) -> Floats:
    """A circle in the plane of the wheel, standing on the ground, in metres."""
    return _stand(_circle(1.0), x, y, radius)


def draw_wheel(scene: Scene, x: float, y: float, side: int) -> None:
    """The outer face of a wheel at (x, y)."""
    for outline, colour in wheel_parts(scene.look.rims):
        sunk = y - side * (DEEP if colour == BEHIND else 0.0)
        scene.fill(_stand(outline, x, sunk, scene.shape.wheel_radius), colour)


def wheel_parts(rims: Rims) -> list[tuple[Floats, Rgb]]:
    """Outlines in units of the tyre's radius, in the order of painting."""
    face = FACE[rims]
    shade: Rgb = (face[0] - 46, face[1] - 46, face[2] - 46)
    parts: list[tuple[Floats, Rgb]] = [
        (_circle(1.0), (30, 31, 33)),
        (_circle(0.93), (38, 39, 42)),
        (_circle(0.80), (29, 30, 32)),
        (_circle(RIM + 0.02), face),
        (_circle(RIM - 0.035), BEHIND),
        (_circle(0.40), (70, 73, 77)),
        (_circle(0.37), (92, 95, 99)),
    ]
    if rims == "steel":
        parts += [(_circle(0.60), shade), (_circle(0.55), face), (_circle(0.3), shade)]
        parts += [(_circle(0.055, 0.43, step * np.pi / 4), (44, 46, 49)) for step in range(8)]
    for step in range(SPOKES[rims]):
        angle = 2 * np.pi * step / SPOKES[rims] + np.pi / 2
        parts += _spoke(rims, angle, face, shade)
    parts += [(_circle(0.15), face), (_circle(0.10), shade), (_circle(0.075), (48, 51, 55))]
    parts += [(_circle(0.02, 0.125, step * 2 * np.pi / 5), (60, 62, 66)) for step in range(5)]
    return parts


def _spoke(rims: Rims, angle: float, face: Rgb, shade: Rgb) -> list[tuple[Floats, Rgb]]:
    inner, outer = {"five": (0.11, 0.12), "ten": (0.05, 0.055), "mesh": (0.03, 0.03)}.get(rims, (0.05, 0.05))
    lean = 0.17 if rims == "mesh" else 0.0
    end = RIM + 0.01
    if rims == "mesh":
        return [(_bar(angle, inner, outer, end, turn), face if turn > 0 else shade) for turn in (-lean, lean)]
    return [(_bar(angle, inner, outer, end, 0.0), shade), (_bar(angle, inner * 0.62, outer * 0.55, end, 0.0), face)]


def _bar(angle: float, inner: float, outer: float, end: float, turn: float) -> Floats:
    along = np.array([0.06, end, end, 0.06])
    width = np.array([inner, outer, -outer, -inner])
    far = np.array([0.0, turn, turn, 0.0])
    x = along * np.cos(angle + far) - width * np.sin(angle + far)
    z = along * np.sin(angle + far) + width * np.cos(angle + far)
    return np.stack([x, z], axis=-1)


def _circle(radius: float, out: float = 0.0, angle: float = 0.0) -> Floats:
    turn = np.linspace(0, 2 * np.pi, 48 if radius > SMALL else 16, endpoint=False)
    return np.stack([out * np.cos(angle) + radius * np.cos(turn), out * np.sin(angle) + radius * np.sin(turn)], axis=-1)


def _stand(outline: Floats, x: float, y: float, radius: float) -> Floats:
    flat = outline * radius
    return np.stack([x + flat[:, 0], np.full(len(flat), y), radius + flat[:, 1]], axis=-1)
