"""Six places to stand a car in, drawn small and blown up: soft, as a lens leaves a background, and quick."""

from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from forecourt.demo.look import Backdrop, Rgb, mix

SMALL = (320, 240)
# sky above, sky at the horizon, ground at the horizon, ground in front
TONES: dict[Backdrop, tuple[Rgb, Rgb, Rgb, Rgb]] = {
    "showroom": ((226, 229, 233), (246, 247, 248), (205, 208, 212), (160, 164, 169)),
    "street": ((134, 172, 210), (222, 232, 240), (142, 144, 147), (98, 100, 104)),
    "field": ((96, 158, 218), (218, 234, 244), (158, 152, 128), (124, 116, 98)),
    "coast": ((78, 154, 208), (228, 240, 244), (196, 186, 164), (160, 150, 130)),
    "evening": ((64, 66, 112), (250, 178, 122), (104, 92, 96), (58, 54, 64)),
    "yard": ((112, 166, 216), (232, 240, 246), (168, 170, 172), (120, 122, 126)),
}


def draw_backdrop(kind: Backdrop, size: tuple[int, int], *, horizon: float, seed: str) -> Image.Image:
    """A place with its horizon at a share of the height (0 is the upper edge)."""
    wide, high = SMALL
    line = round(min(max(horizon, -0.2), 0.95) * high)
    above, far, near, front = TONES[kind]
    rows = np.arange(high, dtype=np.float64)[:, None]
    up = np.clip(rows / max(line, 1), 0, 1) ** 1.3
    down = np.clip((rows - line) / max(high - line, 1), 0, 1) ** 0.7
    sky = np.array(above) * (1 - up) + np.array(far) * up
    ground = np.array(near) * (1 - down) + np.array(front) * down
    column = np.where(rows < line, sky, ground).astype(np.uint8)
    image = Image.fromarray(np.repeat(column[:, None, :], wide, axis=1))
    draw = ImageDraw.Draw(image)
    # Seeded by the caller: scenery, not secrets.
    chance = Random(seed)  # noqa: S311
    if line > 0:
        SCENES[kind](draw, line, chance)
    soft = image.filter(ImageFilter.GaussianBlur(1.6))
    large = soft.resize(size, Image.Resampling.BILINEAR)
    if kind == "yard" and line > 0:
        _bays(ImageDraw.Draw(large), size, line / high)
    return large


