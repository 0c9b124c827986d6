"""JSON as pages write it: in comments, with trailing commas, control characters, HTML entities and worse."""

import json
import re
from collections.abc import Iterator

from forecourt.listing.entities import unescaped

LONGEST_NUMBER = 30
_OPENING = re.compile(r"<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[")
_CLOSING = re.compile(r"(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>|;)\Z")
_LONGEST_CLOSING = 40
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|[\"\\/bfnrt])|\\")
# A string is taken whole, so that what looks like a comment in it ("https://…") stays. What never closes ends with the
# text, and no step is taken back: a text of megabytes costs its length, not the square of it.
_LOOSE = re.compile(r"(\"(?:[^\"\\]++|\\.?)*+(?:\"|\Z))|/\*.*?(?:\*/|\Z)|(?<![:\w])//[^\n]*|,(?=\s*[}\]])", re.DOTALL)
_BETWEEN = re.compile(r"[ \t\r\n,;]*")


def loads(text: str) -> list[object]:
    """The JSON values in a text, one behind another; what cannot be read is left out.

    NaN, Infinity and numbers of absurd length are None. Of keys that come twice the last counts.
    """
    text = text.strip().lstrip("\ufeff")
    if not text:
        return []
    for attempt in _attempts(text):
        values = _read(attempt)
        if values:
            return values
    return []


def _attempts(text: str) -> Iterator[str]:
    """The text as it is, then mended more and more; each step begins where the last one ended."""
    yield text
    plain = _unwrapped(_unwrapped(text))
    if plain != text:
        yield plain
    loosened = _loosened(plain)
    yield loosened
    yield _rightly_escaped(loosened)
    if "&" in plain:
        yield _loosened(unescaped(plain))


def _unwrapped(text: str) -> str:
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, max(0, len(text) - _LONGEST_CLOSING))
    return text[opening.end() if opening else 0 : closing.start() if closing else len(text)].strip()


def _loosened(text: str) -> str:
    return _LOOSE.sub(lambda found: found[1] or "", text).strip()


def _rightly_escaped(text: str) -> str:
    r"""Without backslashes that escape nothing, as in "\X"."""
    return _ESCAPED.sub(lambda found: found[0] if found[1] else "", text)


def _read(text: str) -> list[object]:
    values: list[object] = []
    at = 0
    try:
        while at < len(text):
            value, at = DECODER.raw_decode(text, at)
            values.append(value)
            between = _BETWEEN.match(text, at)
            at = between.end() if between else at
    except (ValueError, RecursionError):
        pass  # what was whole before the break is kept
    return values


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_NUMBER else None


def _broken(digits: str) -> float | None:
    number = float(digits) if len(digits) <= LONGEST_NUMBER else None
    return None if number in (float("inf"), float("-inf")) else number


DECODER = json.JSONDecoder(strict=False, parse_int=_whole, parse_float=_broken, parse_constant=lambda _: None)
