"""H01 to H17, H20, H21: answers that are odd, wrong or no answer at all. None of them dawdles."""

import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from case_input import Case, Place
from case_outcomes import GONE_ONCE, STORED, Outcome, blocked, host_waits, later, rejected
from case_ran import Ran
from case_run import MOST_BYTES
from servers.dealer_site import photo_bytes
from servers.misbehaving import Behaviour, Exchange, Request, answer, endless, in_turn, raw, redirect, reset

Behave = Callable[[Place], Behaviour]
JPEG = ("Content-Type", "image/jpeg")
OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HTML = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body>No hotlinking, please.</body></html>"
REFUSALS = (400, 401, 402, 403, 405, 406, 407, 451)
ERRORS = (500, 501, 502, 504, 520, 599)
UNREACHABLE = host_waits("unreachable")


def photo(place: Place) -> bytes:
    return photo_bytes(place.path)


def given(head: bytes, *, then: str = "close") -> Behave:
    """These bytes, then the photo."""
    return lambda place: raw(head + photo(place), then=then)


def many_headers(number: int, value: bytes) -> Behave:
    return given(OK + b"".join(b"X-%d: %s\r\n" % (n, value) for n in range(number)) + b"\r\n")


def does(behaviour: Behaviour) -> Behave:
    return lambda _place: behaviour


def said(status: int = 200, *headers: tuple[str, str]) -> Behave:
    """The photo, as this."""
    return lambda place: answer(photo(place), status=status, headers=headers)


def packed(pack: Callable[[bytes], bytes], *codings: str) -> Behave:
    return lambda place: answer(pack(photo(place)), headers=[JPEG, *(("Content-Encoding", each) for each in codings)])


def chunked(*, size: bytes | None = None, end: bytes = b"0\r\n\r\n") -> Behave:
    """The photo in one chunk, whose size is said so."""
    return lambda place: raw(
        CHUNKED + (b"%x" % len(photo(place)) if size is None else size) + b"\r\n" + photo(place) + b"\r\n" + end
    )


def padded(size: int) -> Behave:
    """A good photo with a tail, so long in all, without a length."""
    return lambda place: raw(OK + b"\r\n" + photo(place).ljust(size, b"\0"))


def cut(missing: int) -> Behave:
    return lambda place: answer(photo(place)[:-missing], length=len(photo(place)), then="close")


def part(content_range: str) -> Behave:
    return lambda place: answer(photo(place), status=206, headers=[JPEG, ("Content-Range", content_range)])


def whole_part(place: Place) -> Behaviour:
    size = len(photo(place))
    return answer(photo(place), status=206, headers=[JPEG, ("Content-Range", f"bytes 0-{size - 1}/{size}")])


def page(body: bytes = HTML, kind: str = "text/html") -> Behave:
    return does(answer(body, headers=[("Content-Type", kind)]))


def wants_its_cookie(place: Place) -> Behaviour:
    sets_it = answer(b"", status=302, headers=[("Set-Cookie", "seen=1; Path=/"), ("Location", f"{place.path}?b")])

    async def behave(request: Request, exchange: Exchange) -> None:
        knows_us = "cookie" in request.headers
        await (answer(photo(place)) if knows_us else sets_it)(request, exchange)

    return behave


def sets_cookies(place: Place) -> Behaviour:
    cookies = [("Set-Cookie", "a=b"), ("Set-Cookie", "c=d; Path=/; Domain=.example")]
    first = answer(b"", status=302, headers=[*cookies, ("Location", "?b")])
    return in_turn(first, answer(photo(place), headers=[JPEG, *cookies]))


