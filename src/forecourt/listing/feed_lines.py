"""The lines of a feed, numbered as an editor numbers them. No line is longer in memory than a record may be."""

from collections.abc import Iterable, Iterator

from forecourt.listing.feed_records import LONGEST_RECORD

TOO_LONG = "longer than a record may be"


def numbered_lines(pieces: Iterable[bytes]) -> Iterator[tuple[int, str | None]]:
    """The lines as text, from 1, None for one that is too long; whatever ends them: LF, CR LF, or CR alone."""
    mark, rest, skipping, number = b"", b"", False, 0
    for piece in pieces:
        mark = mark or (b"\r" if b"\n" not in piece and b"\r" in piece else b"\n")
        *whole, rest = (rest + piece).split(mark)
        for line in whole:
            number += 1
            yield number, None if skipping or len(line) > LONGEST_RECORD else _text(line.rstrip(b"\r"))
            skipping = False
        if len(rest) > LONGEST_RECORD:
            skipping, rest = True, b""
    if rest or skipping:
        yield number + 1, None if skipping else _text(rest.rstrip(b"\r"))


def _text(line: bytes) -> str:
    """One that is no UTF-8 is taken for Windows-1252: its neighbours may be either."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("cp1252", "replace")
    return text.replace("\0", "").replace("\r", " ")  # a CR alone ends no line here: the others end otherwise
