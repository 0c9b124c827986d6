"""What is laid on a body: door gaps and handles, arches, grille, lamps, plate, mirrors, the load bed of a pickup.

Places on the body are shares, as in car_shape.py: across, up.
"""

from functools import partial
from itertools import pairwise

import numpy as np

from forecourt.demo.camera import Finish, grid_of
from forecourt.demo.car_shape import Floats, Shape
from forecourt.demo.look import Rgb, mix
from forecourt.demo.plate import paste_plate
from forecourt.demo.scene import DARK, Scene

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)
PLASTIC: Rgb = (39, 41, 44)
SHORTEST_DOOR = 0.5  # metres; what is shorter is a panel without a handle
NOSE = 1


def draw_flank(scene: Scene, side: int) -> None:
    """Everything on the left (1) or the right (-1)."""
    shape, paint = scene.shape, scene.look.paint
    gap, on_side = mix(paint, BLACK, 0.62), partial(shape.tub_side, side=side)
    trim = 0.15 if shape.cladding else 0.055
    xs = np.linspace(-shape.length / 2, shape.length / 2, 40)
    lower, upper = on_side(xs, np.zeros_like(xs)), on_side(xs[::-1], np.full_like(xs, trim))
    scene.fill(np.concatenate([lower, upper]), PLASTIC)
    doors = sorted(shape.doors)
    for door in doors:
        up = np.linspace(trim, 0.99, 12)
        scene.stroke(on_side(np.full_like(up, door), up), gap, 0.012)
    along = np.linspace(doors[0], doors[-1], 12)
    scene.stroke(on_side(along, np.full_like(along, trim + 0.03)), gap, 0.010)
    scene.stroke(on_side(xs[2:-2], np.full_like(xs[2:-2], 0.74)), mix(paint, WHITE, 0.22), 0.008)
    for rear, front in pairwise(doors):
        if front - rear > SHORTEST_DOOR:
            x, up = np.array([0.06, 0.25, 0.25, 0.06]) + rear, np.array([0.84, 0.84, 0.79, 0.79])
            scene.fill(on_side(x, up), mix(paint, WHITE, 0.32))
    for axle in shape.axles:
        if shape.cladding:
            scene.fill(_arch(shape, axle, side, shape.wheel_radius * 1.30), PLASTIC)
        scene.fill(_arch(shape, axle, side, shape.wheel_radius * 1.15), (10, 11, 12))


def draw_end(scene: Scene, end: int) -> None:
    """Everything on the nose (1) or the tail (-1) but the lamps."""
    shape, on_end = scene.shape, partial(scene.shape.tub_end, end=end)
    trim = 0.17 if shape.cladding else 0.10
    dark = Finish(DARK, 0.35, scene.sky, scene.ground)
    valance = grid_of(on_end, np.linspace(-1, 1, 19), np.linspace(0.0, trim, 4))
    scene.cover([scene.camera.quads(valance, dark, inside=np.array([0.0, 0.0, 0.6]))])
    if end == NOSE:
        scene.fill(on_end(*_band(0.5, 0.50, 0.80)), (20, 22, 24))
        for bar in (0.545, 0.615, 0.685, 0.755):
            scene.fill(on_end(*_band(0.47, bar, bar + 0.018)), (92, 96, 100))
        scene.fill(on_end(*_band(0.07, 0.60, 0.72)), (196, 200, 205))
        scene.fill(on_end(*_band(0.72, 0.22, 0.36)), (26, 28, 31))
    else:
        across = np.linspace(-0.8, 0.8, 20)
        scene.stroke(on_end(across, np.full_like(across, 0.40)), mix(scene.look.paint, BLACK, 0.6), 0.012)
        scene.fill(on_end(*_band(0.13, 0.86, 0.90)), (200, 203, 207))
    _plate(scene, end)


