"""Answers as strangers' servers give them: a good one, spoilt in its status line, its headers, its framing, its bytes.

Each is drawn from a seed, as the raw bytes that go over the wire.
"""

import gzip
from collections.abc import Callable, Sequence
from random import Random

from mutations import mutated
from odd_bytes import NUMBERS, TEXTS
from odd_urls import odd_url

BODY = b"\xff\xd8\xff" + b"no photo, but bytes enough. " * 40
_PACKED = gzip.compress(BODY, mtime=0)
_CHUNKS = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:10], BODY[10:500], BODY[500:])) + b"0\r\n\r\n"
_LENGTH = (b"Content-Length", b"%d" % len(BODY))
_GOOD: Sequence[tuple[bytes, Sequence[tuple[bytes, bytes]], bytes]] = (
    (b"HTTP/1.1 200 OK", (_LENGTH, (b"Content-Type", b"image/jpeg"), (b"ETag", b'"1973"')), BODY),
    (b"HTTP/1.1 200 OK", ((b"Transfer-Encoding", b"chunked"), (b"Content-Type", b"image/jpeg")), _CHUNKS),
    (b"HTTP/1.0 200 OK", ((b"Content-Type", b"text/html"), (b"Set-Cookie", b"a=b")), BODY),
    (b"HTTP/1.1 200 OK", ((b"Content-Encoding", b"gzip"), (b"Content-Length", b"%d" % len(_PACKED))), _PACKED),
    (b"HTTP/1.1 206 Partial", (_LENGTH, (b"Content-Range", b"bytes 0-%d/%d" % (len(BODY) - 1, len(BODY)))), BODY),
    (b"HTTP/1.1 302 Found", ((b"Location", b"/next"), (b"Content-Length", b"0")), b""),
    (b"HTTP/1.1 307 Again", ((b"Location", b"//127.0.0.1/x"), (b"Content-Length", b"5")), b"moved"),
    (b"HTTP/1.1 429 Busy", ((b"Retry-After", b"120"), (b"Content-Length", b"0")), b""),
    (b"HTTP/1.1 503 Busy", ((b"Retry-After", b"Wed, 21 Oct 2026 07:28:00 GMT"), (b"Content-Length", b"0")), b""),
    (b"HTTP/1.1 204 Nothing", (), b""),
    (b"HTTP/1.1 304 Same", ((b"ETag", b'"1973"'),), b""),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK", (_LENGTH,), BODY),
    (b"HTTP/1.1 404 Gone", ((b"Content-Length", b"0"),), b""),
)
_NAMES = (
    b"Content-Length", b"content-length", b"Transfer-Encoding", b"Content-Encoding", b"Location", b"Retry-After",
    b"Content-Range", b"Connection", b"ETag", b"Last-Modified", b"Content-Type", b"Set-Cookie", b"Upgrade", b"Trailer",
    b" Content-Length", b"Content-Length ", b"X\0Y", b"", b":", b"X" * 20_000, b"Content_Length", "Längé".encode(),
)  # fmt: skip
_VALUES = (
    b"", b"chunked", b"chunked, gzip", b"gzip, gzip", b"br", b"deflate", b"x-foo", b"identity", b"gzip" + b",gzip" * 50,
    b"close", b"keep-alive", b"upgrade", b"h2c", b"bytes 0-0/1", b"bytes */10", b"bytes 5-1/2",
    b"bytes 0-9/*", b"none", b"0x10",
    b"+5", b"-1", b"5, 5", b"5, 6", b" 5", b"1e3", b"9" * 30, b"a\rb", b"a\nb", b"a\r\n b", b"a\0b", b"\xff\xfe",
    b"x" * 70_000,
    b"Wed, 31 Feb 2026 25:61:61 GMT", b"Wed, 21 Oct 99999 07:28:00 GMT", b"Mon, 1 Jan 0001 00:00:00 +9999", b'W/"',
    b"*", b'text/html; charset="', b"image/jpeg; charset=\xff", b";;;,,,", b"=" * 5_000,
)  # fmt: skip
_STATUSES = (
    b"HTTP/1.1 200", b"HTTP/1.1  200 OK", b"HTTP/1.1 20", b"HTTP/1.1 2000 OK", b"HTTP/1.1 -20 OK", b"HTTP/1.1 099 X",
    b"HTTP/2 200 OK", b"HTTP/9.9 200 OK", b"HTTP/1.1 200 \xff\0", b"http/1.1 200 ok", b"ICY 200 OK",
    b"HTTP/1.1 101 Switch",
    b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK", b"HTTP/1.1 999 X", b"HTTP/1.1 600 X", b"",
    b"HTTP/1.1 300 Choose", b"HTTP/1.1 305 Proxy", b"HTTP/1.1 407 Proxy", b"HTTP/1.1 416 Range", b"HTTP/1.1 408 Slow",
    b"HTTP/1.1 \xd9\xa2\xd9\xa0\xd9\xa0 OK", b"SSH-2.0-OpenSSH", b"\x16\x03\x01", b"HTTP/1.1 200 " + b"O" * 20_000,
    b"\r\n\r\n",
)  # fmt: skip
_Head = list[tuple[bytes, bytes]]
_Spoil = Callable[[Random, _Head], None]


