"""An answer, byte for byte: what is read in it, where it ends, and what is refused."""

from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import pytest

from forecourt.fetch.answer import Answer
from forecourt.fetch.framing import Bytes
from forecourt.fetch.head import Head
from forecourt.fetch.wire_errors import BodyBroken, NoAnswer, NotHttp

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n"
TO_THE_END = b"HTTP/1.1 200 OK\r\n\r\nabcde"
LEAST = 32 * 1024


@dataclass
class Reader:
    """Keeps what it is told."""

    wants: bool = True
    most: int = 1000
    head: Head | None = None
    body: bytes = b""
    ends: int = 0
    pieces: list[int] = field(default_factory=list)

    def begin(self, head: Head) -> bool:
        self.head = head
        return self.wants

    def feed(self, data: Bytes) -> bool:
        self.body += data
        self.pieces.append(len(data))
        return len(self.body) < self.most

    def end(self) -> None:
        self.ends += 1


def read(*pieces: bytes, closed: bool = False, reader: Reader | None = None) -> tuple[Answer, Reader]:
    reader = reader or Reader()
    answer = Answer(reader, header_bytes=LEAST)
    for piece in pieces:
        answer.receive(memoryview(piece))
    if closed:
        answer.connection_ended(None)
    return answer, reader


@pytest.mark.parametrize("data", [LENGTH, CHUNKS, TO_THE_END], ids=["length", "chunks", "to the end"])
def test_wherever_an_answer_is_cut_it_is_read_the_same(data: bytes) -> None:
    random = Random(7)
    cuts = [sorted(random.choices(range(len(data)), k=random.randrange(9))) for _ in range(300)]
    for places in [[], list(range(len(data))), *([at] for at in range(len(data))), *cuts]:
        pieces = [data[start:end] for start, end in pairwise([0, *places, len(data)]) if start < end]
        answer, reader = read(*pieces, closed=data == TO_THE_END)

        assert (reader.body, reader.ends, answer.ended) == (b"abcde", 1, True)


def test_the_connection_is_kept_after_a_clean_end_alone() -> None:
    kept = {
        LENGTH: True,
        CHUNKS: True,
        TO_THE_END: False,
        LENGTH + b"\r\n": False,
        LENGTH + LENGTH: False,
        LENGTH.replace(b"\r\n\r\n", b"\r\nConnection: Keep-Alive, Close\r\n\r\n"): False,
        LENGTH.replace(b"/1.1", b"/1.0"): False,
        LENGTH.replace(b"/1.1 200 OK", b"/1.0 200 OK\r\nConnection: keep-alive"): True,
    }

    assert {data: read(data, closed=data == TO_THE_END)[0].is_clean for data in kept} == kept


def test_a_body_that_is_not_wanted_costs_the_connection_unless_it_has_come_already() -> None:
    whole, _ = read(LENGTH, reader=Reader(wants=False))
    half, unread = read(LENGTH[:-1], reader=Reader(wants=False))

    assert (whole.ended, whole.is_clean) == (True, True)
    assert (half.ended, half.is_clean, unread.body) == (True, False, b"")


def test_who_has_enough_is_fed_no_more() -> None:
    answer, reader = read(LENGTH[:-3], reader=Reader(most=2))

    assert (answer.ended, answer.is_clean, reader.ends) == (True, False, 0)


def test_small_chunks_that_come_together_are_one_piece() -> None:
    _, reader = read(CHUNKS)

    assert reader.pieces == [5]


def test_headers_are_found_by_any_spelling_and_keep_their_bytes() -> None:
    _, reader = read(
        b"HTTP/1.1 200\nX-A:  1 \r\nx-a:\t2\r\nLocation: /\xe4\r\nX-B: a\r\n b\r\nContent-Length:0\r\n\r\n"
    )

    assert reader.head
    assert reader.head.all("x-a") == ["1", "2"]
    assert reader.head.first("location") == "/\udce4"
    assert reader.head.first("x-b") == "a b"
    assert reader.head.first("x-c") is None


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_what_is_said_before_the_answer_is_passed_over(status: int) -> None:
    before = b"HTTP/1.1 %d Wait\r\nLink: </a.css>\r\n\r\n" % status

    assert read(before * 3 + LENGTH)[1].body == b"abcde"
    with pytest.raises(NotHttp):
        read(*[before] * 2000)


