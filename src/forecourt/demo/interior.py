"""Inside the car: dashboard, instruments, seats and console, in its own trim and with its own mileage."""

from PIL import Image

from forecourt.demo.cockpit import (
    BLACK,
    CHROME,
    GLOW,
    PLASTIC,
    WHITE,
    draw_cockpit,
    draw_daylight,
    draw_dial,
    draw_steering_wheel,
)
from forecourt.demo.look import Look, mix
from forecourt.demo.pen import Pen


def dashboard(look: Look, size: tuple[int, int]) -> Image.Image:
    """Seen from between the seats."""
    pen = draw_cockpit(look, size)
    draw_steering_wheel(pen, look, (372, 560), 218)
    return pen.image


def steering_wheel(look: Look, size: tuple[int, int]) -> Image.Image:
    """The same, from the driver's seat."""
    pen = Pen(size, mix(PLASTIC, BLACK, 0.25), mix(PLASTIC, BLACK, 0.6))
    pen.blob(
        [(-80, 210), (300, 120), (900, 120), (1280, 210), (1280, 330), (600, 270), (-80, 330)],
        mix(PLASTIC, WHITE, 0.07),
    )
    pen.blob([(210, 330), (330, 150), (870, 150), (990, 330), (600, 380)], (18, 19, 22))
    for x in (430, 770):
        draw_dial(pen, (x, 260), 100, needle=200 if x < 600 else 160)  # noqa: PLR2004 (the left one)
    pen.box((-20, 640, 1220, 920), mix(look.trim, BLACK, 0.5))
    draw_steering_wheel(pen, look, (600, 500), 350)
    return pen.image


def instruments(look: Look, size: tuple[int, int]) -> Image.Image:
    """Close enough to read the mileage."""
    pen = Pen(size, (12, 13, 16), (22, 24, 28))
    pen.blob([(-60, 780), (60, 120), (600, 30), (1140, 120), (1260, 780), (600, 860)], (26, 28, 32))
    pen.blob([(10, 740), (110, 170), (600, 90), (1090, 170), (1190, 740), (600, 790)], (11, 12, 15))
    for x, needle, text in ((322, 144, "x1000"), (878, 150, "km/h" if look.odometer.endswith("km") else "mph")):
        draw_dial(pen, (x, 430), 250, needle=needle)
        pen.text((x, 530), text, (150, 158, 168), 30)
    pen.box((498, 300, 702, 560), (20, 26, 34), round_by=16)
    pen.box((506, 308, 694, 552), (30, 40, 54), round_by=12)
    pen.text((600, 372), "ODO", (140, 164, 190), 28)
    pen.text((600, 430), look.odometer, GLOW, 36 if len(look.odometer) < 10 else 31)  # noqa: PLR2004 (it must fit)
    pen.text((600, 500), "P", (120, 200, 150), 44)
    for step, colour in enumerate([(70, 160, 96), (196, 146, 40), (60, 110, 190)]):
        pen.disc((540 + step * 60, 660), 13, mix(colour, BLACK, 0.35))
    return pen.image


def seats(look: Look, size: tuple[int, int]) -> Image.Image:
    """The front seats through an open door."""
    pen = Pen(size, mix(look.trim, WHITE, 0.25), mix(look.trim, BLACK, 0.55))
    draw_daylight(pen, look, (60, 40, 1140, 330))
    pen.box((0, 0, 1200, 46), mix(look.trim, WHITE, 0.5))
    pen.box((0, 700, 1200, 900), mix(PLASTIC, BLACK, 0.35))
    for middle in (330, 870):
        _seat(pen, look, middle, 1.0)
    pen.box((556, 560, 644, 900), mix(PLASTIC, WHITE, 0.05), round_by=24)
    pen.box((568, 575, 632, 690), mix(look.trim, WHITE, 0.08), round_by=18)
    return pen.image


