"""The JSON states that a page carries: in scripts of any type, behind an assignment, in a call, in attributes.

    <script type="application/json">…      window.__STATE__ = {…}      JSON.parse("…")      dataLayer.push({…})
    self.__next_f.push([1,"…"])            __NUXT__=(function(a){return {…}}("…"))          <div data-page="{…}">

Which framework wrote it does not matter: whatever reads as a value and is long enough is a state.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from forecourt.listing import lenient_json
from forecourt.listing.document import Page
from forecourt.listing.entities import unescaped
from forecourt.listing.flattened import put_together
from forecourt.listing.script_values import LONGEST_STATE, SHORTEST, ScriptValues

MOST_STATES = 200
# A script without any of these words, or "vin", tells of no vehicle, no photo and no further page.
_TELLING = tuple(
    """
    image price model vehicle make brand marque marca marke preis prix precio prezzo mileage odometer kilomet listing
    photo gallery auction .jpg .jpeg .webp paginat
    """.split()
)
_VIN = re.compile(r"vin\b")
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


def is_json(body: bytes) -> bool:
    """Whether a body is a JSON document and no page."""
    return body[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def read_states(page: Page) -> list[object]:
    """Every state of the page, in its order; what cannot be read costs only itself."""
    states: list[object] = []
    values = ScriptValues()
    for script in page.tree.css("script"):
        if len(states) >= MOST_STATES:
            break
        kind = (script.attributes.get("type") or "").lower()
        text = script.text_content or script.text(deep=True) or ""
        if "ld+json" in kind or len(text) > LONGEST_STATE:
            continue
        is_stream = "__next_f" in text  # it is cut anywhere
        if not is_stream and (len(text) < SHORTEST or not _tells(text)):
            continue
        if _is_data(kind, text):
            states += lenient_json.loads(text)
        else:
            states += values.of_script(text)
    states += values.of_server_rows()
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
