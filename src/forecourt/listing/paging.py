"""A list of vehicles, page after page: where it goes on, when it ends, and whether it was read to its end.

A page says where the next one is; else its totals say that there is more, or its address has a number or an offset.
Then the next number is tried once. A page that names nothing new ends the list: many sites show the last page, or the
first one, for every number.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from forecourt.listing.values import PageReading

_NUMBERS = frozenset(
    {"page", "p", "pg", "pagina", "seite", "paged", "pn", "pageno", "pagenumber", "currentpage", "strona", "sida"}
)
_OFFSETS = frozenset({"offset", "start", "skip", "startindex", "firstresult", "startrow", "begin", "ofs"})
_SIZES = frozenset({"limit", "size", "pagesize", "perpage", "hitsperpage", "take", "rows", "results"})
_IN_PATH = re.compile(r"(/(?:page|seite|pagina|p)[/-]?)(\d{1,5})(/?)$", re.IGNORECASE)
_LONGEST_NUMBER = 5


@dataclass
class InventoryList:
    """One list that is being read.

    Attributes:
        named: The listings that its pages have named.
        total: How many there are, as it says.
        repeats: It ended because a page named nothing new.
        pages: How many were read.
    """

    named: set[str] = field(default_factory=set)
    total: int | None = None
    repeats: bool = False
    pages: int = 0

    @property
    def is_full(self) -> bool:
        """It has named as many as it says there are."""
        return self.total is not None and len(self.named) >= self.total

    def take(self, reading: PageReading, urls: Sequence[str], *, known: Collection[str], page: str) -> str | None:
        """Note a page, and say where the list goes on.

        Args:
            urls: Those of its listings that may be followed.
            known: What this list and others had named before.
            page: Its address.
        """
        self.pages += 1
        self.named.update(urls)
        self.total = reading.results_total or self.total
        self.repeats = all(url in known for url in urls)
        if not urls or (self.repeats and self.pages > 1):  # the first page may be what a home page shows of the list
            return None
        return reading.next_page or self._untold(reading, page, listed=len(urls))

    def _untold(self, reading: PageReading, page: str, *, listed: int) -> str | None:
        """The next page that this one does not name, where there is one by its totals or by its address."""
        if self.total is not None or reading.pages_total is not None:
            is_more = not self.is_full if self.total is not None else self.pages < (reading.pages_total or 0)
            return (following(page, listed=listed) or _second(page, pages=self.pages)) if is_more else None
        return following(page, listed=listed)


def gap(lists: Sequence[InventoryList]) -> str | None:
    """Why these lists together are not the whole inventory; None: they are."""
    full = [each for each in lists if each.is_full]
    named: set[str] = set().union(*(each.named for each in lists))
    for each in lists:
        if each.total is not None and not each.is_full and not each.repeats:
            return f"{len(each.named)} of {each.total} vehicles were named"
    if not full:
        return "its pages do not say how many vehicles there are"
    if named.difference(*(each.named for each in full)):
        return "some vehicles stand only where no page says how many there are"
    return None


def page_number(url: str) -> int:
    """The number of a list's page by its address: 1 where it has none."""
    parts = urlsplit(url)
    for name, value in parse_qsl(parts.query):
        if _word(name) in _NUMBERS and _is_number(value):
            return int(value)
    found = _IN_PATH.search(parts.path)
    return int(found[2]) if found else 1


def offset(url: str) -> int | None:
    """How many vehicles a list's page leaves out before its first, by its address; None where it does not say."""
    for name, value in parse_qsl(urlsplit(url).query):
        if _word(name) in _OFFSETS and _is_number(value):
            return int(value)
    return None


def following(url: str, *, listed: int) -> str | None:
    """The address of the next page by the shape of this one's; None where it has neither number nor offset.

    Args:
        listed: How many vehicles the page lists: the step of an offset, where the address names no size.
    """
    parts = urlsplit(url)
    fields = [field.partition("=") for field in parts.query.split("&")]
    sizes = [int(value) for name, _, value in fields if _word(name) in _SIZES and _is_number(value)]
    for at, (name, _, value) in enumerate(fields):
        if not _is_number(value) or _word(name) not in _NUMBERS | _OFFSETS:
            continue
        step = 1 if _word(name) in _NUMBERS else next(iter(sizes), 0) or listed
        fields[at] = (name, "=", str(int(value) + step))
        return parts._replace(query="&".join(map("".join, fields)), fragment="").geturl()
    path = _IN_PATH.sub(lambda found: f"{found[1]}{int(found[2]) + 1}{found[3]}", parts.path)
    return parts._replace(path=path, fragment="").geturl() if path != parts.path else None


def _second(url: str, *, pages: int) -> str | None:
    """The usual address of a second page, where the first has no number."""
    if pages > 1:
        return None
    parts = urlsplit(url)
    return parts._replace(query=f"{parts.query}&page=2" if parts.query else "page=2", fragment="").geturl()


def _word(parameter: str) -> str:
    """What it is about: `page[number]` and `cars_page` say "page", `per_page` and `page-size` say how large one is."""
    name = parameter.lower().split("[")[0]
    last = re.split(r"[_-]", name)[-1]
    squeezed = re.sub(r"[_-]", "", name)
    return squeezed if squeezed in _SIZES | _NUMBERS | _OFFSETS else last


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) <= _LONGEST_NUMBER
