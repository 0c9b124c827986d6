"""Which addresses have been seen, at 13 to 27 bytes each, however long they are: a feed may name a million."""

from array import array
from hashlib import blake2b

_SMALLEST = 1024
_FULL = 0.6


class SeenListings:
    """A set of addresses that only grows. Two that share 64 bits of a hash are one: once in ten million such sets."""

    def __init__(self) -> None:
        self._places = array("Q", [0]) * _SMALLEST
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, url: object) -> bool:
        return isinstance(url, str) and self._places[self._place(_mark(url))] != 0

    def add(self, url: str) -> bool:
        """Whether it is new."""
        mark = _mark(url)
        place = self._place(mark)
        if self._places[place]:
            return False
        self._places[place] = mark
        self._count += 1
        if self._count > _FULL * len(self._places):
            self._grow()
        return True

    def _place(self, mark: int) -> int:
        """Where the mark is, or would be: 0 stands for nobody."""
        last = len(self._places) - 1
        place = mark & last
        while self._places[place] not in (0, mark):
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        marks = self._places
        self._places = array("Q", [0]) * (2 * len(marks))
        for mark in marks:
            if mark:
                self._places[self._place(mark)] = mark


def _mark(url: str) -> int:
    return int.from_bytes(blake2b(url.encode("utf-8", "replace"), digest_size=8).digest()) or 1