def drop_shadow(image: Image.Image, outline: list[tuple[float, float]], *, strength: float) -> None:
    """Darken the ground under a car; `outline` in pixels of the image."""
    part = 8
    small = (image.width // part, image.height // part)
    mask = Image.new("L", small, 0)
    ImageDraw.Draw(mask).polygon([(x / part, y / part) for x, y in outline], fill=round(255 * strength))
    mask = mask.filter(ImageFilter.GaussianBlur(3.2))
    left, upper, right, lower = mask.getbbox() or (0, 0, 1, 1)
    size = ((right - left) * part, (lower - upper) * part)
    dark = mask.crop((left, upper, right, lower)).resize(size, Image.Resampling.BILINEAR)
    box = (left * part, upper * part, right * part, lower * part)
    image.paste((14, 15, 18), box, dark)


def _showroom(draw: ImageDraw.ImageDraw, line: int, chance: Random) -> None:
    wide = SMALL[0]
    first = chance.randrange(-30, 20)
    for left in range(first, wide, 92):
        draw.rectangle((left, line * 0.22, left + 76, line - 4), fill=(214, 228, 238))
        draw.rectangle((left, line * 0.62, left + 76, line - 4), fill=(196, 212, 206))
        draw.polygon([(left + 12, line - 4), (left + 40, line * 0.22), (left + 58, line * 0.22), (left + 30, line - 4)],
                     fill=(232, 240, 246))  # fmt: skip
        draw.line((left + 38, line * 0.22, left + 38, line - 4), fill=(150, 156, 162), width=1)
    for x in range(-20, wide, 66):
        draw.polygon([(x, 6), (x + 46, 6), (x + 40, 11), (x + 6, 11)], fill=(255, 255, 255))
    draw.line((0, line - 2, wide, line - 2), fill=(176, 180, 184), width=3)


def _street(draw: ImageDraw.ImageDraw, line: int, chance: Random) -> None:
    wide, x = SMALL[0], -10
    while x < wide:
        width, top = chance.randrange(34, 62), line - chance.randrange(58, 110)
        wall = chance.choice([(196, 178, 160), (176, 162, 156), (206, 198, 186), (160, 150, 146), (186, 150, 132)])
        draw.rectangle((x, top, x + width, line), fill=wall)
        for row in range(top + 8, line - 18, 15):
            for pane in range(x + 6, x + width - 7, 12):
                draw.rectangle((pane, row, pane + 5, row + 8), fill=mix(wall, (70, 86, 104), 0.72))
        draw.rectangle((x + 4, line - 14, x + width - 4, line), fill=mix(wall, (56, 62, 70), 0.7))
        x += width + chance.choice([0, 0, 5])
    for _ in range(3):
        _tree(draw, chance.randrange(10, wide - 10), line, chance.randrange(14, 22), (92, 122, 78))
    draw.rectangle((0, line, wide, line + 7), fill=(186, 184, 180))
    draw.line((0, line + 8, wide, line + 8), fill=(206, 206, 204), width=2)


def _field(draw: ImageDraw.ImageDraw, line: int, chance: Random) -> None:
    _clouds(draw, line, chance)
    for depth, colour in enumerate([(142, 172, 176), (116, 152, 112), (108, 148, 82)]):
        _hills(draw, line - 22 + depth * 10, 16 - depth * 4, colour, chance, line)
    for _ in range(9):
        _tree(
            draw, chance.randrange(0, SMALL[0]), line - chance.randrange(0, 4), chance.randrange(6, 12), (76, 112, 66)
        )
    draw.rectangle((0, line - 2, SMALL[0], line + 10), fill=(122, 150, 84))


def _coast(draw: ImageDraw.ImageDraw, line: int, chance: Random) -> None:
    _clouds(draw, line, chance)
    draw.rectangle((0, line - 26, SMALL[0], line - 2), fill=(52, 122, 160))
    for _ in range(26):
        x, y = chance.randrange(0, SMALL[0]), line - chance.randrange(4, 24)
        draw.line((x, y, x + chance.randrange(6, 20), y), fill=(112, 174, 198))
    start = chance.choice([-60, 190])
    draw.polygon([(start, line - 26), (start + 50, line - 42), (start + 130, line - 34), (start + 190, line - 26)],
                 fill=(120, 146, 150))  # fmt: skip
    draw.rectangle((0, line - 3, SMALL[0], line + 3), fill=(222, 214, 194))


def _evening(draw: ImageDraw.ImageDraw, line: int, chance: Random) -> None:
    x = -8
    while x < SMALL[0]:
        width, top = chance.randrange(18, 42), line - chance.randrange(28, 92)
        draw.rectangle((x, top, x + width, line), fill=(60, 54, 78))
        for _ in range(10):
            pane = (x + chance.randrange(2, width - 3), chance.randrange(top + 3, line - 4))
            draw.rectangle((*pane, pane[0] + 2, pane[1] + 3), fill=chance.choice([(255, 214, 140), (96, 88, 112)]))
        x += width + chance.choice([0, 2, 8])
    draw.rectangle((0, line - 3, SMALL[0], line + 2), fill=(84, 74, 84))


def _yard(draw: ImageDraw.ImageDraw, line: int, chance: Random) -> None:
    _clouds(draw, line, chance)
    left = chance.randrange(-40, 40)
    draw.rectangle((left, line - 62, left + 300, line), fill=(236, 238, 240))
    draw.rectangle((left, line - 62, left + 300, line - 50), fill=(44, 92, 138))
    for x in range(left + 8, left + 290, 30):
        draw.rectangle((x, line - 44, x + 25, line - 4), fill=(150, 178, 196))
        draw.polygon([(x + 4, line - 4), (x + 14, line - 44), (x + 20, line - 44), (x + 10, line - 4)],
                     fill=(182, 204, 216))  # fmt: skip
    _tree(draw, (left + 330) % SMALL[0], line, 20, (88, 124, 80))
    draw.rectangle((0, line - 2, SMALL[0], line + 4), fill=(192, 194, 196))


def _bays(draw: ImageDraw.ImageDraw, size: tuple[int, int], horizon: float) -> None:
    """White lines of parking bays that meet on the horizon."""
    wide, high = size
    line, far = high * horizon, high * (horizon + 0.10)
    for foot in (-1.1, -0.35, 0.4, 1.15, 1.9):
        vanishing, bottom = wide * 0.5, high * 1.0
        share = (far - line) / (bottom - line)
        x0, x1 = vanishing + (foot - 0.5) * wide * share, vanishing + (foot - 0.5) * wide
        draw.polygon([(x0 - 2, far), (x0 + 2, far), (x1 + 12, bottom), (x1 - 12, bottom)], fill=(206, 208, 208))


def _clouds(draw: ImageDraw.ImageDraw, line: int, chance: Random) -> None:
    for _ in range(4):
        x, y = chance.randrange(0, SMALL[0]), chance.randrange(4, max(line - 60, 6))
        for step in range(5):
            size = chance.randrange(7, 15)
            draw.ellipse(
                (x + step * 10 - size, y - size * 0.45, x + step * 10 + size, y + size * 0.45), fill=(238, 244, 248)
            )


def _hills(draw: ImageDraw.ImageDraw, level: int, swing: int, colour: Rgb, chance: Random, line: int) -> None:
    phase, pace = chance.random() * 6, 0.012 + chance.random() * 0.012
    xs = range(0, SMALL[0] + 8, 8)
    top = [(float(x), level - swing * float(np.sin(x * pace + phase))) for x in xs]
    draw.polygon([(0.0, float(line)), *top, (float(SMALL[0]), float(line))], fill=colour)


def _tree(draw: ImageDraw.ImageDraw, x: int, foot: int, size: int, colour: Rgb) -> None:
    draw.rectangle((x - 1, foot - size, x + 1, foot), fill=(96, 82, 70))
    for dx, dy, part in ((-0.45, -1.2, 0.62), (0.45, -1.25, 0.62), (0.0, -1.7, 0.75)):
        middle, radius = (x + dx * size, foot + dy * size), part * size
        tone = mix(colour, (255, 255, 255), 0.08 if dy < -1.5 else 0.0)  # noqa: PLR2004 (the crown catches light)
        draw.ellipse((middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius), fill=tone)


SCENES = {
    "showroom": _showroom, "street": _street, "field": _field, "coast": _coast, "evening": _evening, "yard": _yard,
}  # fmt: skip
