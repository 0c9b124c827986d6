"""H07, H08: silence and drips, on limits of a few seconds. Each ends at one of them, and nobody waits for it."""

from collections.abc import Callable

import pytest
from case_input import Case, Place
from case_outcomes import Outcome, host_waits, later
from case_ran import Ran
from case_run import BRISK
from servers.misbehaving import Behaviour, answer, endless, raw, redirect, silence

LIMITS = BRISK
Behave = Callable[[Place], Behaviour]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIPPED = OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03"
EMPTY_BLOCK = b"\0\0\0\xff\xff"
UNREACHABLE = host_waits("unreachable")


def does(behaviour: Behaviour) -> Behave:
    return lambda _place: behaviour


def drip(head: bytes, piece: bytes = b"x", *, every_seconds: float = 0.2) -> Behave:
    return does(endless(head, piece, every_seconds=every_seconds))


SLOW: dict[str, tuple[Outcome, Behave]] = {
    "H07-silent": (UNREACHABLE, does(silence())),
    "H07-silent-after-a-byte": (UNREACHABLE, does(raw(b"H", then="silence"))),
    "H07-silent-in-the-headers": (UNREACHABLE, does(raw(OK, then="silence"))),
    "H07-drip-in-the-status-line": (UNREACHABLE, drip(b"HTTP/1.1 200 ")),
    "H07-drip-in-the-headers": (UNREACHABLE, drip(OK + b"X: ")),
    "H07-header-after-header": (UNREACHABLE, drip(OK, b"X: y\r\n")),
    "H07-hints-for-ever": (UNREACHABLE, drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n")),
    "H07-continue-for-ever": (UNREACHABLE, drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
    "H07-silent-before-the-body": (later("timeout"), does(answer(b"", length=5000, then="silence"))),
    "H07-silent-in-the-body": (later("timeout"), does(answer(bytes(5000), length=20_000, then="silence"))),
    "H07-silent-in-the-chunks": (later("timeout"), does(raw(CHUNKED + b"5\r\nabcde\r\n", then="silence"))),
    "H07-silent-before-the-last-chunk": (later("timeout"), does(raw(CHUNKED + b"5\r\nabcde\r\n0", then="silence"))),
    "H07-drip-in-the-body": (later("too_slow"), drip(OK + b"\r\n")),
    "H07-drip-in-the-body-of-a-length": (later("too_slow"), drip(OK + b"Content-Length: 100000\r\n\r\n")),
    "H07-drip-of-tiny-chunks": (later("too_slow"), drip(CHUNKED, b"1\r\nx\r\n")),
    "H07-drip-in-a-chunk-extension": (later("timeout"), drip(CHUNKED + b"5;")),
    "H07-drip-in-the-trailers": (later("timeout"), drip(CHUNKED + b"5\r\nabcde\r\n0\r\n", b"X: y\r\n")),
    "H07-drip-in-the-gzip": (later("too_slow"), drip(GZIPPED, EMPTY_BLOCK)),
    "H07-redirect-into-silence": (later("unreachable"), lambda place: redirect(place.fill("http://{host}:{deaf}/"))),
}
CASES = [
    *(Case(name, outcome, behave) for name, (outcome, behave) in SLOW.items()),
    Case("H07-accepts-and-is-silent", UNREACHABLE, url="http://{host}:{deaf}{path}", requests=0),
    Case("H08-syn-without-an-answer", UNREACHABLE, url="http://{host}:{nobody}{path}", requests=0),
    Case("H08-handshake-without-end", UNREACHABLE, url="https://{host}:{deaf}{path}", requests=0),
    Case("H08-syn-without-an-answer-https", UNREACHABLE, url="https://{host}:{nobody}{path}", requests=0),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_who_dawdles_is_given_up_and_the_good_photos_came_meanwhile(ran: Ran, case: Case) -> None:
    ran.check(case)
