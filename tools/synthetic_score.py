"""The synthetic set as figures: of each field how often it was said, true and right."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from synthetic.misses import Miss, misses, photo_keys, read
from synthetic.published import CORE, Published
from synthetic.whole_set import SEED, everything

from forecourt.listing import PageReading


@dataclass(frozen=True)
class Column:
    """Counts of one field."""

    right: int
    said: int
    true: int


def score_synthetic(seed: int = SEED) -> tuple[int, dict[str, Column], list[Miss]]:
    """How many pages there are, the columns, and every wrong answer."""
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    true: Counter[str] = Counter()
    missed: list[Miss] = []
    pages = everything(seed)
    for page in pages:
        reading = read(page)
        missed += misses(page, reading)
        for name, (told, wanted) in _answers(page, reading).items():
            said[name] += len(told)
            true[name] += len(wanted)
            right[name] += len(set(told) & set(wanted))
    return len(pages), {name: Column(right[name], said[name], true[name]) for name in true}, missed


def lines_of_misses(missed: Sequence[Miss]) -> list[str]:
    """One line for each, as the scorer of the real pages writes them."""
    return [f"{miss.page}  {miss.field}: said {miss.said!r}, true {miss.true!r}" for miss in missed]


def _answers(page: Published, reading: PageReading) -> dict[str, tuple[Sequence[object], Sequence[object]]]:
    """What was said and what is true, by field; a value that is not there is an empty list."""
    listing, truth = reading.listing, page.truth
    answers: dict[str, tuple[Sequence[object], Sequence[object]]] = {"kind": ([reading.kind], [truth.kind])}
    if truth.kind == "vehicle":
        for name in CORE:
            answers[name] = (_said(getattr(listing, name, None)), _said(truth.fields.get(name)))
        answers["photos"] = (photo_keys(listing.photos) if listing else (), photo_keys(truth.photos))
        answers["largest form"] = (listing.photos if listing else (), truth.photos)
    elif truth.kind == "inventory":
        answers["listing_urls"] = (reading.listing_urls, truth.listing_urls)
        answers["next_page"] = (_said(reading.next_page), _said(truth.next_page))
    return answers


def _said(value: object) -> list[object]:
    return [] if value is None else [value]
