"""Values in scripts: what stands behind assignments, in calls and in JSON.parse.

A script says nowhere where its values begin. Each place that may be one is tried, and where the value never ends the
trial was for nothing: so a page has one allowance for all of its scripts.
"""

import json
import re
from collections.abc import Iterator

from forecourt.listing import lenient_json
from forecourt.listing.js_literals import Allowance, NotALiteral, read_literal, unquoted

LONGEST_STATE = 12 * 1024 * 1024
_LONGEST_LITERAL = 400_000  # read by us and not by the json module, a hundred times slower
SHORTEST = 60
_MOST_STARTS = 400
_MOST_STARTS_OF_PAGE = 2_000
_MOST_FRUITLESS = 10_000_000  # characters of a page, read for nothing; a real page has some hundreds
_NEWLINES_COST = 16  # the json module counts all lines before the place where it gives up
# Each way begins with one of four characters and looks back from there: a pattern that begins with a set is looked for
# several times faster than one that begins with a choice.
_STARTS = re.compile(
    r"[(:=n](?:(?<!n)(?<![=!<>]=)\s*(?=[{\[])|(?<=\breturn)\s*(?=[{\[])|(?<=JSON\.parse\()\s*(?=[\"'`])"
    r"|(?<=enqueue\()\s*(?=\")|(?<=push\()\s*(?=\")|(?<==)\s*\(?function\()"
)
# What the json module takes for a value at its first look; the others are left to our own reader.
_JSON_BEGINS = re.compile(r"\{\s*[\"}]|\[\s*[\[{\"\]\d\-tfnNI]")
_TEXT = re.compile(r"\"(?:[^\"\\]++|\\.)*+\"|'(?:[^'\\]++|\\.)*+'|`(?:[^`\\]++|\\.)*+`", re.DOTALL)
_NUXT = re.compile(r"=\s*\(?function\(([\w$,\s]*)\)\s*\{\s*(?:return\s*)?(?=[{\[])")
_CALL = re.compile(r"\s*;?\s*\}\s*\)?\s*\(")
_SERVER_ROW = re.compile(r"^[0-9a-f]{1,6}:(?=[{\[])", re.MULTILINE)
_JSON = json.JSONDecoder(strict=False)


class ScriptValues:
    """The values of a page's scripts, one script after another, until the allowance is used up."""

    def __init__(self) -> None:
        self._server_rows: list[str] = []
        self._starts = _MOST_STARTS_OF_PAGE
        self._characters = _MOST_FRUITLESS
        self._literals = Allowance()

    def of_script(self, text: str) -> Iterator[object]:
        """What stands behind assignments, in calls and in JSON.parse."""
        at, starts = 0, min(_MOST_STARTS, self._starts)
        while starts > 0 and (found := _STARTS.search(text, at)):
            starts -= 1
            self._starts -= 1
            begin = found.end()
            if found[0].endswith("function("):
                value, end = self._immediate(text, found.start())
            elif text[begin : begin + 1] in "\"'`":
                value, end = _parsed_text(text, begin)
            else:
                value, end = self._value_at(text, begin)
            if end is None:
                at = begin
                continue
            at = max(end, begin)
            if isinstance(value, list) and len(value) == 2 and value[0] == 1 and isinstance(value[1], str):  # noqa: PLR2004
                self._server_rows.append(value[1])
            elif end - begin >= SHORTEST:
                yield value

    def of_server_rows(self) -> Iterator[object]:
        """What React's server components streamed into the scripts, a row a line: `1f:["$","div",null,{…}]`."""
        text = "".join(self._server_rows)
        for row in _SERVER_ROW.finditer(text):
            value, end = self._value_at(text, row.end())
            if end is not None and end - row.end() >= SHORTEST:
                yield value

    def _value_at(self, text: str, at: int) -> tuple[object, int | None]:
        """A value in JSON, else in JavaScript; its end is None where it is neither."""
        if _JSON_BEGINS.match(text, at) and self._characters > 0:
            try:
                return _JSON.raw_decode(text, at)
            except json.JSONDecodeError as error:
                reached = len(text) if error.msg.startswith("Unterminated") else error.pos
                self._characters -= reached - at + error.pos // _NEWLINES_COST
            except (ValueError, RecursionError):
                self._characters -= at // _NEWLINES_COST
        if len(text) - at > _LONGEST_LITERAL:
            return None, None
        try:
            return read_literal(text, at, allowance=self._literals)
        except (NotALiteral, RecursionError):
            return None, None

    def _immediate(self, text: str, at: int) -> tuple[object, int | None]:
        """`(function(a,b){return {…}}("x",1))`: the object, with the arguments in place of their names."""
        found = _NUXT.match(text, at)
        if found is None or len(text) - at > LONGEST_STATE:
            return None, None
        try:
            _, end = read_literal(text, found.end(), allowance=self._literals)
            arguments, last = self._arguments(text, end)
            names = dict(zip((name.strip() for name in found[1].split(",")), arguments, strict=False))
            value, _ = read_literal(text, found.end(), names=names, allowance=self._literals)
        except (NotALiteral, RecursionError):
            return None, None
        return value, last

    def _arguments(self, text: str, at: int) -> tuple[list[object], int]:
        call = _CALL.match(text, at)
        if call is None:
            raise NotALiteral("nobody calls it")
        closing = text.find("</", call.end())
        end = text.rfind(")", call.end(), closing if closing > 0 else len(text))
        listed = "[" + text[call.end() : end].rstrip(" );") + "]"
        arguments, _ = read_literal(listed, allowance=self._literals)
        return (arguments if isinstance(arguments, list) else []), end


def _parsed_text(text: str, at: int) -> tuple[object, int | None]:
    """A string literal that holds JSON."""
    found = _TEXT.match(text, at)
    if found is None:
        return None, None
    try:
        inner = json.loads(found[0], strict=False) if found[0][0] == '"' else unquoted(found[0])
    except ValueError:
        inner = unquoted(found[0])
    values = lenient_json.loads(str(inner))
    return (values[0] if values else None), found.end()
