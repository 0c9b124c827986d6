"""Photos of cars, drawn: look and view in, the bytes of a JPEG, PNG or WebP out, the same bytes every time.

Drawn at twice the size and halved, so that edges are smooth. About 50 ms each.
"""

from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Literal

import numpy as np
from PIL import Image

from forecourt.demo.backdrop import TONES, draw_backdrop, drop_shadow
from forecourt.demo.camera import Camera
from forecourt.demo.car_shape import SHAPES, Shape
from forecourt.demo.close_ups import CLOSE_UPS, draw_close_up
from forecourt.demo.exterior import draw_exterior
from forecourt.demo.look import Look, mix
from forecourt.demo.scene import Scene

FileType = Literal["jpeg", "png", "webp"]


@dataclass(frozen=True)
class Stand:
    """Where a photographer stands and what he aims at, for a car of 4.8 m.

    Args:
        turn: Degrees; 0 is in front of the car, 90 on its left.
        height: Of the eye, in metres.
        distance: To the target, in metres.
        along: Target, in lengths of the car from its middle forward.
        up: Target, in metres.
        zoom: Image widths per metre; 0 shows the whole car.
    """

    turn: float
    height: float
    distance: float
    along: float = 0.0
    up: float = 0.7
    zoom: float = 0.0


_STANDS = {
    "front-left": Stand(37, 1.45, 8.5),
    "left": Stand(90, 1.25, 11.0),
    "rear-left": Stand(142, 1.5, 8.5),
    "rear": Stand(180, 1.35, 8.0),
    "rear-right": Stand(219, 1.5, 8.5),
    "right": Stand(270, 1.25, 11.0),
    "front-right": Stand(322, 1.45, 8.5),
    "front": Stand(0, 1.3, 8.0),
    "above": Stand(40, 3.6, 8.5),
    "low": Stand(28, 0.75, 7.5),
    "headlamp": Stand(30, 1.1, 5.0, along=0.40, up=0.64, zoom=0.58),
    "tail-lamp": Stand(152, 1.2, 5.0, along=-0.40, up=0.76, zoom=0.58),
    "nose": Stand(352, 1.15, 5.0, along=0.42, up=0.62, zoom=0.5),
    "flank": Stand(112, 1.45, 6.0, up=0.75, zoom=0.36),
}
# In the order of a dealer's gallery.
VIEWS: tuple[str, ...] = (
    "front-left", "left", "rear-left", "rear", "dashboard", "seats", "front-right", "wheel", "instruments", "right",
    "rear-right", "front", "headlamp", "boot", "console", "tail-lamp", "engine", "rear-seats", "above", "low",
    "nose", "steering-wheel", "flank", "key",
)  # fmt: skip


def draw_photo(look: Look, view: str, *, size: tuple[int, int] = (1200, 900), file_type: FileType = "jpeg") -> bytes:
    """One photo.

    Args:
        look: The car and where it stands.
        view: One of VIEWS.
        size: Width and height in pixels, four to three.
        file_type: JPEG of quality 85, lossless PNG, or WebP of quality 80.
    """
    if view in CLOSE_UPS:
        double = draw_close_up(look, view, size=(size[0] * 2, size[1] * 2))
    else:
        double = _outside(look, view, size)
    out = BytesIO()
    options = {
        "jpeg": {"quality": 85, "subsampling": 2},
        "png": {"compress_level": 1},
        "webp": {"quality": 80, "method": 1},
    }[file_type]
    double.reduce(2).save(out, file_type, **options)
    return out.getvalue()


def _outside(look: Look, view: str, size: tuple[int, int]) -> Image.Image:
    shape, large = SHAPES[look.body], (size[0] * 2, size[1] * 2)
    camera = _camera(look, shape, view, large)
    above, far, near, front = TONES[look.backdrop]
    # A view from the other side has other scenery behind it.
    seed = f"{look.plate} {round(_STANDS[view].turn / 90)}"
    scene = draw_backdrop(look.backdrop, size, horizon=camera.horizon_px / large[1], seed=seed)
    shadow = camera.ground_outline(shape.length * 0.50, shape.width * 0.50)
    drop_shadow(scene, [(x / 2, y / 2) for x, y in shadow], strength=0.9)
    image = scene.resize(large, Image.Resampling.NEAREST)
    draw_exterior(Scene(image, camera, shape, look, sky=mix(above, far, 0.5), ground=mix(near, front, 0.5)))
    return image


def _camera(look: Look, shape: Shape, view: str, size: tuple[int, int]) -> Camera:
    """Where the photographer stands; a whole car is then made to fill the picture."""
    stand = _STANDS[view]
    tall = float(shape.deck_height(np.array(0.0))) / 0.98
    turn = stand.turn + look.turn_degrees * (0.3 if stand.turn % 90 == 0 else 1.0)
    place = partial(
        Camera,
        turn_degrees=turn,
        height=stand.height * tall**0.5,
        distance=stand.distance * shape.length / 4.8,
        target=(stand.along * shape.length, 0.0, stand.up * tall),
        size=size,
    )
    if stand.zoom:
        return place(zoom=stand.zoom * 4.8 / shape.length)
    trial = place(zoom=0.2, middle=(0.0, 0.0))
    half, wide = shape.length / 2 + shape.bow * 0.6, shape.width / 2
    roof = max(z for _, z in shape.roof)
    corners = [(x, y, z) for x in (-half, half) for y in (-wide, wide) for z in (0.0, shape.sill + 0.5)]
    corners += [(x * 0.6, y * 0.7, roof) for x, y in ((half, wide), (half, -wide), (-half, wide), (-half, -wide))]
    pixels, _ = trial.project(np.array(corners))
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    share = min(0.86 * size[0] / (high[0] - low[0]), 0.66 * size[1] / (high[1] - low[1]))
    middle = (low + high) / 2 * share
    return place(zoom=0.2 * share, middle=(0.5 - middle[0] / size[0], 0.56 - middle[1] / size[1]))
