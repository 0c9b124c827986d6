"""The JSON states that a page carries: in scripts of any type, behind an assignment, in a call, in attributes.

    <script type="application/json">…      window.__STATE__ = {…}      JSON.parse("…")      dataLayer.push({…})
    self.__next_f.push([1,"…"])            __NUXT__=(function(a){return {…}}("…"))          <div data-page="{…}">

Which framework wrote it does not matter: whatever reads as a value and is long enough is a state.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from forecourt.listing import lenient_json
from forecourt.listing.document import Page
from forecourt.listing.entities import unescaped
from forecourt.listing.flattened import put_together
from forecourt.listing.js_literals import NotALiteral, read_literal, unquoted

MOST_STATES = 200
LONGEST_STATE = 12 * 1024 * 1024
_LONGEST_LITERAL = 400_000  # read by us and not by the json module, a hundred times slower
_SHORTEST = 60
_MOST_STARTS = 400
# A script without any of these words, or "vin", tells of no vehicle, no photo and no further page.
_TELLING = tuple(
    """
    image price model vehicle make brand marque marca marke preis prix precio prezzo mileage odometer kilomet listing
    photo gallery auction .jpg .jpeg .webp paginat
    """.split()
)
_VIN = re.compile(r"vin\b")
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
_SERVER_ROW = re.compile(r"^[0-9a-f]{1,6}:(?=[{\[])", re.MULTILINE)
_JSON_IN_QUOTES = re.compile(
    r"=(?:\"(\s*[{\[]\s*(?:&quot;|&#34;|'|\{|\[)[^\"]{60,}+)\"|'(\s*[{\[]\s*(?:\"|&quot;|\{|\[)[^']{60,}+)')"
)
_LONGEST_NAME = 60
_NAME_BEFORE = re.compile(rf"\s[\w:@.\-]{{2,{_LONGEST_NAME}}}\Z")
# An element that tells a vehicle by its attributes: <div data-auction-make="Porsche" data-auction-model="911"> or
# <vehicle-details make="Porsche" model="911">.
_MAKE = r"(?:make|brand|marca|marke|marque)="
_ATTRIBUTES = r"(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+"
_TELLING_TAG = re.compile(
    rf"<((?:[a-z]\w*+(?=[^<>]*?\sdata-[\w\-]*{_MAKE}))|(?:[a-z]\w*-[\w\-]*+(?=[^<>]*?\s{_MAKE})))\s{_ATTRIBUTES}>",
    re.IGNORECASE,
)
# Only tags with a make in an attribute are worth a look. It begins with its "=" because that is found fast.
_NAMES_A_MAKE = re.compile(
    r"=(?<=[ade]=)(?:(?<=[\s\-\w]make=)|(?<=[\s\-\w]brand=)|(?<=[\s\-\w]mar[ck][ae]=)|(?<=[\s\-\w]marque=))",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"\s(?:data-)?([a-z][\w\-]*+)=(?:\"([^\"]*+)\"|'([^']*+)')", re.IGNORECASE)
_MOST_TAGS = 200
_JSON = json.JSONDecoder(strict=False)


def is_json(body: bytes) -> bool:
    """Whether a body is a JSON document and no page."""
    return body[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def read_states(page: Page) -> list[object]:
    """Every state of the page, in its order; what cannot be read costs only itself."""
    states: list[object] = []
    server_rows: list[str] = []
    for script in page.tree.css("script"):
        if len(states) >= MOST_STATES:
            break
        kind = (script.attributes.get("type") or "").lower()
        text = script.text_content or script.text(deep=True) or ""
        if "ld+json" in kind or len(text) > LONGEST_STATE:
            continue
        is_stream = "__next_f" in text  # it is cut anywhere
        if not is_stream and (len(text) < _SHORTEST or not _tells(text)):
            continue
        if _is_data(kind, text):
            states += lenient_json.loads(text)
        else:
            states += _of_script(text, server_rows)
    states += _of_server_rows("".join(server_rows))
    states += _of_attributes(page.source)
    states += _of_telling_tags(page.source)
    return [put_together(state) for state in states[:MOST_STATES] if isinstance(state, dict | list)]


def _tells(text: str) -> bool:
    """Whether a text has a word of the trade in it, in whatever case."""
    if any(word in text for word in _TELLING):
        return True
    folded = text.lower()
    return any(word in folded for word in _TELLING) or bool(_VIN.search(folded))


def _is_data(kind: str, text: str) -> bool:
    """A script of JSON: by its type, or of a type that no browser runs."""
    is_code = kind in ("", "module") or "javascript" in kind or "ecmascript" in kind
    return not is_code and text.lstrip(" \t\r\n<!-/*").startswith(("{", "["))


def _of_script(text: str, server_rows: list[str]) -> Iterator[object]:
    """What stands behind assignments, in calls and in JSON.parse."""
    at, starts = 0, 0
    while (found := _STARTS.search(text, at)) and starts < _MOST_STARTS:
        starts += 1
        begin = found.end()
        if found[0].endswith("function("):
            value, end = _immediate(text, found.start())
        elif text[begin : begin + 1] in "\"'`":
            value, end = _parsed_text(text, begin)
        else:
            value, end = _value_at(text, begin)
        if end is None:
            at = begin
            continue
        at = max(end, begin)
        if isinstance(value, list) and len(value) == 2 and value[0] == 1 and isinstance(value[1], str):  # noqa: PLR2004
            server_rows.append(value[1])
        elif end - begin >= _SHORTEST:
            yield value


def _value_at(text: str, at: int) -> tuple[object, int | None]:
    """A value in JSON, else in JavaScript; its end is None where it is neither."""
    if _JSON_BEGINS.match(text, at):
        with suppress(ValueError, RecursionError):
            return _JSON.raw_decode(text, at)
    if len(text) - at > _LONGEST_LITERAL:
        return None, None
    try:
        return read_literal(text, at)
    except (NotALiteral, RecursionError):
        return None, None


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


def _immediate(text: str, at: int) -> tuple[object, int | None]:
    """`(function(a,b){return {…}}("x",1))`: the object, with the arguments in place of their names."""
    found = _NUXT.match(text, at)
    if found is None or len(text) - at > LONGEST_STATE:
        return None, None
    try:
        _, end = read_literal(text, found.end())
        arguments, last = _arguments(text, end)
        names = dict(zip((name.strip() for name in found[1].split(",")), arguments, strict=False))
        value, _ = read_literal(text, found.end(), names=names)
    except (NotALiteral, RecursionError):
        return None, None
    return value, last


def _arguments(text: str, at: int) -> tuple[list[object], int]:
    call = re.compile(r"\s*;?\s*\}\s*\)?\s*\(").match(text, at)
    if call is None:
        raise NotALiteral("nobody calls it")
    closing = text.find("</", call.end())
    end = text.rfind(")", call.end(), closing if closing > 0 else len(text))
    listed = "[" + text[call.end() : end].rstrip(" );") + "]"
    arguments, _ = read_literal(listed)
    return (arguments if isinstance(arguments, list) else []), end


def _of_server_rows(text: str) -> Iterator[object]:
    """React's server components, a row a line: `1f:["$","div",null,{…}]`."""
    for row in _SERVER_ROW.finditer(text):
        value, end = _value_at(text, row.end())
        if end is not None and end - row.end() >= _SHORTEST:
            yield value