def rear_seats(look: Look, size: tuple[int, int]) -> Image.Image:
    """A bench for three."""
    pen = Pen(size, mix(look.trim, WHITE, 0.2), mix(look.trim, BLACK, 0.6))
    draw_daylight(pen, look, (130, 30, 1070, 250))
    tone, seam = look.trim, mix(look.trim, BLACK, 0.35)
    pen.box((90, 230, 1110, 640), mix(tone, BLACK, 0.12), round_by=60)
    for left, right in ((100, 440), (448, 752), (760, 1100)):
        pen.box((left, 240, right, 640), tone, round_by=46)
        pen.box((left + 44, 285, right - 44, 600), mix(tone, WHITE, 0.08), round_by=30)
        for step in range(1, 4):
            y = 285 + step * 79
            pen.line([(left + 48, y), (right - 48, y)], seam, 3)
        pen.box(((left + right) / 2 - 72, 150, (left + right) / 2 + 72, 232), mix(tone, WHITE, 0.05), round_by=30)
    pen.blob(
        [(40, 660), (100, 620), (600, 600), (1100, 620), (1160, 660), (1150, 800), (600, 830), (50, 800)],
        mix(tone, WHITE, 0.06),
    )
    for x in (444, 756):
        pen.line([(x, 612), (x, 812)], seam, 5)
    for x in (330, 520, 680, 870):
        pen.box((x, 590, x + 34, 636), (20, 20, 22), round_by=6)
        pen.box((x + 8, 598, x + 26, 608), (190, 30, 34), round_by=3)
    pen.box((0, 836, 1200, 900), (26, 27, 30))
    return pen.image


def console(look: Look, size: tuple[int, int]) -> Image.Image:
    """Gear lever, cup holders, climate."""
    pen = Pen(size, mix(PLASTIC, WHITE, 0.06), mix(PLASTIC, BLACK, 0.45))
    for left, right in ((-200, 250), (950, 1400)):
        pen.blob(
            [(left, 420), (right - 40, 380), (right, 640), (right - 30, 960), (left, 960)], mix(look.trim, WHITE, 0.05)
        )
        pen.line(
            [(right - 70 if left < 0 else left + 70, 420), (right - 60 if left < 0 else left + 60, 900)],
            mix(look.trim, BLACK, 0.4),
            4,
        )
    pen.blob([(330, -40), (870, -40), (850, 360), (800, 940), (400, 940), (350, 360)], mix(PLASTIC, BLACK, 0.3))
    pen.box((400, 20, 800, 150), (14, 18, 24), round_by=14)
    pen.text((500, 85), "21.0", GLOW, 44)
    pen.text((700, 85), "21.0", GLOW, 44)
    for x in (450, 600, 750):
        pen.disc((x, 220), 44, mix(PLASTIC, WHITE, 0.2))
        pen.disc((x, 220), 36, (30, 32, 36))
        pen.line([(x, 190), (x, 206)], GLOW, 5)
    pen.box((440, 310, 760, 620), (20, 21, 24), round_by=40)
    pen.blob([(500, 600), (540, 470), (660, 470), (700, 600), (600, 625)], (30, 31, 34))
    pen.box((582, 400, 618, 540), CHROME, round_by=14)
    pen.blob([(548, 400), (560, 322), (600, 306), (640, 322), (652, 400), (600, 428)], mix(look.trim, BLACK, 0.25))
    pen.blob([(570, 366), (578, 330), (600, 320), (622, 330), (630, 366), (600, 380)], mix(look.trim, WHITE, 0.12))
    for step, letter in enumerate("PRND"):
        pen.text((722, 360 + step * 52), letter, GLOW if step == 0 else (130, 136, 144), 34)
    for x in (530, 670):
        pen.disc((x, 740), 72, mix(PLASTIC, WHITE, 0.16))
        pen.disc((x, 744), 62, (12, 13, 15))
    return pen.image


def _seat(pen: Pen, look: Look, middle: float, scale: float) -> None:
    tone, seam = look.trim, mix(look.trim, BLACK, 0.38)
    light, dark = mix(tone, WHITE, 0.10), mix(tone, BLACK, 0.22)

    def at(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(middle + x * scale, y) for x, y in points]

    for x in (-34, 34):
        pen.line(at([(x, 190), (x, 260)]), CHROME, 9)
    pen.blob(at([(-88, 96), (0, 76), (88, 96), (94, 190), (0, 212), (-94, 190)]), dark)
    pen.blob(at([(-74, 106), (0, 92), (74, 106), (78, 180), (0, 196), (-78, 180)]), light)
    pen.blob(at([(-140, 250), (0, 226), (140, 250), (196, 420), (186, 640), (0, 680), (-186, 640), (-196, 420)]), dark)
    pen.blob(at([(-104, 270), (0, 250), (104, 270), (124, 430), (118, 620), (0, 650), (-118, 620), (-124, 430)]), light)
    for step in range(5):
        y = 320 + step * 62
        pen.line(at([(-114, y), (0, y + 14), (114, y)]), seam, 3)
    pen.blob(at([(-190, 640), (0, 610), (190, 640), (222, 800), (160, 872), (0, 884), (-160, 872), (-222, 800)]), dark)
    pen.blob(at([(-130, 652), (0, 632), (130, 652), (150, 790), (0, 842), (-150, 790)]), light)
    for x in (-50, 50):
        pen.line(at([(x, 648), (x * 1.2, 816)]), seam, 3)
