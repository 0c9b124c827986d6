"""A car from outside, from any side: its body lit and projected, with everything that is laid on it."""

from functools import partial

import numpy as np

from forecourt.demo.camera import Finish, Quads, grid_of
from forecourt.demo.car_shape import Floats, Shape
from forecourt.demo.fittings import draw_end, draw_flank, draw_lamp, draw_load_bed, draw_mirror
from forecourt.demo.scene import DARK, ENDS, SIDES, Scene
from forecourt.demo.wheel import draw_wheel, tyre_ring

GLAZED = (0.10, 0.84)  # from and to, as shares of the cabin's height
WHEEL_INSET = 0.015  # metres behind the widest part of the body


def draw_exterior(scene: Scene) -> None:
    """From the ground up, and from far to near."""
    near = [side for side in SIDES if scene.shows_side(side)]
    _underbody(scene)
    for side in SIDES:
        for axle in scene.shape.axles:
            _tyre(scene, axle, side)
    scene.cover(_tub(scene))
    draw_load_bed(scene)
    for side in near:
        draw_flank(scene, side)
        _wheels(scene, side)
    for end in ENDS:
        if scene.shows_end(end):
            draw_end(scene, end)
        for side in SIDES:
            draw_lamp(scene, side, end)
    for side in SIDES:
        if side not in near:
            draw_mirror(scene, side)
    scene.cover(_cabin(scene))
    scene.cover(_panes(scene, near))
    for side in near:
        draw_mirror(scene, side)


def _tub(scene: Scene) -> list[Quads]:
    shape = scene.shape
    along = _closer_at_both_ends(-shape.length / 2, shape.length / 2, 65)
    up = 1 - (1 - np.linspace(0, 1, 21)) ** 1.7
    across = _closer_at_both_ends(-1, 1, 19)
    core = np.stack([along * 0.75, along * 0, along * 0 + 0.55], axis=-1)
    spine = ((core[:-1] + core[1:]) / 2)[:, None, :]
    long = [partial(shape.tub_side, side=side) for side in SIDES]
    parts = [scene.camera.quads(grid_of(surface, along, up), scene.paint, inside=spine) for surface in long]
    parts.append(scene.camera.quads(grid_of(shape.tub_deck, along, across[::2]), scene.paint, inside=spine))
    ends = [grid_of(partial(shape.tub_end, end=end), across, up) for end in ENDS]
    return [*parts, *(scene.camera.quads(grid, scene.paint, inside=np.array([0.0, 0.0, 0.6])) for grid in ends)]


def _cabin(scene: Scene) -> list[Quads]:
    shape = scene.shape
    along = _closer_at_both_ends(*shape.cabin_feet(), 45)
    up = 1 - (1 - np.linspace(0, 1, 11)) ** 1.5
    grids = [grid_of(partial(shape.cabin_side, side=side), along, up) for side in SIDES]
    grids.append(grid_of(shape.cabin_top, along, np.linspace(-1, 1, 15)))
    return [scene.camera.quads(grid, scene.paint, inside=_inside_cabin(shape)) for grid in grids]


def _panes(scene: Scene, near: list[int]) -> list[Quads]:
    shape, height = scene.shape, np.linspace(0.07, 0.84, 8)
    grids = [
        grid_of(partial(shape.cabin_side, side=side), np.linspace(start, stop, 15), height)
        for side in near
        for start, stop in shape.side_windows
    ]
    for (start, stop), rows in zip(_sheets(shape), (5, 12), strict=True):
        grids.append(grid_of(shape.cabin_top, np.linspace(start, stop, rows), np.linspace(-0.9, 0.9, 21)))
    return [scene.camera.quads(grid, scene.glass, inside=_inside_cabin(shape)) for grid in grids]


def _sheets(shape: Shape) -> list[tuple[float, float]]:
    """Rear window and windscreen, as ranges of x: where the roof's outline climbs."""
    rear, front = shape.cabin_feet()
    xs = np.linspace(rear, front, 240)
    share = shape.cabin_height(xs) / np.max(shape.cabin_height(xs))
    ranges = []
    for half in (xs < (rear + front) / 2, xs >= (rear + front) / 2):
        glazed = xs[half & (share > GLAZED[0]) & (share < GLAZED[1])]
        ranges.append((float(glazed[0]), float(glazed[-1])))
    return ranges


def _underbody(scene: Scene) -> None:
    shape = scene.shape
    half, wide, z = shape.length / 2 * 0.84, shape.width / 2 * 0.86, shape.sill + 0.03
    scene.fill(np.array([(half, wide, z), (half, -wide, z), (-half, -wide, z), (-half, wide, z)]), (15, 16, 17))


def _tyre(scene: Scene, axle: float, side: int) -> None:
    """The tread, and the inner face where one looks under the car."""
    radius = scene.shape.wheel_radius
    outer = side * (scene.shape.width / 2 - WHEEL_INSET)
    rings = [tyre_ring(axle, outer - side * depth, radius) for depth in (0.24, 0.12, 0.0)]
    scene.fill(rings[0], (17, 18, 19))
    closed = np.stack([np.concatenate([ring, ring[:1]]) for ring in rings])
    rubber = Finish((23, 24, 25), 0.0, DARK, DARK, spark=0)
    scene.cover([scene.camera.quads(closed, rubber, inside=np.array([axle, outer, radius]))])


def _wheels(scene: Scene, side: int) -> None:
    y = side * (scene.shape.width / 2 - WHEEL_INSET)
    for axle in scene.shape.axles:
        draw_wheel(scene, axle, y, side)


def _inside_cabin(shape: Shape) -> Floats:
    return np.array([sum(shape.cabin_feet()) / 2, 0.0, 0.6])


def _closer_at_both_ends(start: float, stop: float, count: int) -> Floats:
    """Steps from start to stop, small where a body bends most."""
    return (start + stop) / 2 + (stop - start) / 2 * np.sin(np.linspace(-np.pi / 2, np.pi / 2, count))