def _of_attributes(source: str) -> Iterator[object]:
    """JSON in attributes of any name."""
    at = 0
    while found := _JSON_IN_QUOTES.search(source, at):
        begin = found.start()
        if not _NAME_BEFORE.search(source, max(at, begin - _LONGEST_NAME - 1), begin):
            at = begin + 1
            continue
        at = found.end()
        raw = found[1] or found[2]
        if _tells(raw):
            yield from lenient_json.loads(unescaped(raw))


def _of_telling_tags(source: str) -> Iterator[object]:
    """Elements whose attributes name several fields: one alone of its kind as an object, several as a list."""
    rows: defaultdict[str, list[object]] = defaultdict(list)
    for tag in islice(_telling_tags(source), _MOST_TAGS):
        told = {name: unescaped(first or second) for name, first, second in _ATTRIBUTE.findall(tag[0])}
        prefix = f"{next(iter(told), '').split('-')[0]}-"
        if all(name.startswith(prefix) for name in told):
            told = {name.removeprefix(prefix): value for name, value in told.items()}
        rows[tag[1].lower()].append(told)
    for alike in rows.values():
        yield alike[0] if len(alike) == 1 else alike


def _telling_tags(source: str) -> Iterator[re.Match[str]]:
    """The tags around attributes that name a make; each tag is tried once."""
    at = 0
    for named in _NAMES_A_MAKE.finditer(source):
        begin = source.rfind("<", at, named.start())
        tag = _TELLING_TAG.match(source, begin) if begin >= 0 else None
        if tag:
            yield tag
        at = max(at, tag.end() if tag else named.end())
