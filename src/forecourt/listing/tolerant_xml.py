"""XML as strangers write it: without its document type, and with names whatever their prefixes."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Literal

from lxml import etree

from forecourt.listing.feed_bytes import as_utf8, charset_of

_BEGIN = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_STRAY_BRACKET = re.compile(rb"<(?!!)(?=[^<>]*+<)")
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,31};)")
# Half of a UTF-16 pair by its number: libxml2 takes it, and lxml cannot read what it made of it.
_HALF_CHARACTER = re.compile(
    rb"&#(?:x0*+d[89a-f][0-9a-f]{2}|0*+5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3]));", re.IGNORECASE
)
_NO_CHARACTER = "\ufffd".encode()
_DECLARATION = re.compile(rb"\A\s*<\?xml\b[^>]*+>")
_LONGEST_TEXT = 1024 * 1024
_CDATA = re.compile(rb"(<!\[CDATA\[|\]\]>)")
_WHOLE = re.compile(rb"<!DOCTYPE[^\[>]*+(\[[^\]]*+\]\s*+)?>", re.IGNORECASE)


def local_name(tag: object) -> str:
    """An element's name in lower case without its namespace, declared or not ("a:loc"); '' of what is no element."""
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def tolerant_parser(*events: Literal["start", "end"]) -> Any:  # noqa: ANN401 (its types name more than we ask for)
    """One that reads on behind an error, resolves no entity and touches no file and no network."""
    return etree.XMLPullParser(
        events=events,
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def mended(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A document as libxml2 reads it to its end: no document type, no stray "<", no bare "&"; CDATA as it stands."""
    is_text = False
    for number, piece in enumerate(_ending_with_tags(_without_utf_16(pieces))):
        parts = _CDATA.split(piece if number else _without_doctype(piece).lstrip())
        for at, part in enumerate(parts):
            if part in (b"<![CDATA[", b"]]>"):
                is_text = part != b"]]>"
            elif not is_text:
                parts[at] = _without_stray_marks(part)
        yield _HALF_CHARACTER.sub(_NO_CHARACTER, b"".join(parts))


def _without_utf_16(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same in UTF-8 and without its declaration, so that marks are the same bytes in each document."""
    rest = iter(pieces)
    head = next(rest, b"")
    charset = charset_of(head, said=None, content_type=None)
    whole = chain([head], rest)
    if charset == "utf-8":
        yield from whole
        return
    for number, piece in enumerate(as_utf8(whole, charset)):
        yield piece if number else _DECLARATION.sub(b"", piece)


def _without_doctype(body: bytes) -> bytes:
    """No entity of a stranger's is ever declared: the first document type is taken out.

    Only the first is looked at. A document has no second one, and a search among thousands of beginnings costs the
    square of their length.
    """
    begin = _BEGIN.search(body)
    found = _WHOLE.match(body, begin.start()) if begin else None
    return body[: found.start()] + body[found.end() :] if found else body


def _without_stray_marks(body: bytes) -> bytes:
    """What XML forbids and libxml2 stumbles over: "<" that open no tag are taken out, bare "&" are escaped.

    From each "<" that is followed by another before any ">" it looks for the end of the tag, which takes the square of
    "<a<a<a…"; behind one bare "&", as in an address with two parameters, it gives the rest of the document up.
    """
    return _BARE_AMPERSAND.sub(b"&amp;", _STRAY_BRACKET.sub(b"", body))


def _ending_with_tags(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that end with a tag, so that no mark is cut in two; a text of more than 1 MiB may be."""
    rest = b""
    for piece in pieces:
        rest += piece
        end = len(rest) if len(rest) > _LONGEST_TEXT else rest.rfind(b">") + 1
        if end:
            yield rest[:end]
            rest = rest[end:]
    if rest:
        yield rest
