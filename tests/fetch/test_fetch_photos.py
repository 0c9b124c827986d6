"""The cases of group H, over real sockets: what becomes of one photo."""

import gzip
import hashlib
import tracemalloc
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from servers.errands import Errand, NotedTurns, Send
from servers.misbehaving import (
    Behaviour,
    MisbehavingServer,
    answer,
    endless,
    misbehaving,
    nobody_answers,
    raw,
    reset,
    silence,
)

from forecourt.errors import Blocked, Gone, HostTrouble, PermanentError, TransientError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.client import Download
from forecourt.fetch.limits import Limits

PHOTO = bytes(range(256)) * 40
PATIENCE = Limits(connect_seconds=0.3, idle_seconds=0.3, total_seconds=1.2, slow_window_seconds=0.4)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def a_photo(url: str, folder: Path, *, referer: str | None = None) -> Errand[Download]:
    return lambda fetcher: fetcher.get_photo(url, referer=referer, folder=folder)


def test_a_photo_lands_in_a_new_file_with_its_hash(
    send: Send, server: MisbehavingServer, turns: NotedTurns, folder: Path
) -> None:
    kept = [("Content-Type", "image/jpeg"), ("ETag", '"1"'), ("Last-Modified", "Sat, 31 Jan 2026 12:00:00 GMT")]
    server.on("/a%2Fb.jpg", answer(PHOTO, headers=kept))

    download = send(a_photo(server.url("/a%2Fb.jpg?x=%20#top"), folder, referer="https://dealer.example/1#photos"))

    assert download.path.read_bytes() == PHOTO
    assert [download.path] == list(folder.iterdir())
    assert download.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert download.size == len(PHOTO)
    assert download.content_type == "image/jpeg"
    assert download.final_url == server.url("/a%2Fb.jpg?x=%20")
    assert (download.etag, download.last_modified) == ('"1"', "Sat, 31 Jan 2026 12:00:00 GMT")
    [request] = server.requests
    assert request.target == "/a%2Fb.jpg?x=%20"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"].startswith("forecourt/")
    assert "referer" not in request.headers  # https page, http photo
    assert turns.taken == [(f"127.0.0.1:{server.port}", None)]


