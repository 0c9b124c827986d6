"""What is spoilt and how a spoilt page is read: one case by its seed and its number, the same each time."""

import json
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fuzzing import noting_what_escapes
from mutations import mutated
from saved_pages import SHARED, saved_pages
from synthetic.machine_files import machine_files
from synthetic.whole_set import SEED, everything

from forecourt.listing import Listing, PageReading, refusal
from forecourt.listing.in_child import READING
from forecourt.listing.in_child import read as read_in_child

MOST_CPU_SECONDS = 1.0
_REAL_WEIGHT = 5  # about as many as there are made ones: a real page has more to break
MOST_BYTES = 200 * 1024 * 1024
_TYPES = (
    "text/html; charset=utf-8",
    "text/html",
    None,
    "application/json",
    "text/xml",
    "text/csv",
    "text/html; charset=utf-16",
)


@dataclass(frozen=True)
class Seedling:
    """A good body before it is spoilt; kind as the readers are asked: page, sitemap, feed."""

    name: str
    kind: str
    url: str
    body: bytes


@dataclass(frozen=True)
class Case:
    """A spoilt body and how it came."""

    number: int
    name: str
    kind: str
    url: str
    content_type: str | None
    body: bytes


@dataclass(frozen=True)
class Finding:
    """One case that did what no page may do. `what`: exception, promise, cpu, memory, or died."""

    number: int
    name: str
    what: str
    detail: str
    size: int


def seedlings(*, real: bool = True) -> list[Seedling]:
    """The synthetic pages, sitemaps and feeds, and the real pages where there are some."""
    found = [Seedling(page.name, "page", page.url, page.body) for page in everything(SEED)]
    found += [Seedling(name, kind, "https://dealer.example/x", body) for kind, name, body in machine_files(SEED)]
    if real and (SHARED / "pages").is_dir():
        for page in saved_pages():
            kind = "sitemap" if page.file.suffix == ".xml" and page.kind == "sitemap" else "page"
            found += [Seedling(page.name, kind, page.url, page.file.read_bytes())] * _REAL_WEIGHT
    return found


def case(seed: int, number: int, good: Sequence[Seedling]) -> Case:
    """The case of a number."""
    random = Random(f"{seed} {number}")  # noqa: S311 (nothing is secret here)
    ground, other = random.choice(good), random.choice(good)
    kind = ground.kind if random.random() < 0.9 else random.choice(("page", "sitemap", "feed"))  # noqa: PLR2004 (one of ten)
    kinds = _TYPES if random.random() < 0.3 else (_TYPES[0],)  # noqa: PLR2004 (most servers tell the truth)
    body = mutated(random, ground.body, other.body)
    return Case(number, ground.name, kind, ground.url, random.choice(kinds), body)


def findings(one: Case) -> Iterator[Finding]:
    """What reading it did that no page may do."""
    _forget_the_peak()
    before, begun = _peak_bytes(), time.process_time()
    broken: list[str] = []
    escaped: list[str] = []
    with noting_what_escapes(escaped):
        broken += _broken_promises(_read(one))
    if escaped:
        yield _finding(one, "exception", escaped[0])
        return
    cpu, grown = time.process_time() - begun, _peak_bytes() - before
    for promise in broken[:1]:
        yield _finding(one, "promise", promise)
    if cpu > MOST_CPU_SECONDS * (1 if one.kind == "page" else max(1, len(one.body) / 1_000_000)):  # else a second a MB
        yield _finding(one, "cpu", f"{cpu:.2f} s")
    if grown > MOST_BYTES:
        yield _finding(one, "memory", f"{grown / 2**20:.0f} MB")


def _read(one: Case) -> PageReading:
    """As the program does: in the child's words, through JSON and back."""
    answer = read_in_child({"kind": one.kind, "url": one.url, "content_type": one.content_type}, one.body)
    return READING.validate_python(json.loads(json.dumps(answer).encode("ascii")))


def _broken_promises(reading: PageReading) -> Iterator[str]:
    for listing in (*([reading.listing] if reading.listing else []), *reading.vehicles):
        yield from _broken_by(listing)
    for url in (*reading.listing_urls, *([reading.next_page] if reading.next_page else [])):
        if why := refusal(url):
            yield f"a link that is refused ({why}): {url[:200]!r}"


def _broken_by(listing: Listing) -> Iterator[str]:
    for url in (*listing.photos, *(form for forms in listing.other_forms.values() for form in forms)):
        if why := refusal(url):
            yield f"a photo that is refused ({why}): {url[:200]!r}"
    for name in ("title", "make", "model", "trim", "description", "stock_number", "dealer_name", "engine", "currency"):
        text = getattr(listing, name)
        if text is not None and (
            not isinstance(text, str) or "\0" in text or any("\ud800" <= one <= "\udfff" for one in text)
        ):
            yield f"{name}: {text!r:.200}"
    if listing.year is not None and not 1885 <= listing.year <= 2100:  # noqa: PLR2004 (what a vehicle can have)
        yield f"year {listing.year}"
    if listing.mileage is not None and not 0 <= listing.mileage < 2**31:
        yield f"mileage {listing.mileage}"
    if listing.price is not None and not 0 < listing.price < 10**12:
        yield f"price {listing.price}"
    if len(set(listing.photos)) != len(listing.photos):
        yield "a photo twice"


def _finding(one: Case, what: str, detail: str) -> Finding:
    return Finding(one.number, one.name, what, detail, len(one.body))


def _forget_the_peak() -> None:
    """Linux counts the peak anew when it is told so; elsewhere only growth beyond the last peak is seen."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5", encoding="ascii")


def _peak_bytes() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