OK = b"HTTP/1.1 200 OK\r\n"
REFUSED = {
    "chunks and a length": OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
    "a length and cow": OK + b"Transfer-Encoding: cow\r\nContent-Length: 5\r\n\r\n",
    "gzip in chunks": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
    "chunks in gzip": OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n",
    "a length, twice the same": OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
    "a list of lengths": OK + b"Content-Length: 5, 5\r\n\r\n",
    "no length at all": OK + b"Content-Length:\r\n\r\n",
    "digits beyond ASCII": OK + "Content-Length: ٥\r\n\r\n".encode(),  # noqa: RUF001 (that is the case)
    "a lonely CR": OK + b"X: a\rb\r\n\r\n",
    "CR CR LF": OK + b"X: a\r\r\n\r\n",
    "NUL": OK + b"X: a\0b\r\n\r\n",
    "a fold before any header": OK + b" X: a\r\n\r\n",
    "no name": OK + b": a\r\n\r\n",
    "a name beyond ASCII": OK + "Längé: a\r\n\r\n".encode(),
    "129 headers": OK + b"X: a\r\n" * 129 + b"\r\n",
    "a long line": OK + b"X: " + b"a" * 16_384 + b"\r\n\r\n",
    "a long reason": b"HTTP/1.1 200 " + b"a" * 17_000 + b"\r\n\r\n",
    "two blanks": b"HTTP/1.1  200 OK\r\n\r\n",
    "small letters": b"http/1.1 200 OK\r\n\r\n",
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\n\r\n",
    "HTTP/2": b"HTTP/2 200 OK\r\n\r\n",
    "204 and something": b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nabcde",
    "more than the length": LENGTH + b"f",
    "more than was not wanted": b"HTTP/1.1 302 Found\r\nContent-Length: 5\r\n\r\nabcdef",
    "a header without end, of another kind": OK + b"no colon\r\n",
    "CR alone as line end, for ever": b"HTTP/1.1 200 OK\rX: a\rX",
    "nothing but line ends": b"\r\n" * LEAST,
}
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
REFUSED |= {
    f"chunks: {chunks!r:.30}": CHUNKED + chunks
    for chunks in (
        b"5\nabcde\r\n",
        b"5\r\nabcde\n",
        b"5\r\nabcdef",
        b" 5\r\nabcde\r\n",
        b"5_0\r\n",
        b"0x5\r\n",
        b"+5\r\n",
        b"\r\n",
        b"5;a=\0\r\n",
        b"5;a=\rb\r\n",
        b"00000000000000005\r\n",
        b"5;" + b"a" * 17_000,
        b"0\r\nno colon\r\n",
        b"0\r\n" + b"X: y\r\n" * 9_000,
        b"0\r\n\r\nHTTQ",
    )
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_can_be_read_in_two_ways_is_refused_at_once(data: bytes) -> None:
    with pytest.raises(NotHttp):
        read(data, reader=Reader(wants=b" 302 " not in data))


def test_an_early_end_is_known_as_one() -> None:
    for length in range(LENGTH.index(b"abc")):
        with pytest.raises(NoAnswer):
            read(LENGTH[:length], closed=True)
    for data in (LENGTH, CHUNKS):
        for length in range(data.index(b"\r\n\r\n") + 4, len(data)):
            with pytest.raises(BodyBroken):
                read(data[:length], closed=True)


def test_a_reset_is_no_end_of_a_body_that_ends_with_its_connection() -> None:
    answer, _ = read(TO_THE_END)

    with pytest.raises(BodyBroken):
        answer.connection_ended(ConnectionResetError())