NOTHING_STORED: dict[str, tuple[Behaviour, type[Trouble], FailureKind]] = {
    "H01 10 GB announced": (answer(PHOTO, length=10**10), PermanentError, FailureKind.TOO_LARGE),
    "H03 one byte more": (answer(bytes(50_001), length=None), PermanentError, FailureKind.TOO_LARGE),
    "H04 half of it": (answer(PHOTO[:500], length=1000, then="close"), TransientError, FailureKind.INCOMPLETE),
    "H05 no last chunk": (raw(CHUNKED + b"5\r\nabcde\r\n"), TransientError, FailureKind.INCOMPLETE),
    "H05 chunk size zz": (raw(CHUNKED + b"5\r\nabcde\r\nzz\r\n"), TransientError, FailureKind.PROTOCOL),
    "H05 chunk size -1": (raw(CHUNKED + b"-1\r\nabcde\r\n"), TransientError, FailureKind.PROTOCOL),
    "H05 chunk of 2^70": (raw(CHUNKED + b"400000000000000000\r\na\r\n"), TransientError, FailureKind.PROTOCOL),
    "H06 reset before": (reset(), HostTrouble, FailureKind.UNREACHABLE),
    "H06 closed before": (raw(b""), HostTrouble, FailureKind.UNREACHABLE),
    "H06 reset in the body": (
        answer(PHOTO, length=20_000, then="reset"),
        TransientError,
        FailureKind.INCOMPLETE,
    ),
    "H07 silent": (silence(), HostTrouble, FailureKind.UNREACHABLE),
    "H07 drip in the headers": (endless(OK, b"X", every_seconds=0.05), HostTrouble, FailureKind.UNREACHABLE),
    "H07 silent in the body": (
        answer(PHOTO, length=20_000, then="silence"),
        TransientError,
        FailureKind.TIMEOUT,
    ),
    "H07 drip in the body": (endless(OK + b"\r\n", b"x", every_seconds=0.05), TransientError, FailureKind.TOO_SLOW),
    "H09 10,000 headers": (
        raw(OK + b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + b"\r\n" + PHOTO),
        TransientError,
        FailureKind.PROTOCOL,
    ),
    "H09 a header of 1 MB": (
        raw(OK + b"X: " + b"y" * 10**6 + b"\r\n\r\n" + PHOTO),
        TransientError,
        FailureKind.PROTOCOL,
    ),
    "H09 40 KB of headers": (
        raw(OK + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 4000) for n in range(10)) + b"\r\n" + PHOTO),
        TransientError,
        FailureKind.PROTOCOL,
    ),
    "H11 unknown coding": (
        answer(PHOTO, headers=[("Content-Encoding", "x-foo")]),
        TransientError,
        FailureKind.PROTOCOL,
    ),
    "H11 not gzip at all": (
        answer(PHOTO, headers=[("Content-Encoding", "gzip")]),
        TransientError,
        FailureKind.PROTOCOL,
    ),
    "H11 gzip of 2,000 empty members": (
        answer(gzip.compress(b"") * 2000, headers=[("Content-Encoding", "gzip")]),
        TransientError,
        FailureKind.PROTOCOL,
    ),
    "H11 gzip cut short": (
        answer(gzip.compress(PHOTO)[:-9], headers=[("Content-Encoding", "gzip")]),
        TransientError,
        FailureKind.INCOMPLETE,
    ),
    "H12 a part": (
        answer(PHOTO[:100], status=206, headers=[("Content-Range", f"bytes 0-99/{len(PHOTO)}")]),
        TransientError,
        FailureKind.INCOMPLETE,
    ),
    "H12 a part of who knows": (answer(PHOTO, status=206, headers=[]), TransientError, FailureKind.INCOMPLETE),
    "H15 0 bytes": (answer(b""), TransientError, FailureKind.EMPTY),
    "H15 0 bytes unpacked": (
        answer(gzip.compress(b""), headers=[("Content-Encoding", "gzip")]),
        TransientError,
        FailureKind.EMPTY,
    ),
    "H15 204": (answer(status=204, length=None), TransientError, FailureKind.EMPTY),
    "H15 304": (answer(status=304), TransientError, FailureKind.EMPTY),
    "H16 404": (answer(PHOTO, status=404), Gone, FailureKind.GONE),
    "H16 410": (answer(PHOTO, status=410), Gone, FailureKind.GONE),
    "H17 401": (answer(PHOTO, status=401), Blocked, FailureKind.BLOCKED),
    "H17 403": (answer(PHOTO, status=403), Blocked, FailureKind.BLOCKED),
    "H20 500": (answer(PHOTO, status=500), TransientError, FailureKind.SERVER_ERROR),
    "not HTTP": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), TransientError, FailureKind.PROTOCOL),
    "two lengths": (
        answer(PHOTO, headers=[("Content-Length", "7")]),
        TransientError,
        FailureKind.PROTOCOL,
    ),
    "a length that is none": (
        answer(PHOTO, headers=[("Content-Length", "many")], length=None),
        TransientError,
        FailureKind.PROTOCOL,
    ),
    "an unasked upgrade": (
        raw(b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", then="silence"),
        TransientError,
        FailureKind.PROTOCOL,
    ),
    "hints for ever": (
        endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", every_seconds=0.05),
        HostTrouble,
        FailureKind.UNREACHABLE,
    ),
}


@pytest.mark.parametrize(("behaviour", "error", "kind"), NOTHING_STORED.values(), ids=NOTHING_STORED)
def test_what_is_no_whole_photo_leaves_nothing_behind(
    send: Send,
    server: MisbehavingServer,
    turns: NotedTurns,
    folder: Path,
    behaviour: Behaviour,
    error: type[Trouble],
    kind: FailureKind,
) -> None:
    server.on("/a.jpg", behaviour)

    with pytest.raises(Trouble) as trouble:
        send(a_photo(server.url("/a.jpg"), folder), limits=PATIENCE, max_image_bytes=50_000)

    assert (type(trouble.value), trouble.value.kind) == (error, kind)
    assert list(folder.iterdir()) == []
    assert server.connections == len(server.requests) == 1  # one turn, one request
    assert turns.taken == [(f"127.0.0.1:{server.port}", trouble.value)]


