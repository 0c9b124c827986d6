"""Ways to spoil a page, a JSON text, a sitemap or a feed, each drawn from a seed. Pure.

Half of them know what they spoil (elements, strings, numbers, addresses); the other half know bytes only.
"""

import re
from collections.abc import Callable
from random import Random

from odd_bytes import ADDRESSES, NUMBERS, SCRIPTS, TEXTS, UNITS

LARGEST_BYTES = 5 * 1024 * 1024  # what a page may have (fetch.client)
Mutation = Callable[[Random, bytes], bytes]
_TAG = re.compile(rb"<[a-zA-Z/!][^<>]{0,400}>")
_STRING = re.compile(rb'"[^"\\<>]{1,120}"')
_NUMBER = re.compile(rb"\d[\d.,]{0,15}")
_ADDRESS = re.compile(rb"https?:(?://|\\/\\/)[^\s\"'<>]{3,200}|(?<=[\"'])/[\w/.-]{3,200}")


def mutated(random: Random, body: bytes, other: bytes) -> bytes:
    """One to five mutations of a body; `other` lends its parts to some."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
        body = _splice(random, body, other) if random.random() < 0.05 else random.choice(_MUTATIONS)(random, body)  # noqa: PLR2004 (one of twenty)
        body = body[:LARGEST_BYTES]
    return body


def _splice(random: Random, body: bytes, other: bytes) -> bytes:
    """A part of another body in the middle of this one."""
    begin, end = _span(random, other, longest=60_000)
    at = random.randrange(len(body) + 1)
    return body[:at] + other[begin:end] + body[at:]


def _flip(random: Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(random.choice((1, 3, 30, 300)) if body else 0):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _cut(random: Random, body: bytes) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _remove(random: Random, body: bytes) -> bytes:
    begin, end = _span(random, body)
    return body[:begin] + body[end:]


def _repeat(random: Random, body: bytes) -> bytes:
    begin, end = _span(random, body)
    times = random.choice((2, 3, 20, 300, 3_000))
    return body[:end] + body[begin:end] * min(times, 1 + 2_000_000 // max(1, end - begin)) + body[end:]


def _swap(random: Random, body: bytes) -> bytes:
    a, b, c, d = sorted((*_span(random, body), *_span(random, body)))
    return body[:a] + body[c:d] + body[b:c] + body[a:b] + body[d:]


def _repeat_element(random: Random, body: bytes) -> bytes:
    """From one tag to another: a row, a card, half a page."""
    begin, end = _between_tags(random, body)
    return body[:end] + body[begin:end] * random.choice((1, 5, 50, 500)) + body[end:]


def _remove_element(random: Random, body: bytes) -> bytes:
    begin, end = _between_tags(random, body)
    return body[:begin] + body[end:]


def _move_element(random: Random, body: bytes) -> bytes:
    begin, end = _between_tags(random, body)
    moved, rest = body[begin:end], body[:begin] + body[end:]
    at = random.randrange(len(rest) + 1)
    return rest[:at] + moved + rest[at:]


def _rename_tag(random: Random, body: bytes) -> bytes:
    name = random.choice(
        (b"table", b"a", b"li", b"svg", b"template", b"select", b"dl", b"p", b"script", b"title", b"frameset")
    )
    return _replace(random, body, _TAG, lambda old: re.sub(rb"[a-zA-Z][\w-]*", name, old, count=1))


def _nest(random: Random, body: bytes) -> bytes:
    opened = random.choice(
        (
            b"<div>",
            b"<table><tr><td>",
            b"<b><i>",
            b"<a href=/x>",
            b"<li><ul>",
            b"<svg>",
            b"<p><font>",
            b"<dl><dt>",
            b"<form><select>",
        )
    )
    at = random.randrange(len(body) + 1)
    return body[:at] + opened * random.choice((10, 300, 3_000, 50_000)) + body[at:]


def _nest_json(random: Random, body: bytes) -> bytes:
    opened = random.choice((b"[", b'{"a":', b'[{"image":', b'{"@graph":[', b'{"offers":{"offers":', b"[[[[1],"))
    at = _inside_json(random, body)
    return body[:at] + opened * random.choice((5, 200, 5_000, 100_000)) + body[at:]


def _huge_attribute(random: Random, body: bytes) -> bytes:
    size = random.choice((1_000, 100_000, 3_000_000))
    unit = random.choice(
        (b"x", b"/a.jpg 1w, ", b"&quot;", b"[1,", b"a.jpg ", b"url(", b"-", b"http://a.example/1.jpg,", b"5.5 ")
    )
    name = random.choice(
        (b"srcset", b"data-src", b"style", b"class", b"href", b"content", b"data-gallery", b"title", b"id")
    )
    element = b'<img src="/1.jpg" ' + name + b'="' + unit * (size // len(unit)) + b'">'
    at = random.randrange(len(body) + 1)
    return body[:at] + element + body[at:]


def _open_script(random: Random, body: bytes) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + random.choice(SCRIPTS) + body[at:]


def _many_attributes(random: Random, body: bytes) -> bytes:
    names = b" ".join(b'data-%d="/photo/%d.jpg"' % (at, at) for at in range(random.choice((50, 3_000))))
    at = random.randrange(len(body) + 1)
    return body[:at] + b"<div " + names + b">" + body[at:]


def _change_number(random: Random, body: bytes) -> bytes:
    return _replace(random, body, _NUMBER, lambda _: random.choice(NUMBERS))


def _change_string(random: Random, body: bytes) -> bytes:
    return _replace(random, body, _STRING, lambda _: b'"' + random.choice(TEXTS) + b'"')


def _change_type(random: Random, body: bytes) -> bytes:
    """A JSON string becomes a list, an object, a number or nothing."""
    values = (
        b"[]",
        b"{}",
        b"null",
        b"17",
        b"[[]]",
        b'{"name":{"name":{"name":{}}}}',
        b'[null,"x",{}]',
        b"true",
        b"1e400",
        b'{"@id":"#a"}',
    )
    return _replace(random, body, _STRING, lambda _: random.choice(values))


def _insert_text(random: Random, body: bytes) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + random.choice(TEXTS) + body[at:]


def _run(random: Random, body: bytes) -> bytes:
    """A few characters over and over: what makes a careless pattern take the square of its time."""
    unit = b"".join(random.choice(UNITS) for _ in range(random.choice((1, 1, 2, 3))))
    text = unit * (random.choice((2_000, 50_000, 1_000_000)) // len(unit))
    if random.random() < 0.5:  # noqa: PLR2004 (as likely in a string as anywhere)
        return _replace(random, body, _STRING, lambda _: b'"' + text[:200_000] + b'"', once=True)
    at = random.randrange(len(body) + 1)
    return body[:at] + text + body[at:]


def _change_address(random: Random, body: bytes) -> bytes:
    return _replace(random, body, _ADDRESS, lambda _: random.choice(ADDRESSES))


def _same_keys(random: Random, body: bytes) -> bytes:
    """One string in the place of many: keys twice, ids that are all the same."""
    found = _STRING.findall(body)
    return _replace(random, body, _STRING, lambda _: random.choice(found)) if found else body


def _other_charset(random: Random, body: bytes) -> bytes:
    name = random.choice(("utf-16", "utf-16-be", "cp1251", "shift_jis", "utf-7", "utf-32"))
    return body.decode("utf-8", "replace").encode(name, "replace")


def _lie_about_charset(random: Random, body: bytes) -> bytes:
    name = random.choice(
        (b"utf-16", b"iso-2022-jp", b"utf-7", b"hz-gb-2312", b"x-user-defined", b"idna", b"rot13", b"big5", b"koi8-r")
    )
    return b"<meta charset=" + name + b">" + body


def _doctype(random: Random, body: bytes) -> bytes:
    entity = random.choice((b'<!ENTITY a "%s">' % (b"&b;" * 50), b'<!ENTITY a SYSTEM "file:///etc/passwd">', b""))
    return b"<!DOCTYPE x [" + entity + b"]>" + body.replace(b"1", b"&a;", random.choice((1, 50)))


_MUTATIONS: tuple[Mutation, ...] = (
    _flip, _cut, _remove, _repeat, _swap, _repeat_element, _remove_element, _move_element, _rename_tag, _nest,
    _nest_json, _huge_attribute, _open_script, _many_attributes, _change_number, _change_string, _change_type,
    _insert_text, _run, _run, _change_address, _same_keys, _other_charset, _lie_about_charset, _doctype,
)  # fmt: skip


def _span(random: Random, body: bytes, *, longest: int = 20_000) -> tuple[int, int]:
    begin = random.randrange(len(body) + 1)
    return begin, min(len(body), begin + random.randrange(1, random.choice((4, 60, 1_000, longest))))


def _between_tags(random: Random, body: bytes) -> tuple[int, int]:
    starts = [found.start() for found in _TAG.finditer(body)]
    if len(starts) < 2:  # noqa: PLR2004 (from one to another)
        return _span(random, body)
    first = random.randrange(len(starts) - 1)
    last = min(len(starts) - 1, first + random.randrange(1, random.choice((3, 12, 100))))
    return starts[first], starts[last]


def _inside_json(random: Random, body: bytes) -> int:
    places = [found.start() for found in re.finditer(rb'[\[{:,](?=\s*["\[{\d])', body)]
    return random.choice(places) + 1 if places else random.randrange(len(body) + 1)


def _replace(
    random: Random, body: bytes, pattern: re.Pattern[bytes], new: Callable[[bytes], bytes], *, once: bool = False
) -> bytes:
    """Some of what a pattern finds, or all of it; with `once`, one place that chance picks."""
    if once:
        places = [match.span() for match in pattern.finditer(body)]
        begin, end = random.choice(places) if places else (0, 0)
        return body[:begin] + new(body[begin:end]) + body[end:]
    share = random.choice((0.002, 0.02, 0.3, 1.0))
    found = False

    def one(match: re.Match[bytes]) -> bytes:
        nonlocal found
        if random.random() < share:
            found = True
            return new(match[0])
        return match[0]

    changed = pattern.sub(one, body)
    return changed if found else pattern.sub(lambda match: new(match[0]), body, count=1)
