"""The pictures that are not of a whole car: its inside, a wheel, the engine, the boot, the key."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from forecourt.demo import interior
from forecourt.demo.look import Look, Rgb, mix
from forecourt.demo.pen import Pen, Points
from forecourt.demo.wheel import wheel_parts

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)


def draw_close_up(look: Look, view: str, *, size: tuple[int, int]) -> Image.Image:
    """One of CLOSE_UPS."""
    return CLOSE_UPS[view](look, size)


def _wheel(look: Look, size: tuple[int, int]) -> Image.Image:
    pen = Pen(size, mix(look.paint, WHITE, 0.20), mix(look.paint, BLACK, 0.25))
    pen.blob([(-200, 150), (600, 96), (1400, 150), (1400, 172), (600, 118), (-200, 172)], mix(look.paint, WHITE, 0.45))
    pen.disc((600, 470), 432, mix(look.paint, BLACK, 0.45))
    pen.disc((600, 474), 418, (9, 10, 11))
    pen.box((0, 690, 330, 800), (26, 27, 30))
    pen.box((870, 690, 1200, 800), (26, 27, 30))
    pen.box((0, 800, 1200, 900), (104, 106, 109))
    pen.box((250, 690, 950, 800), (9, 10, 11))
    pen.disc((600, 846), 520, (58, 60, 63), flat=0.07)
    for outline, colour in wheel_parts(look.rims):
        pen.polygon(_placed(outline * np.array([1, -1]), (600, 482), 370), colour)
    for turn in np.linspace(200, 340, 60):
        pen.ticks((600, 482), (345, 349), [float(turn)], (70, 72, 75), 3)
    return pen.image


def _placed(outline: np.ndarray[tuple[int, ...], np.dtype[np.float64]], at: tuple[float, float], size: float) -> Points:
    return [(at[0] + float(x) * size, at[1] + float(y) * size) for x, y in outline]


def _engine(look: Look, size: tuple[int, int]) -> Image.Image:
    pen = Pen(size, (34, 36, 39), (20, 21, 23))
    edge = look.paint
    pen.blob([(-150, 40), (600, -60), (1350, 40), (1350, -200), (-150, -200)], mix(edge, BLACK, 0.3))
    pen.polygon([(0, 120), (120, 140), (60, 900), (0, 900)], mix(edge, BLACK, 0.1))
    pen.polygon([(1200, 120), (1080, 140), (1140, 900), (1200, 900)], mix(edge, BLACK, 0.2))
    pen.box((60, 780, 1140, 900), (30, 31, 34), round_by=30)
    for x in range(120, 1100, 40):
        pen.box((x, 800, x + 22, 880), (18, 19, 20), round_by=4)
    for depth, colour in ((0, (62, 65, 69)), (14, (78, 81, 86))):
        pen.box((380 + depth, 250 + depth, 820 - depth, 660 - depth), colour, round_by=44)
    for x in (450, 560, 670):
        pen.box((x, 300, x + 66, 610), (58, 61, 65), round_by=28)
        pen.box((x + 10, 312, x + 30, 598), (96, 100, 106), round_by=10)
    pen.box((500, 430, 700, 484), (24, 25, 28), round_by=12)
    pen.text((600, 456), "24V", (206, 210, 214), 32)
    pen.box((860, 210, 1080, 400), (22, 24, 27), round_by=12)
    pen.box((860, 210, 1080, 256), (60, 64, 70), round_by=12)
    for x, colour in ((900, (190, 40, 38)), (1040, (40, 44, 50))):
        pen.disc((x, 232), 20, colour)
    pen.line([(900, 232), (840, 330), (800, 360)], (150, 32, 32), 12)
    pen.blob([(130, 230), (330, 210), (350, 400), (300, 460), (120, 440)], (40, 42, 46))
    for step in range(6):
        pen.line([(150, 250 + step * 32), (325, 240 + step * 34)], (62, 65, 70), 6)
    pen.line([(300, 430), (360, 560), (430, 600)], (14, 15, 16), 46)
    pen.line([(300, 430), (360, 560), (430, 600)], (46, 48, 52), 34)
    for x, y, colour in ((210, 560, (232, 226, 206)), (960, 520, (226, 228, 232))):
        pen.box((x - 70, y - 60, x + 70, y + 90), colour, round_by=26)
        pen.disc((x, y - 60), 36, (28, 30, 34))
        pen.disc((x, y - 64), 26, (44, 92, 170) if x > 500 else (200, 160, 40))  # noqa: PLR2004 (screenwash is blue)
    pen.disc((600, 720), 36, (196, 160, 44))
    pen.disc((600, 720), 24, (226, 190, 70))
    return pen.image


def _boot(look: Look, size: tuple[int, int]) -> Image.Image:
    pen = Pen(size, mix(look.paint, WHITE, 0.12), mix(look.paint, BLACK, 0.35))
    pen.blob(
        [(110, 120), (600, 70), (1090, 120), (1130, 560), (1060, 690), (600, 720), (140, 690), (70, 560)], (14, 15, 17)
    )
    pen.blob(
        [(150, 140), (600, 95), (1050, 140), (1085, 550), (1020, 660), (600, 688), (180, 660), (115, 550)], (52, 53, 56)
    )
    pen.polygon([(270, 170), (930, 170), (950, 420), (250, 420)], mix(look.trim, BLACK, 0.2))
    for left in (275, 600):
        pen.box((left, 180, left + 320, 410), mix(look.trim, WHITE, 0.03), round_by=18)
    pen.polygon([(250, 420), (950, 420), (1040, 640), (600, 668), (160, 640)], (70, 71, 75))
    for step in range(1, 9):
        y = 420 + step * 25
        pen.line([(250 - step * 9.5, y), (950 + step * 9.5, y)], (77, 78, 82), 3)
    pen.box((540, 560, 660, 600), (42, 43, 46), round_by=12)
    pen.disc((330, 230), 16, (240, 226, 180))
    pen.box((80, 706, 1120, 742), (28, 29, 32), round_by=16)
    for x in (70, 970):
        pen.box((x, 760, x + 160, 880), (150, 18, 24), round_by=24)
        pen.box((x + 18, 778, x + 142, 820), (222, 46, 44), round_by=14)
    pen.box((420, 780, 780, 870), (247, 247, 244), round_by=10)
    pen.text((600, 826), look.plate, (22, 24, 30), 64)
    return pen.image


def _key(look: Look, size: tuple[int, int]) -> Image.Image:
    pen = Pen(size, (172, 142, 112), (132, 104, 80))
    for step in range(12):
        pen.line([(-20, 40 + step * 76), (500, 52 + step * 76), (1220, 34 + step * 76)], (150, 120, 92), 4)
    pen.polygon([(150, 150), (700, 90), (760, 560), (210, 630)], (106, 82, 62))
    pen.polygon([(136, 134), (690, 74), (748, 540), (196, 610)], mix(look.paint, BLACK, 0.35))
    pen.polygon([(166, 160), (668, 106), (684, 236), (182, 292)], mix(look.paint, WHITE, 0.12))
    pen.text((440, 400), "SERVICE BOOK", (230, 226, 214), 50)
    pen.line([(300, 450), (590, 420)], (200, 190, 160), 4)
    pen.blob([(650, 440), (860, 380), (1010, 480), (990, 690), (820, 780), (650, 690)], (96, 74, 56))
    pen.blob([(640, 420), (850, 360), (1000, 460), (980, 670), (810, 760), (640, 670)], (28, 29, 32))
    pen.blob([(662, 440), (846, 384), (976, 470), (958, 658), (812, 734), (664, 655)], (44, 46, 50))
    for x, y in ((770, 480), (830, 560), (880, 640)):
        pen.box((x - 56, y - 26, x + 56, y + 26), (66, 69, 74), round_by=20)
        pen.disc((x, y), 9, (206, 210, 214))
    pen.draw.ellipse(
        [v * pen.scale for v in (930, 300, 1090, 460)], outline=(190, 194, 200), width=round(12 * pen.scale)
    )
    pen.box((1010, 250, 1080, 330), mix(look.paint, WHITE, 0.1), round_by=16)
    return pen.image


CLOSE_UPS: dict[str, Callable[[Look, tuple[int, int]], Image.Image]] = {
    "dashboard": interior.dashboard,
    "steering-wheel": interior.steering_wheel,
    "instruments": interior.instruments,
    "seats": interior.seats,
    "rear-seats": interior.rear_seats,
    "console": interior.console,
    "wheel": _wheel,
    "engine": _engine,
    "boot": _boot,
    "key": _key,
}
