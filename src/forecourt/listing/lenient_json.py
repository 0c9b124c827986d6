"""JSON as pages write it: in comments, with trailing commas, control characters, HTML entities and worse."""

import json
import re

from forecourt.listing.entities import unescaped

LONGEST_NUMBER = 30
_WRAPPING = re.compile(
    r"^\s*(<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|(-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>|;)\s*$"
)
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|[\"\\/bfnrt])|\\")
# A string is taken whole, so that what looks like a comment in it ("https://…") stays. What never closes ends with the
# text, and no step is taken back: a text of megabytes costs its length, not the square of it.
_LOOSE = re.compile(r"(\"(?:[^\"\\]++|\\.)*+(?:\"|\Z))|/\*.*?(?:\*/|\Z)|(?<![:\w])//[^\n]*|,(?=\s*[}\]])", re.DOTALL)
_BETWEEN = re.compile(r"[ \t\r\n,;]*")


def loads(text: str) -> list[object]:
    """The JSON values in a text, one behind another; what cannot be read is left out.

    NaN, Infinity and numbers of absurd length are None. Of keys that come twice the last counts.
    """
    text = text.strip().lstrip("\ufeff")
    if not text:
        return []
    for attempt in (_as_it_is, _unwrapped, _loosened, _rightly_escaped, _unescaped):
        values = _read(attempt(text))
        if values:
            return values
    return []


def _as_it_is(text: str) -> str:
    return text


def _unwrapped(text: str) -> str:
    return _WRAPPING.sub("", _WRAPPING.sub("", text)).strip()


def _loosened(text: str) -> str:
    return _LOOSE.sub(lambda found: found[1] or "", _unwrapped(text)).strip()


def _rightly_escaped(text: str) -> str:
    r"""Without backslashes that escape nothing, as in "\X"."""
    return _ESCAPED.sub(lambda found: found[0] if found[1] else "", _loosened(text))


def _unescaped(text: str) -> str:
    return _loosened(unescaped(text)) if "&" in text else text


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
