"""How far a list in a state goes: how many vehicles and pages it says there are, and where its next page is."""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from forecourt.listing.document import Page
from forecourt.listing.photo_urls import refusal, site_of
from forecourt.listing.state_keys import plain_key

_NEAR_THE_TOP = 3_000
_DEEPEST = 6
_TOTALS = frozenset(
    """
    numberofresults totalresults totalcount totalhits totalitems totalvehicles totallistings resultscount nbhits
    resulttotal itemstotal resultstotal total
    """.split()
)
_PAGES = frozenset("numberofpages totalpages pagecount nbpages pagestotal pagetotal lastpage maxpages".split())
_NEXT = frozenset("next nexturl nextpage nextpageurl nextlink nexthref".split())


@dataclass(slots=True)
class StatePaging:
    """None where no state says so."""

    results_total: int | None = None
    pages_total: int | None = None
    next_page: str | None = None


def read_paging(page: Page, states: Sequence[object]) -> StatePaging:
    """Look near the top of all states; of several answers the first counts."""
    found = StatePaging()
    waiting: deque[tuple[object, int]] = deque((state, 0) for state in states)
    for _ in range(_NEAR_THE_TOP):
        if not waiting:
            break
        value, depth = waiting.popleft()
        for key, inner in value.items() if isinstance(value, dict) else ():
            name = plain_key(key)
            if type(inner) is int and inner > 0:
                found.results_total = found.results_total or (inner if name in _TOTALS else None)
                found.pages_total = found.pages_total or (inner if name in _PAGES else None)
            elif isinstance(inner, str) and name in _NEXT:
                found.next_page = found.next_page or _next(page, inner)
            elif isinstance(inner, dict) and depth < _DEEPEST:
                waiting.append((inner, depth + 1))
    return found


def _next(page: Page, text: str) -> str | None:
    if not re.match(r"https?://|/|\?", text):
        return None
    url = page.absolute(text)
    return url if not refusal(url) and site_of(url) == site_of(page.url) and url != page.url else None
