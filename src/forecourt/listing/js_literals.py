"""Values as JavaScript writes them: bare keys, single quotes, trailing commas, `undefined`, `!0`, comments.

Nothing is run. A name stands for what the caller says it means, else for nothing; a call, a function or arithmetic
ends the reading.

Source: ECMA-262, section 12.9 (literals).
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

DEEPEST = 200
MOST_TOKENS = 300_000
_LONGEST_TOKEN = 250  # a text or a comment that never ends is read to the end of the script, for nothing
_TOKEN = re.compile(
    r"""(?:\s++|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)*+(?:
    (?P<mark>[{}\[\]:,])
    |(?P<text>"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+'|`(?:[^`\\$]++|\\.)*+`)
    |(?P<number>-?(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?))
    |(?P<flag>![01])
    |void\s(?P<void>\d)
    |new\s+Date\((?P<date>"[^"\n]*"|'[^'\n]*'|\d+)\)
    |(?P<name>[A-Za-z_$][\w$]*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_LONGEST_NUMBER = 30
_CONSTANTS: Mapping[str, object] = {"true": True, "false": False}


class NotALiteral(ValueError):
    """What stands here is no value, or more than a value."""


@dataclass
class Allowance:
    """How many more tokens are read, in one value or in several."""

    tokens: int = MOST_TOKENS


def read_literal(
    text: str, at: int = 0, *, names: Mapping[str, object] | None = None, allowance: Allowance | None = None
) -> tuple[object, int]:
    """The value that begins at `at`, and where it ends.

    Args:
        names: What identifiers mean here; every other one is None, as `null`, `undefined` and NaN are.
        allowance: What is left for this value and those that follow.

    Raises:
        NotALiteral: It is none, it is cut off, or it is too deep or too long.
    """
    reader = _Reader(text, at, names or {}, allowance or Allowance())
    return reader.value(0), reader.at


def unquoted(literal: str) -> str:
    r"""The text of a string literal with its quotes: '"a\u00e9"' → "aé"."""
    inner = literal[1:-1]
    return _ESCAPE.sub(_unescaped, inner) if "\\" in inner else inner


class _Reader:
    def __init__(self, text: str, at: int, names: Mapping[str, object], allowance: Allowance) -> None:
        self.at = at
        self._text = text
        self._names = names
        self._allowance = allowance

    def value(self, depth: int) -> object:
        if depth > DEEPEST:
            raise NotALiteral("too deep")
        token = self._next()
        mark = token["mark"]
        if mark == "{":
            return self._object(depth)
        if mark == "[":
            return self._array(depth)
        if mark:
            raise NotALiteral(f"{mark} in place of a value")
        return self._scalar(token)

    def _object(self, depth: int) -> dict[str, object]:
        members: dict[str, object] = {}
        while True:
            token = self._next()
            if token["mark"] == "}":
                return members
            if token["mark"] == ",":
                continue
            key = unquoted(token["text"]) if token["text"] else token["name"] or token["number"]
            if not key:
                raise NotALiteral("no key")
            after = self._peek()
            if after == ":":
                self._next()
                members[key] = self.value(depth + 1)
            elif token["name"] and after in (",", "}"):
                members[key] = self._names.get(key)
            else:
                raise NotALiteral("no colon")
            if self._peek() not in (",", "}"):
                raise NotALiteral("more than a value")

    def _array(self, depth: int) -> list[object]:
        items: list[object] = []
        while True:
            after = self._peek()
            if after == "]":
                self._next()
                return items
            if after == ",":
                self._next()
                continue
            items.append(self.value(depth + 1))
            if self._peek() not in (",", "]"):
                raise NotALiteral("more than a value")

    def _scalar(self, token: re.Match[str]) -> object:
        if text := token["text"]:
            return unquoted(text)
        if number := token["number"]:
            return _number(number)
        if flag := token["flag"]:
            return flag == "!0"
        if date := token["date"]:
            return date.strip("\"'")
        name = token["name"] or ""
        return self._names.get(name, _CONSTANTS.get(name))

    def _next(self) -> re.Match[str]:
        found = _TOKEN.match(self._text, self.at)
        self._allowance.tokens -= 1 if found else 1 + (len(self._text) - self.at) // _LONGEST_TOKEN
        if found is None or self._allowance.tokens < 0:
            raise NotALiteral("no value")
        self.at = found.end()
        return found

    def _peek(self) -> str | None:
        found = _TOKEN.match(self._text, self.at)
        return found["mark"] if found else None


def _number(digits: str) -> int | float | None:
    if len(digits) > _LONGEST_NUMBER:
        return None
    is_hexadecimal = "x" in digits.lower()
    if is_hexadecimal or digits.lstrip("-").isdigit():
        return int(digits, 16 if is_hexadecimal else 10)
    number = float(digits)
    return None if number in (float("inf"), float("-inf")) else number


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        return chr(int(code, 16)) if int(code, 16) <= sys.maxunicode else ""
    return _SIMPLE.get(found[4], found[4])
