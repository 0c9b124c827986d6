"""Charts as SVG, drawn by hand: bars for a table, lines for growth."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

_FONT = "font-family='system-ui, sans-serif' font-size='13' fill='#24292f'"
_OURS, _THEIRS, _GRID = "#1f6feb", "#8c959f", "#d0d7de"
_COLOURS = ("#1f6feb", "#8c959f", "#bf3989", "#1a7f37", "#9a6700")
_WIDTH = 860
_LEFT, _BAR, _STEP, _PANEL = 250, 18, 26, 290
_GROWTH_HEIGHT, _PAD = 380, 70
_LINE = 16


@dataclass(frozen=True)
class Bar:
    """One row: two figures side by side."""

    name: str
    photos_per_second: float
    cpu_ms: float
    is_ours: bool


@dataclass(frozen=True)
class Curve:
    """Points from left to right, both figures above 0."""

    name: str
    points: Sequence[tuple[float, float]]


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Rates on the left, where more is better, processor time on the right, where less is."""
    height = 70 + _STEP * len(rows)
    return _page(title, height, _bars(rows))


def _bars(rows: Sequence[Bar]) -> Iterator[str]:
    panels = (
        (_LEFT, "photos a second", [row.photos_per_second for row in rows], "{:,.0f}"),
        (_LEFT + _PANEL + 20, "CPU-ms a photo", [row.cpu_ms for row in rows], "{:.2f}"),
    )
    for number, row in enumerate(rows):
        weight = " font-weight='600'" if row.is_ours else ""
        yield _text(_LEFT - 10, 70 + number * _STEP + 4, row.name, anchor="end", more=weight)
    for left, heading, figures, form in panels:
        yield _text(left, 48, heading, more=" font-weight='600'")
        scale = (_PANEL - 70) / (max(figures, default=0) or 1)
        for number, figure in enumerate(figures):
            top, length = 70 + number * _STEP, max(1.0, figure * scale)
            colour = _OURS if rows[number].is_ours else _THEIRS
            yield f"<rect x='{left}' y='{top - 10}' width='{length:.1f}' height='{_BAR}' rx='2' fill='{colour}'/>"
            yield _text(left + length + 6, top + 4, form.format(figure))


def growth(title: str, across: str, up: str, curves: Sequence[Curve]) -> str:
    """Both axes by powers of ten: what grows as fast as its input is a straight line that rises by one for one."""
    points = [point for curve in curves for point in curve.points]
    x_axis, y_axis = _decades([x for x, _ in points]), _decades([y for _, y in points])
    return _page(title, _GROWTH_HEIGHT + 40, _growth(across, up, curves, x_axis, y_axis))


def _growth(across: str, up: str, curves: Sequence[Curve], x_axis: range, y_axis: range) -> Iterator[str]:
    def place(x: float, y: float) -> tuple[float, float]:
        right, bottom = _WIDTH - 200, _GROWTH_HEIGHT - 20
        along = (math.log10(x) - x_axis[0]) / (x_axis[-1] - x_axis[0])
        above = (math.log10(y) - y_axis[0]) / (y_axis[-1] - y_axis[0])
        return _PAD + along * (right - _PAD), bottom - above * (bottom - _PAD)

    for power in x_axis:
        (x, bottom), (_, top) = place(10.0**power, 10.0 ** y_axis[0]), place(10.0**power, 10.0 ** y_axis[-1])
        yield f"<line x1='{x:.1f}' y1='{bottom:.1f}' x2='{x:.1f}' y2='{top:.1f}' stroke='{_GRID}'/>"
        yield _text(x, bottom + 18, f"{10**power:,}", anchor="middle")
    for power in y_axis:
        (left, y), (right, _) = place(10.0 ** x_axis[0], 10.0**power), place(10.0 ** x_axis[-1], 10.0**power)
        yield f"<line x1='{left:.1f}' y1='{y:.1f}' x2='{right:.1f}' y2='{y:.1f}' stroke='{_GRID}'/>"
        yield _text(left - 8, y + 4, f"{10.0**power:g}", anchor="end")
    yield _text(_PAD, 48, up, more=" font-weight='600'")
    yield _text((_WIDTH - 130) / 2, _GROWTH_HEIGHT + 22, across, anchor="middle", more=" font-weight='600'")
    for curve, colour in zip(curves, _COLOURS * len(curves), strict=False):
        where = [place(x, y) for x, y in curve.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in where)
        yield f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>"
        yield from (f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{colour}'/>" for x, y in where)
    yield from _names([(curve.name, *place(*curve.points[-1])) for curve in curves])


def _names(ends: Sequence[tuple[str, float, float]]) -> Iterator[str]:
    """Each beside the end of its curve, and none upon another."""
    free = -math.inf
    for name, x, y in sorted(ends, key=lambda end: end[2]):
        free = max(y + 4, free)
        yield _text(x + 10, free, name)
        free += _LINE


def _decades(figures: Sequence[float]) -> range:
    """Powers of ten that hold them all; at least two."""
    low = math.floor(math.log10(min(figures)))
    high = max(math.ceil(math.log10(max(figures))), low + 1)
    return range(low, high + 1)


def _text(x: float, y: float, text: str, *, anchor: str = "start", more: str = "") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' {_FONT}{more}>{escape(text)}</text>"


def _page(title: str, height: int, parts: Iterator[str]) -> str:
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {height}' width='{_WIDTH}' height='{height}'"
        f" role='img' aria-label='{escape(title, quote=True)}'>"
    )
    ground = f"<rect width='{_WIDTH}' height='{height}' fill='#ffffff'/>"
    return "\n".join([head, ground, _text(20, 24, title, more=" font-weight='700'"), *parts, "</svg>", ""])