ANSWERS: dict[str, tuple[Outcome, Behave]] = {
    "H01-10-gb": (rejected("too_large"), does(answer(bytes(1024), length=10**10))),
    "H01-10-gb-and-silence": (rejected("too_large"), does(answer(bytes(1024), length=10**10, then="silence"))),
    "H01-one-byte-too-many": (rejected("too_large"), does(answer(b"", length=MOST_BYTES + 1, then="silence"))),
    "H02-endless-chunks": (rejected("too_large"), does(endless(CHUNKED, b"100000\r\n" + bytes(2**20) + b"\r\n"))),
    "H02-endless-without-length": (rejected("too_large"), does(endless(OK + b"\r\n", bytes(2**16)))),
    "H03-no-length": (STORED, given(OK + b"\r\n")),
    "H03-one-byte-more": (rejected("too_large"), padded(MOST_BYTES + 1)),
    "H04-half": (later("incomplete"), does(answer(bytes(500), length=1000, then="close"))),
    "H04-one-byte-missing": (later("incomplete"), cut(1)),
    "H04-nothing-of-it": (later("incomplete"), does(answer(b"", length=1000, then="close"))),
    "H05-no-last-chunk": (later("incomplete"), chunked(end=b"")),
    "H05-half-a-last-chunk": (later("incomplete"), chunked(end=b"0\r\n")),
    "H05-size-zz": (later("protocol"), chunked(size=b"zz")),
    "H05-size-negative": (later("protocol"), chunked(size=b"-1")),
    "H05-size-0x": (later("protocol"), chunked(size=b"0x1000")),
    "H05-size-plus": (later("protocol"), chunked(size=b"+1000")),
    "H05-size-empty": (later("protocol"), chunked(size=b"")),
    "H05-size-of-2-70": (later("protocol"), chunked(size=b"400000000000000000")),
    "H05-size-too-small": (later("protocol"), chunked(size=b"5")),
    "H05-size-too-large": (later("incomplete"), chunked(size=b"7000", end=b"")),
    "H05-good-with-extension": (STORED, lambda place: chunked(size=b"%x;a=b" % len(photo(place)))(place)),
    "H05-good-with-trailers": (STORED, chunked(end=b"0\r\nX-Sum: 1\r\nSet-Cookie: a=b\r\n\r\n")),
    "H06-reset-before-an-answer": (UNREACHABLE, does(reset())),
    "H06-closed-before-an-answer": (UNREACHABLE, does(raw(b""))),
    "H06-closed-in-the-status-line": (UNREACHABLE, does(raw(b"HTTP/1.1 20"))),
    "H06-closed-in-the-headers": (UNREACHABLE, does(raw(OK))),
    "H06-reset-in-the-headers": (UNREACHABLE, does(raw(OK, then="reset"))),
    "H06-reset-after-the-headers": (later("incomplete"), does(answer(b"", length=5000, then="reset"))),
    "H06-reset-in-the-body": (later("incomplete"), does(answer(bytes(5000), length=20_000, then="reset"))),
    "H09-10000-headers": (later("protocol"), many_headers(10_000, b"y")),
    "H09-1-mb-header": (later("protocol"), given(OK + b"X: " + b"y" * 10**6 + b"\r\n\r\n")),
    "H09-1-mb-name": (later("protocol"), given(OK + b"X" * 10**6 + b": y\r\n\r\n")),
    "H09-1-mb-status-line": (later("protocol"), given(b"HTTP/1.1 200 " + b"K" * 10**6 + b"\r\n\r\n")),
    "H09-40-kb-in-ten": (
        later("protocol"),
        many_headers(10, b"y" * 4000),
    ),
    "H09-100-headers": (STORED, many_headers(100, b"y")),
    "H10-gzip": (STORED, packed(gzip.compress, "gzip")),
    "H10-gzip-in-capitals": (STORED, packed(gzip.compress, "x-GZIP")),
    "H10-brotli": (STORED, packed(brotli.compress, "br")),
    "H10-deflate": (STORED, packed(zlib.compress, "deflate")),
    "H10-identity": (STORED, packed(bytes, "identity", "identity")),
    "H10-gzip-with-a-tail": (STORED, packed(lambda body: gzip.compress(body) + b"tail", "gzip")),
    "H10-bomb": (rejected("too_large"), packed(lambda _: gzip.compress(bytes(2**25)), "gzip")),
    "H10-brotli-bomb": (rejected("too_large"), packed(lambda _: brotli.compress(bytes(2**25), quality=1), "br")),
    "H11-gzip-twice-in-one": (later("protocol"), packed(lambda body: gzip.compress(gzip.compress(body)), "gzip, gzip")),
    "H11-gzip-twice": (later("protocol"), packed(lambda body: gzip.compress(gzip.compress(body)), "gzip", "gzip")),
    "H11-unknown": (later("protocol"), packed(bytes, "x-foo")),
    "H11-zstd": (later("protocol"), packed(bytes, "zstd")),
    "H11-not-gzip-at-all": (later("protocol"), packed(bytes, "gzip")),
    "H11-not-brotli-at-all": (later("protocol"), packed(bytes, "br")),
    "H11-cut-short": (later("incomplete"), packed(lambda body: gzip.compress(body)[:-9], "gzip")),
    "H11-2000-members": (later("protocol"), packed(lambda _: gzip.compress(b"") * 2000, "gzip")),
    "H12-part": (later("incomplete"), part("bytes 0-99/100000")),
    "H12-end": (later("incomplete"), part("bytes 100-199/200")),
    "H12-part-of-who-knows": (later("incomplete"), part("bytes 0-99/*")),
    "H12-no-range": (later("incomplete"), said(206, JPEG)),
    "H12-nonsense": (later("incomplete"), part("bytes 1-0/-5")),
    "H12-whole": (STORED, whole_part),
    "H13-html": (blocked("not_a_photo"), page()),
    "H13-html-as-jpeg": (blocked("not_a_photo"), page(kind="image/jpeg")),
    "H13-html-after-blanks": (blocked("not_a_photo"), page(b"\xef\xbb\xbf\n\n  " + HTML)),
    "H13-html-packed": (
        blocked("not_a_photo"),
        packed(lambda _: gzip.compress(HTML), "gzip"),
    ),
    "H13-a-line-of-text": (blocked("not_a_photo"), page(b"Hotlinking forbidden", "text/plain")),
    "H14-as-html": (STORED, said(200, ("Content-Type", "text/html"))),
    "H14-as-nothing": (STORED, said(200)),
    "H14-as-two": (STORED, said(200, ("Content-Type", "image/png, text/html"))),
    "H14-as-two-headers": (STORED, said(200, ("Content-Type", "image/png"), ("Content-Type", "text/html"))),
    "H14-as-svg": (STORED, said(200, ("Content-Type", "image/svg+xml"))),
    "H14-as-script": (STORED, said(200, ("Content-Type", "text/javascript"), ("X-Content-Type-Options", "nosniff"))),
    "H14-as-nonsense": (STORED, said(200, ("Content-Type", ";;;=\xe9"))),
    "H14-as-a-download": (STORED, said(200, ("Content-Disposition", 'attachment; filename="../../etc/passwd"'))),
    "H15-0-bytes": (later("empty"), does(answer(b""))),
    "H15-0-bytes-without-length": (later("empty"), does(answer(b"", length=None))),
    "H15-0-bytes-in-chunks": (later("empty"), does(raw(CHUNKED + b"0\r\n\r\n"))),
    "H15-0-bytes-unpacked": (later("empty"), packed(lambda _: gzip.compress(b""), "gzip")),
    "H15-204": (later("empty"), does(answer(status=204, length=None))),
    "H15-204-with-a-body": (later("protocol"), said(204)),
    "H15-205": (later("empty"), does(answer(status=205))),
    "H15-304": (later("empty"), does(answer(status=304))),
    "H15-304-with-a-body": (later("protocol"), said(304)),
    "H16-404": (GONE_ONCE, does(answer(b"no", status=404))),
    "H16-410": (GONE_ONCE, does(answer(b"no", status=410))),
    "H16-404-with-a-photo": (GONE_ONCE, said(404, JPEG)),
    **{f"H17-{code}": (blocked(), does(answer(b"no", status=code))) for code in REFUSALS},
    "H17-401-that-asks": (blocked(), does(answer(status=401, headers=[("WWW-Authenticate", 'Basic realm="a"')]))),
    "H17-403-with-a-photo": (blocked(), said(403, JPEG)),
    "H07-408": (later("timeout"), does(answer(status=408))),
    **{f"H20-{code}": (later("server_error"), does(answer(b"oh", status=code))) for code in ERRORS},
    **{f"H20-{code}-is-no-code": (later("protocol"), does(answer(b"oh", status=code))) for code in (101, 600, 999)},
    "H21-cookies-everywhere": (STORED, sets_cookies),
    "H21-wants-its-cookie": (later("too_many_redirects"), wants_its_cookie),
    "H21-cookie-and-redirect-to-photo": (STORED, lambda place: in_turn(redirect("?b"), answer(photo(place)))),
}
TWICE = {"H21-cookies-everywhere", "H21-wants-its-cookie", "H21-cookie-and-redirect-to-photo"}
CASES = [
    *(Case(name, outcome, behave, requests=1 + (name in TWICE)) for name, (outcome, behave) in ANSWERS.items()),
    Case(
        "H03-exactly-the-limit",
        STORED,
        padded(MOST_BYTES),
        body=photo_bytes("/h03-exactly-the-limit.jpg").ljust(MOST_BYTES, b"\0"),
    ),
    Case("H06-nobody-listens", UNREACHABLE, url="http://{host}:{closed}{path}", requests=0),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_ends_as_the_catalogue_says(ran: Ran, case: Case) -> None:
    ran.check(case)


@pytest.mark.parametrize("name", [name for name, (outcome, _) in ANSWERS.items() if outcome.status == "blocked"])
def test_h13_and_h17_a_host_that_keeps_us_out_is_marked_as_one_that_answers(ran: Ran, name: str) -> None:
    """One mark, and no trouble of its own: it is not left alone, nor asked more slowly."""
    host = ran.host_row(next(case for case in CASES if case.name == name))

    assert ran.begun <= host["last_answered_at"] <= ran.ended
    assert (host["consecutive_failures"], host["unreachable_since"], host["slowed_interval_seconds"]) == (0, None, None)
    assert host["paused_reason"] is None
    assert host["next_allowed_at"] is None or host["next_allowed_at"] <= ran.ended


def test_h14_what_is_stored_is_what_the_bytes_are(ran: Ran) -> None:
    assert {row["mime_type"] for row in ran.images if row["status"] == "stored"} == {"image/jpeg"}
    assert {path.rpartition(".")[2] for path in ran.files} == {"jpg"}


def test_h21_no_cookie_and_no_password_is_ever_sent(ran: Ran) -> None:
    assert not [each for each in ran.server.requests if {"cookie", "authorization"} & each.headers.keys()]


def test_every_request_is_honest_about_who_we_are(ran: Ran) -> None:
    assert all(request.headers["user-agent"].startswith("forecourt/") for request in ran.server.requests)
    assert {request.method for request in ran.server.requests} == {"GET"}
