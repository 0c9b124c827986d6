"""The status line and the headers of an answer, read strictly.

Where two readers could disagree about where an answer ends, it is refused (RFC 9112, section 6.3; RFC 9110, section
5.5): a length beside chunks, two lengths, a NUL or a bare CR. What is odd and yet clear passes: a line that ends with
LF alone, a folded one, a reason in any characters.
"""

import re
from dataclasses import dataclass

from forecourt.fetch.wire_errors import NotHttp

MOST_HEADERS = 128
LONGEST_LINE = 16 * 1024  # characters of one header

_STATUS_LINE = re.compile(r"HTTP/1\.(?P<minor>[01]) (?P<status>[0-9]{3})(?: [^\n]*)?")
_HEADERS = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\n]*\n)*")
_NEVER = re.compile(rb"\0|\r[^\n]")
_FOLD = re.compile(r"[ \t]*\n[ \t]+")
_LENGTH = re.compile(r"[0-9]{1,18}")
_BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before a body.

    Attributes:
        headers: By their names in lower case, in the order of their coming. Bytes that are not UTF-8 are surrogates.
        length: Of the body in bytes; None where its end is told otherwise.
        is_chunked: Its end is told by the last chunk; else, where there is no length, by that of the connection.
        may_be_kept: The connection, for another request, once the body has ended.
    """

    status: int
    headers: dict[str, list[str]]
    length: int | None
    is_chunked: bool
    may_be_kept: bool

    def first(self, name: str) -> str | None:
        """The first header of this name, which is in lower case."""
        values = self.headers.get(name)
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        """All headers of this name."""
        return self.headers.get(name, [])


def read_head(data: bytes) -> Head:
    """Read what came before the empty line, that line included.

    Raises:
        NotHttp: It is no such thing, or its body could end in two places.
    """
    status_line, headers = _read_lines(data)
    status, is_1_1 = int(status_line["status"]), status_line["minor"] == "1"
    length, is_chunked = _framing(status, headers)
    return Head(
        status=status,
        headers=headers,
        length=length,
        is_chunked=is_chunked,
        may_be_kept=(is_chunked or length is not None) and _is_kept(headers.get("connection"), is_1_1=is_1_1),
    )


def judge_beginning(data: bytes) -> None:
    """Whether a head can begin so: it may take long until its end comes.

    Raises:
        NotHttp: It cannot.
    """
    if _NEVER.search(data):
        raise NotHttp("a NUL or a lonely CR in the headers")
    lines, line_end, _ = data.rpartition(b"\n")
    if line_end:
        _read_lines(lines + b"\n\n")


def _read_lines(data: bytes) -> tuple[re.Match[str], dict[str, list[str]]]:
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    if "\0" in text or "\r" in text:
        raise NotHttp("a NUL or a lonely CR in the headers")
    line, _, block = text[:-1].partition("\n")
    status_line = _STATUS_LINE.fullmatch(line)
    if status_line is None or len(line) > LONGEST_LINE:
        raise NotHttp("no status line")
    if "\n " in block or "\n\t" in block:
        block = _FOLD.sub(" ", block)
    if not _HEADERS.fullmatch(block):
        raise NotHttp("a broken header")
    return status_line, _headers(block)


def _headers(block: str) -> dict[str, list[str]]:
    lines = block.split("\n")
    if len(lines) - 1 > MOST_HEADERS:
        raise NotHttp(f"more than {MOST_HEADERS} headers")
    headers: dict[str, list[str]] = {}
    for line in lines[:-1]:
        if len(line) > LONGEST_LINE:
            raise NotHttp(f"a header of more than {LONGEST_LINE} characters")
        name, _, value = line.partition(":")
        headers.setdefault(name.lower(), []).append(value.strip(" \t"))
    return headers


def _framing(status: int, headers: dict[str, list[str]]) -> tuple[int | None, bool]:
    """How long the body is, and whether it comes in chunks."""
    lengths, codings = headers.get("content-length"), headers.get("transfer-encoding")
    if codings:
        names = [name.strip(" \t").lower() for name in ",".join(codings).split(",")]
        if lengths or ("chunked" in names and set(names) != {"chunked"}):  # said twice, it is meant once
            raise NotHttp("a body that could end in two places")
        return (0, False) if status in _BODILESS else (None, "chunked" in names)
    if not lengths:
        return (0 if status in _BODILESS else None), False
    if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
        raise NotHttp("a length that is none")
    return (0 if status in _BODILESS else int(lengths[0])), False


def _is_kept(connection: list[str] | None, *, is_1_1: bool) -> bool:
    if connection is None:
        return is_1_1
    wishes = {wish.strip(" \t").lower() for wish in ",".join(connection).split(",")}
    return "close" not in wishes and (is_1_1 or "keep-alive" in wishes)
