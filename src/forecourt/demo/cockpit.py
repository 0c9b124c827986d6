"""The driver's place: dashboard, dials, steering wheel, and the daylight before it."""

from forecourt.demo.backdrop import draw_backdrop
from forecourt.demo.look import Look, Rgb, mix
from forecourt.demo.pen import Pen, Points

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)
PLASTIC: Rgb = (44, 46, 50)
CHROME: Rgb = (186, 190, 196)
GLOW: Rgb = (232, 238, 244)


def draw_cockpit(look: Look, size: tuple[int, int]) -> Pen:
    """Everything before the driver but the steering wheel."""
    pen = Pen(size, mix(look.trim, WHITE, 0.45), mix(look.trim, BLACK, 0.5))
    draw_daylight(pen, look, (0, 60, 1200, 420))
    roof = mix(look.trim, WHITE, 0.55)
    pen.polygon([(0, 0), (1200, 0), (1200, 70), (600, 46), (0, 70)], roof)
    pen.polygon([(0, 40), (64, 60), (0, 330)], mix(roof, BLACK, 0.25))
    pen.polygon([(1200, 40), (1136, 60), (1200, 330)], mix(roof, BLACK, 0.25))
    pen.box((510, 56, 690, 116), (30, 32, 35), round_by=20)
    pen.box((518, 64, 682, 108), (120, 142, 160), round_by=14)
    pen.blob(
        [
            (-120, 330),
            (120, 318),
            (230, 268),
            (520, 268),
            (640, 316),
            (1080, 322),
            (1320, 350),
            (1320, 960),
            (-120, 960),
        ],
        PLASTIC,
    )
    pen.blob(
        [(-120, 420), (240, 400), (640, 392), (1100, 402), (1320, 430), (1320, 520), (640, 500), (-120, 540)],
        mix(look.trim, WHITE, 0.06),
    )
    pen.line([(-20, 512), (640, 492), (1220, 510)], CHROME, 4)
    pen.blob([(220, 412), (262, 296), (490, 296), (540, 412), (380, 430)], (16, 17, 20))
    for x, needle in ((316, 150), (440, 165)):
        draw_dial(pen, (x, 372), 56, needle=needle)
    _screen(pen, look)
    for left in (30, 900, 1060):
        _vent(pen, (left, 420, left + 110, 476))
    pen.box((590, 560, 850, 940), mix(PLASTIC, BLACK, 0.35), round_by=30)
    for x in (650, 720, 790):
        pen.disc((x, 606), 24, mix(PLASTIC, WHITE, 0.2))
        pen.disc((x, 606), 19, (28, 30, 33))
    pen.box((690, 690, 740, 850), (22, 23, 25), round_by=16)
    pen.disc((715, 700), 36, mix(look.trim, BLACK, 0.3))
    pen.disc((712, 694), 24, mix(look.trim, WHITE, 0.12))
    pen.box((900, 560, 1180, 700), mix(PLASTIC, WHITE, 0.05), round_by=20)
    pen.line([(910, 640), (1170, 640)], mix(PLASTIC, BLACK, 0.5), 3)
    return pen


def draw_dial(pen: Pen, middle: tuple[float, float], radius: float, *, needle: float) -> None:
    """A round instrument; its needle in degrees clockwise from the right."""
    pen.disc(middle, radius, CHROME)
    pen.disc(middle, radius * 0.965, (14, 15, 18))
    marks = [140.0 + step * 260 / 16 for step in range(17)]
    pen.ticks(middle, (radius * 0.80, radius * 0.90), marks, (170, 178, 188), radius * 0.014)
    pen.ticks(middle, (radius * 0.74, radius * 0.90), marks[::2], GLOW, radius * 0.022)
    pen.ticks(middle, (radius * 0.74, radius * 0.90), marks[-3:], (214, 50, 46), radius * 0.026)
    pen.ticks(middle, (-radius * 0.12, radius * 0.72), [needle], (230, 70, 48), radius * 0.032)
    pen.disc(middle, radius * 0.11, (48, 50, 54))


def draw_steering_wheel(pen: Pen, look: Look, middle: tuple[float, float], radius: float) -> None:
    """In leather, the badge in the colour of the car."""
    leather, width = mix(look.trim, BLACK, 0.62), radius * 0.15

    def at(*points: tuple[float, float]) -> Points:
        return [(middle[0] + x * radius, middle[1] + y * radius) for x, y in points]

    def rim(inset: float) -> tuple[float, float, float, float]:
        (left, upper), (right, lower) = at((-1, -1), (1, 1))
        s = pen.scale
        return (left + inset) * s, (upper + inset) * s, (right - inset) * s, (lower - inset) * s

    pen.polygon(at((-0.93, -0.10), (0.93, -0.10), (0.42, 0.26), (-0.42, 0.26)), mix(PLASTIC, BLACK, 0.35))
    pen.polygon(at((-0.13, 0.2), (0.13, 0.2), (0.10, 0.93), (-0.10, 0.93)), CHROME)
    pen.draw.ellipse(rim(0), outline=mix(leather, BLACK, 0.4), width=round((width + 6) * pen.scale))
    pen.draw.ellipse(rim(4), outline=leather, width=round((width - 4) * pen.scale))
    shine = mix(leather, WHITE, 0.22)
    pen.draw.arc(rim(width * 0.45), 200, 330, fill=shine, width=round(width * 0.16 * pen.scale))
    hub = at((-0.44, -0.20), (0, -0.28), (0.44, -0.20), (0.36, 0.24), (0, 0.34), (-0.36, 0.24))
    pen.blob(hub, mix(PLASTIC, BLACK, 0.15))
    pen.disc(middle, radius * 0.11, CHROME)
    pen.disc(middle, radius * 0.085, mix(look.paint, BLACK, 0.2))
    for button in at((-0.71, 0), (-0.58, 0), (0.58, 0), (0.71, 0)):
        pen.disc(button, radius * 0.045, (88, 92, 98))


def draw_daylight(pen: Pen, look: Look, box: tuple[float, float, float, float]) -> None:
    """What stands outside the windows."""
    left, upper, right, lower = (round(value * pen.scale) for value in box)
    scene = draw_backdrop(look.backdrop, (right - left, lower - upper), horizon=0.72, seed=f"{look.plate} inside")
    pen.image.paste(scene, (left, upper))


def _screen(pen: Pen, look: Look) -> None:
    """A map with a road and a place."""
    pen.box((596, 286, 864, 470), (14, 15, 18), round_by=14)
    pen.box((606, 296, 854, 460), (38, 56, 70), round_by=6)
    pen.polygon([(606, 400), (690, 380), (760, 420), (854, 400), (854, 460), (606, 460)], (46, 78, 70))
    pen.line([(620, 458), (700, 380), (742, 352), (850, 316)], (226, 190, 96), 7)
    pen.line([(606, 330), (720, 366), (854, 420)], (120, 140, 154), 4)
    pen.disc((720, 366), 9, mix(look.paint, WHITE, 0.35))


def _vent(pen: Pen, box: tuple[float, float, float, float]) -> None:
    pen.box(box, CHROME, round_by=14)
    left, upper, right, lower = box
    pen.box((left + 4, upper + 4, right - 4, lower - 4), (16, 17, 19), round_by=11)
    for step in range(1, 4):
        y = upper + step * (lower - upper) / 4
        pen.line([(left + 8, y), (right - 8, y)], (66, 69, 74), 4)