WHOLE: dict[str, tuple[Behaviour, bytes]] = {
    "H03 no length": (answer(PHOTO, length=None), PHOTO),
    "H03 exactly the limit": (answer(bytes(50_000), length=None), bytes(50_000)),
    "H10 gzip unasked": (answer(gzip.compress(PHOTO), headers=[("Content-Encoding", "gzip")]), PHOTO),
    "H10 gzip of two members": (
        answer(gzip.compress(PHOTO[:9]) + gzip.compress(PHOTO[9:]), headers=[("Content-Encoding", "x-GZIP")]),
        PHOTO,
    ),
    "H10 brotli unasked": (answer(brotli.compress(PHOTO), headers=[("Content-Encoding", "br")]), PHOTO),
    "H10 identity, said twice": (
        answer(PHOTO, headers=[("Content-Encoding", "identity"), ("Content-Encoding", "identity")]),
        PHOTO,
    ),
    "H12 a whole 206": (
        answer(PHOTO, status=206, headers=[("Content-Range", f"bytes 0-{len(PHOTO) - 1}/{len(PHOTO)}")]),
        PHOTO,
    ),
    "H14 as text/html": (answer(PHOTO, headers=[("Content-Type", "text/html")]), PHOTO),
    "H14 as nothing": (answer(PHOTO, headers=[]), PHOTO),
    "chunked": (raw(CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), b"abcde"),
    "HTTP/1.0": (raw(b"HTTP/1.0 200 OK\r\n\r\nabcde"), b"abcde"),
    "a hint before": (raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\nabcde"), b"abcde"),
}


@pytest.mark.parametrize(("behaviour", "body"), WHOLE.values(), ids=WHOLE)
def test_what_is_odd_but_whole_is_a_photo(
    send: Send, server: MisbehavingServer, folder: Path, behaviour: Behaviour, body: bytes
) -> None:
    server.on("/a.jpg", behaviour)

    download = send(a_photo(server.url("/a.jpg"), folder), max_image_bytes=50_000)

    assert download.path.read_bytes() == body
    assert download.size == len(body)
    assert download.sha256 == hashlib.sha256(body).hexdigest()


_MEMBER = gzip.compress(bytes(16 * 2**20))
_EMPTY_BLOCKS = bytes([0, 0, 0, 0xFF, 0xFF]) * 10_000  # "stored", of length 0
_GZIPPED = OK + b"Content-Encoding: gzip\r\n\r\n"
BOMBS = {
    "H02 endless chunks of 1 MB": endless(CHUNKED, b"100000\r\n" + bytes(2**20) + b"\r\n"),
    "H10 10 MB of gzip become 10 GB": endless(_GZIPPED, _MEMBER, times=640),
    "H10 endless gzip of nothing": endless(_GZIPPED + gzip.compress(b"")[:10], _EMPTY_BLOCKS),
    "H11 one gzip member": answer(_MEMBER, headers=[("Content-Encoding", "gzip")]),
    "H11 brotli": answer(brotli.compress(bytes(2**26), quality=1), headers=[("Content-Encoding", "br")]),
}


@pytest.mark.parametrize("behaviour", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_cut_at_the_limit_and_memory_stays_flat(
    send: Send, server: MisbehavingServer, folder: Path, behaviour: Behaviour
) -> None:
    server.on("/a.jpg", behaviour)

    tracemalloc.start()
    with pytest.raises(PermanentError) as trouble:
        send(a_photo(server.url("/a.jpg"), folder), max_image_bytes=8 * 2**20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert trouble.value.kind is FailureKind.TOO_LARGE
    assert peak < 8 * 2**20
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "seconds"), [("120", 120), ("-5", 0), ("999999999", 86_400), ("abc", None), (None, None)]
)
@pytest.mark.parametrize("status", [429, 503])
def test_h18_a_busy_host_says_how_long(
    send: Send, server: MisbehavingServer, folder: Path, status: int, said: str | None, seconds: float | None
) -> None:
    server.on("/a.jpg", answer(status=status, headers=[("Retry-After", said)] if said else []))

    with pytest.raises(HostTrouble) as trouble:
        send(a_photo(server.url("/a.jpg"), folder))

    assert trouble.value.kind is FailureKind.HOST_BUSY
    assert trouble.value.wait_seconds == seconds


def test_h08_a_host_that_does_not_even_connect_is_unreachable(send: Send, folder: Path) -> None:
    with misbehaving() as server:
        port = server.port
    with pytest.raises(HostTrouble) as refused:
        send(a_photo(f"http://127.0.0.1:{port}/a.jpg", folder))
    with nobody_answers() as port, pytest.raises(HostTrouble) as silent:
        send(a_photo(f"http://127.0.0.1:{port}/a.jpg", folder), limits=PATIENCE)

    assert refused.value.kind is silent.value.kind is FailureKind.UNREACHABLE
