"""Group H beyond its rows: answers that are no HTTP, or bend it.

What is whole and can be read in one way is stored. H30: another protocol; H31: lengths that contradict; H32: answers
before the answer; H33: odd but whole; H34: answers that nobody asked for.
"""

from collections.abc import Callable

import pytest
from case_input import Case, Place
from case_outcomes import STORED, Outcome, blocked, host_waits, later
from case_ran import Ran
from servers.dealer_site import photo_bytes
from servers.misbehaving import Behaviour, answer, in_turn, raw

Behave = Callable[[Place], Behaviour]
PROTOCOL = later("protocol")
HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"


def photo(place: Place) -> bytes:
    return photo_bytes(place.path)


def given(head: bytes, *, tail: bytes = b"", then: str = "close") -> Behave:
    """These bytes, where `%d` is the photo's length, then the photo, then these."""
    return lambda place: raw(head.replace(b"%d", b"%d" % len(photo(place))) + photo(place) + tail, then=then)


def ok(*lines: bytes, end: bytes = b"\r\n") -> bytes:
    """A head with these lines beside the length."""
    return end.join((b"HTTP/1.1 200 OK", b"Content-Length: %d", *lines, b"", b""))


def chunks_and_length(place: Place) -> Behaviour:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
    return raw(head + b"%x\r\n" % len(photo(place)) + photo(place) + b"\r\n0\r\n\r\n")


def unasked_second_answer(place: Place) -> Behaviour:
    """Who keeps this connection finds an answer to what he has not asked."""
    stray = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray"
    moved = b"HTTP/1.1 302 Moved\r\nLocation: ?b\r\nContent-Length: 0\r\n\r\n"
    return in_turn(raw(moved + stray, then="keep"), answer(photo(place)))


ODD: dict[str, tuple[Outcome, Behave]] = {
    "H30-ssh": (PROTOCOL, lambda _: raw(b"SSH-2.0-OpenSSH_9.2\r\n")),
    "H30-smtp": (PROTOCOL, lambda _: raw(b"220 mail.example ESMTP\r\n", then="keep")),
    "H30-http-0.9": (PROTOCOL, given(b"")),
    "H30-http-0.9-html": (PROTOCOL, lambda _: raw(b"<html><body>hello</body></html>\n")),
    "H30-http-2": (PROTOCOL, lambda _: raw(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18))),
    "H30-tls-alert": (PROTOCOL, lambda _: raw(b"\x15\x03\x01\x00\x02\x02\x50")),
    "H30-http-9.9": (PROTOCOL, given(b"HTTP/9.9 200 OK\r\nContent-Length: %d\r\n\r\n")),
    "H30-icy": (PROTOCOL, given(b"ICY 200 OK\r\nContent-Length: %d\r\n\r\n")),
    "H30-status-of-four-digits": (PROTOCOL, given(b"HTTP/1.1 2000 OK\r\nContent-Length: %d\r\n\r\n")),
    "H30-status-of-letters": (PROTOCOL, given(b"HTTP/1.1 abc OK\r\nContent-Length: %d\r\n\r\n")),
    "H30-no-status": (PROTOCOL, given(b"HTTP/1.1\r\nContent-Length: %d\r\n\r\n")),
    "H30-nul-in-a-header": (PROTOCOL, given(ok(b"X: a\x00b"))),
    "H30-header-without-colon": (PROTOCOL, given(ok(b"no colon here"))),
    "H30-blank-before-colon": (PROTOCOL, given(ok(b"X : y"))),
    "H33-folded-length": (STORED, given(b"HTTP/1.1 200 OK\r\nContent-Length:\r\n %d\r\n\r\n")),
    "H31-two-lengths": (PROTOCOL, given(ok(b"Content-Length: 7"))),
    "H31-two-lengths-in-one": (PROTOCOL, given(b"HTTP/1.1 200 OK\r\nContent-Length: %d, 7\r\n\r\n")),
    "H31-length-negative": (PROTOCOL, given(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")),
    "H31-length-with-plus": (PROTOCOL, given(b"HTTP/1.1 200 OK\r\nContent-Length: +%d\r\n\r\n")),
    "H31-length-in-hex": (PROTOCOL, given(b"HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\n")),
    "H31-length-many": (PROTOCOL, given(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")),
    "H31-length-of-2-70": (PROTOCOL, given(b"HTTP/1.1 200 OK\r\nContent-Length: 1180591620717411303424\r\n\r\n")),
    "H31-length-and-chunks": (PROTOCOL, chunks_and_length),
    "H33-unknown-transfer-coding": (STORED, given(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: cow\r\n\r\n")),
    "H32-upgrade": (
        PROTOCOL,
        lambda _: raw(b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", then="keep"),
    ),
    "H32-hints-before": (STORED, given(HINT * 5 + ok())),
    "H32-continue-before": (STORED, given(b"HTTP/1.1 100 Continue\r\n\r\n" + ok())),
    "H33-http-1.0": (STORED, given(b"HTTP/1.0 200 OK\r\n\r\n")),
    "H33-http-1.0-keep-alive": (
        STORED,
        given(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: %d\r\n\r\n"),
    ),
    "H33-no-reason": (STORED, given(b"HTTP/1.1 200\r\nContent-Length: %d\r\n\r\n")),
    "H33-reason-beyond-ascii": (STORED, given(b"HTTP/1.1 200 D\xe9j\xe0 vu\r\nContent-Length: %d\r\n\r\n")),
    "H33-latin-1-header": (STORED, given(ok(b"X-Owner: J\xfcrgen"))),
    "H33-connection-close": (STORED, given(ok(b"Connection: close"))),
    "H33-no-header-at-all": (STORED, given(b"HTTP/1.1 200 OK\r\n\r\n")),
    "H33-203": (STORED, given(b"HTTP/1.1 203 Transformed\r\nContent-Length: %d\r\n\r\n")),
    "H31-more-than-its-length": (PROTOCOL, given(ok(), tail=b"and more" * 100)),
    "H33-line-end-after-the-body": (STORED, given(ok(), tail=b"\r\n")),
    "H33-strange-etag": (STORED, given(ok(b'ETag: "' + b"e" * 3000 + b'"', b"Last-Modified: yesterday"))),
    "H34-second-answer-unasked": (STORED, unasked_second_answer),
}
CASES = [
    *(Case(name, outcome, behave, requests=1 + name.startswith("H34")) for name, (outcome, behave) in ODD.items()),
    Case("H34-answers-before-it-is-asked", blocked("not_a_photo"), url="http://{host}:{eager}{path}", requests=0),
    Case("H30-https-where-http-is-spoken", host_waits("tls"), url="https://{host}:{eager}{path}", requests=0),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_that_bends_http_ends_in_one_clear_way(ran: Ran, case: Case) -> None:
    ran.check(case)
