"""Number plates, in the typeface that Pillow brings along: nothing depends on the machine's fonts."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forecourt.demo.car_shape import Floats
from forecourt.demo.look import Rgb

UNREADABLE_PX = 4


@lru_cache(maxsize=32)
def typeface(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own."""
    return ImageFont.load_default(size_px)


@lru_cache(maxsize=64)
def plate_image(text: str, country: str, *, front: bool) -> Image.Image:
    """A plate, seen straight on."""
    size = (300, 150) if country == "us" else (520, 112)
    face: Rgb = (247, 247, 244)
    if country == "gb" and not front:
        face = (250, 206, 60)
    image = Image.new("RGB", size, face)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=(40, 42, 46), width=5)
    left = 0
    if country != "us":
        left = 48
        draw.rectangle((5, 5, left, size[1] - 6), fill=(28, 62, 140))
    else:
        draw.rectangle((5, 5, size[0] - 6, 30), fill=(36, 84, 150))
    middle = ((left + size[0]) / 2, size[1] / 2 + (12 if country == "us" else 0))
    draw.text(middle, text, font=typeface(66 if country == "us" else 84), fill=(22, 24, 30), anchor="mm")
    return image


def paste_plate(image: Image.Image, text: str, country: str, corners: Floats, *, front: bool) -> None:
    """Onto four corners in pixels: the upper two, then the lower two, clockwise as the reader sees them."""
    plate = plate_image(text, country, front=front)
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    box = (right - left, bottom - top)
    if min(box) < UNREADABLE_PX or left >= image.width or top >= image.height or right <= 0 or bottom <= 0:
        return
    local = corners - np.array([left, top])
    flat = [(0, 0), (plate.width, 0), (plate.width, plate.height), (0, plate.height)]
    terms = _perspective(local.tolist(), flat)
    bent = plate.transform(box, Image.Transform.PERSPECTIVE, terms, Image.Resampling.BILINEAR)
    mask = Image.new("L", box, 0)
    ImageDraw.Draw(mask).polygon(local.ravel().tolist(), fill=255)
    image.paste(bent, (int(left), int(top)), mask)


def _perspective(source: list[list[float]], target: list[tuple[int, int]]) -> tuple[float, ...]:
    """The eight terms that Pillow's transform wants: from places in the picture to places on the plate."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(right, dtype=np.float64)).tolist())