def odd_answer(random: Random) -> bytes:
    """The whole of one answer; what comes after it is silence or the end of the connection."""
    status, headers, body = random.choice(_GOOD)
    head = list(headers)
    if random.random() < 0.15:  # noqa: PLR2004 (most status lines are good, so that what follows is read)
        status = random.choice(_STATUSES)
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        random.choice(_SPOILERS)(random, head)
    if random.random() < 0.3:  # noqa: PLR2004
        body = _spoilt_body(random, body)
    end = random.choice((b"\r\n",) * 12 + (b"\n", b"\r", b"\r\r\n", b"\0\r\n"))
    answer = end.join([status, *(name + b": " + value for name, value in head), b"", b""]) + body
    return mutated(random, answer, BODY)[:2_000_000] if random.random() < 0.2 else answer  # noqa: PLR2004


def _spoilt_body(random: Random, body: bytes) -> bytes:
    match random.randrange(5):
        case 0:
            return body[: random.randrange(len(body) + 1)]
        case 1:
            return body + random.choice(TEXTS)
        case 2:
            return body.replace(b"\r\n", random.choice((b"\n", b"\r", b";" + b"x" * 9_000 + b"\r\n", b"\0\r\n")))
        case 3:
            sizes = (b"-1", b"zz", b"ffffffffffffffffffffff", b"0x5", b" 5", b"5 ", b"+5", b"5_0", b"")
            return random.choice(sizes) + b"\r\n" + body
        case _:
            return mutated(random, body, _PACKED)[:2_000_000]


def _change_value(random: Random, head: _Head) -> None:
    if head:
        at = random.randrange(len(head))
        head[at] = (head[at][0], _value(random))


def _add(random: Random, head: _Head) -> None:
    head.insert(random.randrange(len(head) + 1), (random.choice(_NAMES), _value(random)))


def _twice(random: Random, head: _Head) -> None:
    if head:
        name, value = random.choice(head)
        head.append((name, random.choice((value, _value(random)))))


def _drop(random: Random, head: _Head) -> None:
    if head:
        head.pop(random.randrange(len(head)))


def _redirect(random: Random, head: _Head) -> None:
    head[:] = [pair for pair in head if pair[0] != b"Location"]
    head.append((b"Location", _location(random)))


def _many(random: Random, head: _Head) -> None:
    head += [(b"X-%d" % number, b"y") for number in range(random.choice((50, 500, 5_000)))]


_SPOILERS: tuple[_Spoil, ...] = (_change_value, _change_value, _add, _add, _twice, _drop, _redirect, _redirect, _many)


def _value(random: Random) -> bytes:
    return random.choice((random.choice(_VALUES), random.choice(NUMBERS), random.choice(TEXTS), _location(random)))


def _location(random: Random) -> bytes:
    """Nowhere, in a circle, or to somebody whom nobody may ask."""
    here = (
        b"/",
        b"/next",
        b"/again",
        b"?x=%d" % random.randrange(9),
        b"",
        b"//127.0.0.2:CANARY/",
        b"http://127.0.0.2:CANARY/x",
    )
    return random.choice((*here, odd_url(random).encode("utf-8", "surrogatepass")))