def draw_lamp(scene: Scene, side: int, end: int) -> None:
    """Round the corner: one half on the end, one on the side."""
    shape, half = scene.shape, scene.shape.length / 2
    outer: Rgb = (222, 230, 236) if end == NOSE else (148, 16, 22)
    inner: Rgb = (250, 252, 255) if end == NOSE else (226, 46, 44)
    low, high = (0.62, 0.82) if end == NOSE else (0.60, 0.86)
    edge, back = (0.60, 0.22) if end == NOSE else (0.66, 0.20)
    if scene.shows_side(side):
        x = end * np.concatenate([np.linspace(half - back, half, 8), np.linspace(half, half - back * 0.7, 8)])
        up = np.concatenate([np.linspace(low + 0.10, low, 8), np.linspace(high, high - 0.01, 8)])
        scene.fill(shape.tub_side(x, up, side), outer)
    if not scene.shows_end(end):
        return
    for from_across, to_across, from_up, to_up, colour in (
        (edge - 0.03, 1.0, low - 0.02, high + 0.02, (20, 22, 25)),
        (edge, 1.0, low, high, outer),
        (edge + 0.06, 0.84, low + 0.05, high - 0.05, inner),
    ):
        out, back_in = np.linspace(from_across, to_across, 10), np.linspace(to_across, from_across + 0.04, 10)
        up = np.concatenate([np.linspace(from_up + 0.03, from_up, 10), np.linspace(to_up, to_up - 0.03, 10)])
        scene.fill(shape.tub_end(side * np.concatenate([out, back_in]), up, end), colour)


def draw_mirror(scene: Scene, side: int) -> None:
    """At the foot of the windscreen."""
    shape = scene.shape
    x = np.array(shape.side_windows[-1][1] - 0.16)
    y, z = shape.half_width(x) * 0.945 + 0.10, shape.deck_height(x) + 0.10
    turn = np.linspace(0, 2 * np.pi, 24)
    for shift, colour in ((-0.03, DARK), (0.03, scene.look.paint)):
        outline = [x + shift + 0.06 * np.cos(turn), side * (y + 0.10 * np.cos(turn)), z + 0.075 * np.sin(turn)]
        scene.fill(np.stack(outline, axis=-1), mix(colour, BLACK, 0.12))


def draw_load_bed(scene: Scene) -> None:
    """Of a pickup; nothing on other cars."""
    if scene.shape.load_bed:
        rear, front = scene.shape.load_bed
        xs = np.concatenate([np.linspace(rear, front, 10), np.linspace(front, rear, 10)])
        across = np.repeat([-0.9, 0.9], 10)
        scene.fill(scene.shape.tub_deck(xs, across), mix(scene.look.paint, BLACK, 0.75))


def _plate(scene: Scene, end: int) -> None:
    low, high = (0.33, 0.49) if end == NOSE else (0.52, 0.68)
    wide = {"us": 0.17, "de": 0.29, "gb": 0.29}[scene.look.plate_country]
    across = np.array([-wide, wide, wide, -wide]) * end
    corners = scene.shape.tub_end(across, np.array([high, high, low, low]), end)
    corners[:, 0] += end * 0.02
    pixels, _ = scene.camera.project(corners)
    paste_plate(scene.image, scene.look.plate, scene.look.plate_country, pixels, front=end == NOSE)


def _band(half: float, low: float, high: float) -> tuple[Floats, Floats]:
    """Around the middle of an end, bent as it is."""
    across = np.linspace(-half, half, 12)
    return np.concatenate([across, across[::-1]]), np.repeat([low, high], 12)


def _arch(shape: Shape, axle: float, side: int, radius: float) -> Floats:
    turn = np.linspace(-0.2, np.pi + 0.2, 40)
    x, z = axle + radius * np.cos(turn), shape.wheel_radius + radius * np.sin(turn)
    low, high = shape.sill_height(x), shape.deck_height(x)
    return shape.tub_side(x, np.clip((z - low) / (high - low), 0, 1), side)
