"""A feed's file → its bytes as they were meant, piece by piece: one layer of gzip taken off, text as UTF-8.

What comes out is counted against what went in: a bomb is cut, and what stood before the cut counts.
"""

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from forecourt.listing.document import known_charset

PIECE_BYTES = 64 * 1024
MOST_BYTES = 16 * 1024**3
_FREE_BYTES = 64 * 1024 * 1024  # so much may come out of however little
_MOST_TIMES = 200  # beyond: lists of vehicles pack to a tenth, at most to a hundredth
_GZIP = b"\x1f\x8b"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAID = re.compile(r"charset\s*=\s*[\"']?\s*([\w\-:]+)", re.IGNORECASE)
_MANY_NULS = 0.3


class Unpacked:
    """The pieces of a file; `why_cut` says afterwards why its end was not reached, None where it was."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.why_cut: str | None = None

    def __iter__(self) -> Iterator[bytes]:
        given = 0
        for piece, read in self._pieces():
            given += len(piece)
            if given > MOST_BYTES or given > _FREE_BYTES + _MOST_TIMES * read:
                self.why_cut = "it unpacks to more than a list of vehicles does"
                return
            yield piece

    def _pieces(self) -> Iterator[tuple[bytes, int]]:
        """Pieces, and how much of the file had been read for each."""
        read = 0
        inflate = None
        while piece := self._file.read(PIECE_BYTES):
            if not read and piece.startswith(_GZIP):
                inflate = zlib.decompressobj(wbits=31)
            read += len(piece)
            if inflate is None:
                yield piece, read
                continue
            out = b""
            while piece or len(out) == PIECE_BYTES:  # a full piece may have more behind it
                if inflate.eof:  # one member behind another, or rubbish at the end, as gzip itself ignores it
                    if not piece.startswith(_GZIP):
                        return
                    inflate = zlib.decompressobj(wbits=31)
                try:
                    out = inflate.decompress(piece, PIECE_BYTES)
                except zlib.error:
                    self.why_cut = "its gzip is broken"
                    return
                piece = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
                if out:
                    yield out, read
        if inflate is not None and not inflate.eof:
            self.why_cut = "its gzip has no end"


def charset_of(head: bytes, *, said: str | None, content_type: str | None) -> str:
    """How the text is written: by its mark, by its NULs, by what was said. "utf-8" where nothing speaks against it.

    Args:
        said: By an operator, in a mapping file.
    """
    for mark, charset in _BOMS:
        if head.startswith(mark):
            return charset
    for charset, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        half = head[first:2048:2]
        if half and half.count(0) > _MANY_NULS * len(half) and not head[1 - first : 2048 : 2].count(0):
            return charset
    if said:
        return known_charset(said) or "utf-8"
    found = _SAID.search(content_type or "")
    return (known_charset(found[1]) if found else None) or "utf-8"


def as_utf8(pieces: Iterable[bytes], charset: str) -> Iterator[bytes]:
    """The same text in UTF-8, without a mark. What claims to be UTF-8 is passed on as it is, errors included."""
    decode = None if charset in ("utf-8", "cp1252") else codecs.getincrementaldecoder(charset)("replace")
    first = True
    for piece in pieces:
        text = piece if decode is None else decode.decode(piece).encode("utf-8", "replace")
        yield text.removeprefix(codecs.BOM_UTF8) if first else text
        first = False
