"""How long saved pages take to read, by our readers and by extruct, in one process and one run."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import extruct
from saved_pages import SavedPage

from forecourt.listing import read_page

_ROUNDS = 3


@dataclass(frozen=True)
class Timed:
    """CPU seconds for one page, the best of three rounds; extruct, which is slow, gets one. `fault`: what it raised."""

    name: str
    size: int
    ours: float
    extruct: float
    fault: str


def time_pages(pages: Sequence[SavedPage]) -> list[Timed]:
    """All pages, after one that warms both up."""
    for page in pages[:1]:
        _time(page)
    return [_time(page) for page in pages]


def ms_per_200_kb(timed: Sequence[Timed], seconds: Sequence[float]) -> float:
    """CPU milliseconds for 200 KB of HTML, over all of it."""
    return sum(seconds) * 1000 * 200_000 / sum(each.size for each in timed)


def _time(page: SavedPage) -> Timed:
    body = page.file.read_bytes()
    text = body.decode("utf-8", "replace")
    ours = min(
        _seconds(lambda: read_page(body, url=page.url, content_type="text/html; charset=utf-8")) for _ in range(_ROUNDS)
    )
    fault = ""

    def oracle() -> None:
        nonlocal fault
        try:
            extruct.extract(text, base_url=page.url)
        except (ArithmeticError, AttributeError, LookupError, SyntaxError, TypeError, ValueError) as error:
            fault = f"{type(error).__name__}: {error}"[:150]

    return Timed(page.name, len(body), ours, _seconds(oracle), fault)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
