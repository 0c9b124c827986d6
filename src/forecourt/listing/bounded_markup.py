"""Markup that an HTML parser reads in a time that its length gives. Pure.

Parsing takes the square of the depth, of the attributes of one tag, and of the options of one list; and each
paragraph opens again all formatting that was left open before it.
"""

import re
from collections import Counter, defaultdict
from itertools import islice

MOST_TAGS = 100_000  # of starts, ends and stray marks
DEEPEST = 1_000
MOST_OPTIONS = 4_000
MOST_ATTRIBUTES = 200
_FEW_TAGS = 1_000
_MOST_REOPENED = 500_000
_MOST_ALIKE = 3
_TAG = re.compile(
    # All but those that never hold anything, or are closed by their successor.
    r"<(/?)(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|tr|td|th|option|path"
    r"|circle|rect|line|use|tbody|thead|tfoot)(?![a-zA-Z0-9]))([a-zA-Z][a-zA-Z0-9]*)",
    re.IGNORECASE,
)
_FORMATTING = re.compile(r"<(/?)(b|big|code|em|font|i|s|small|strike|strong|tt|u)(?=[\s/>])([^<>]*+)", re.IGNORECASE)
_OPTION = re.compile(r"<option(?![a-z0-9:_-])", re.IGNORECASE)
_OPTION_TAG = re.compile(r"</?option(?![a-z0-9:_-])[^<>]*+>?", re.IGNORECASE)
_ATTRIBUTE = r"[\s/]++[^\s<>=\"'/]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s<>\"']++))?+"
_FIRST_ATTRIBUTES = re.compile(rf"(?:{_ATTRIBUTE}){{{MOST_ATTRIBUTES}}}")
_MANY_ATTRIBUTES = re.compile(rf"<[a-zA-Z][^\s<>\"'/]*+(?:{_ATTRIBUTE}){{{MOST_ATTRIBUTES + 1}}}")
_START_TAG = re.compile(rf"(<[a-zA-Z][^\s<>\"'/]*+)((?:{_ATTRIBUTE})*+)")


def bounded(text: str) -> str:
    """Cut where it nests too deep or opens too much again, and without the options and attributes beyond the most."""
    tags = text.count("<")
    if tags > MOST_TAGS:
        text = text[: next(islice(re.finditer("<", text), MOST_TAGS, None)).start()]
    if _MANY_ATTRIBUTES.search(text):
        text = _START_TAG.sub(_few_attributes, text)
    if tags < _FEW_TAGS:
        return text
    text = _few_reopened(_shallow(text))
    return text if tags <= MOST_OPTIONS else _few_options(text)


def _shallow(text: str) -> str:
    open_tags: Counter[str] = Counter()
    depth = 0
    for tag in _TAG.finditer(text):
        name = tag[2].lower()
        if not tag[1]:
            open_tags[name] += 1
            depth += 1
        elif open_tags[name]:
            open_tags[name] -= 1
            depth -= 1
        if depth > DEEPEST:
            return text[: tag.start()]
    return text


def _few_reopened(text: str) -> str:
    """Formatting that is left open is opened again in each block that follows; of those that are alike, three.

    Source: HTML Standard, section 13.2.4.3 (the list of active formatting elements).
    """
    still_open: defaultdict[str, list[str]] = defaultdict(list)
    alike: Counter[str] = Counter()
    active = reopened = at = 0
    for tag in _FORMATTING.finditer(text):
        if active:
            reopened += active * text.count("<", at, tag.start())
            if reopened > _MOST_REOPENED:
                return text[:at]
        at = tag.start()
        name = tag[2].lower()
        if not tag[1]:
            whole = name + tag[3]
            still_open[name].append(whole)
            alike[whole] += 1
            active += alike[whole] <= _MOST_ALIKE
        elif still_open[name]:
            whole = still_open[name].pop()
            active -= alike[whole] <= _MOST_ALIKE
            alike[whole] -= 1
    return text[:at] if reopened + active * text.count("<", at) > _MOST_REOPENED else text


def _few_options(text: str) -> str:
    beyond = next(islice(_OPTION.finditer(text), MOST_OPTIONS, None), None)
    return text if beyond is None else text[: beyond.start()] + _OPTION_TAG.sub(" ", text[beyond.start() :])


def _few_attributes(tag: re.Match[str]) -> str:
    first = _FIRST_ATTRIBUTES.match(tag[2])
    return tag[1] + (first[0] if first else tag[2])
