"""A bad line costs one line and is named; odd alphabets are read; hostile feeds are bounded."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from io import BytesIO, RawIOBase
from typing import BinaryIO, cast

import pytest
from feed_made import FEED_URL, packed, read
from made_feed import rows, vin

from forecourt.listing.feed_records import LONGEST_RECORD
from forecourt.listing.feeds import FeedEnd, stream_feed

HEADER = "VIN,Stock,Make,Model,Description,Photos"


def line(number: int, description: str = "good") -> str:
    return f"{vin(number)},S{number},Ford,Focus,{description},https://p.example/{number}.jpg"


def stocks(text: str | bytes) -> list[str | None]:
    return [each.stock_number for each in read(text).listings]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("S2,Ford", "2 cells, where the header has 6"),
        (line(2, "a,b"), "7 cells, where the header has 6"),
        (line(2, '"never closed'), "a quote that is not closed"),
        ("x" * (LONGEST_RECORD + 10), "longer than a record may be"),
        (",,Ford,,,", "no VIN, no make and model, and no page to look at"),
    ],
    ids=["short", "long", "quote", "endless", "nothing"],
)
def test_a_bad_line_costs_one_line_and_is_named(bad: str, why: str) -> None:
    found = read("\n".join([HEADER, line(1), bad, line(3), line(4, '"quoted, good"'), line(5)]))

    assert [each.stock_number for each in found.listings] == ["S1", "S3", "S4", "S5"]
    assert [(each.place, each.why) for each in found.bad] == [("line 3", why)]
    assert found.end.why_cut is None


def test_two_open_quotes_cost_two_lines() -> None:
    """The second would close the first; then neither has the cells that the header names."""
    found = read("\n".join([HEADER, line(1, '"open'), line(2), line(3, '"open'), line(4)]))

    assert [each.stock_number for each in found.listings] == ["S2", "S4"]
    assert [each.place for each in found.bad] == ["line 2", "line 4"]


def test_lines_may_end_inside_of_quotes_and_are_counted_as_an_editor_counts_them() -> None:
    found = read("\r\n".join([HEADER, line(1, '"one\r\ntwo ""three"", and\r\n\r\nfour"'), "", line(2), "bad", line(3)]))

    assert [(each.number, each.listing.stock_number) for each in found.vehicles] == [(2, "S1"), (7, "S2"), (9, "S3")]
    assert found.listings[0].description == 'one\ntwo "three", and\n\nfour'
    assert [each.place for each in found.bad] == ["line 8"]


def test_a_stray_carriage_return_is_a_blank() -> None:
    told = read(f"{HEADER},A\rColumn\n" + line(1, "old\rMac") + ",x\n").only

    assert told.description == "old Mac"


def test_inches_are_no_quotes() -> None:
    assert read("\n".join([HEADER, line(1, '6.5" bed'), line(2)])).listings[0].description == '6.5" bed'


@pytest.mark.parametrize("mark", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_alphabet_is_read(charset: str, mark: str) -> None:
    body = mark.join([HEADER, line(1, "Türen, grün".replace(",", ";")), line(2)]).encode(charset)

    assert read(body).listings[0].description == "Türen; grün"
    assert stocks(packed(body)) == ["S1", "S2"]


def test_a_charset_that_is_said_is_believed() -> None:
    body = "\n".join([HEADER, line(1, "синий")]).encode("windows-1251")

    assert read(body, content_type="text/csv; charset=windows-1251").only.description == "синий"
    assert read(body, encoding="windows-1251").only.description == "синий"


def test_bad_json_costs_its_record() -> None:
    good = [json.dumps({"vin": vin(number), "stock": f"S{number}"}) for number in range(5)]
    broken = good[1].replace('"stock": ', '"stock": "never closed, ')
    document = "[" + ",\n".join([good[0], broken, good[2], "17", good[3][:-1] + ",}", good[4]]) + "]"
    lines = read("\n".join([good[0], broken, "17", good[2]]))
    found = read(document)

    assert [each.stock_number for each in lines.listings] == ["S0", "S2"]
    assert [each.place for each in lines.bad] == ["line 2", "line 3"]
    assert [each.stock_number for each in found.listings] == ["S0", "S2", "S3", "S4"]
    assert [(each.place, each.why) for each in found.bad] == [("record 2", "no JSON"), ("record 4", "no object")]


@pytest.mark.parametrize(
    "body",
    [
        b'[{"vin": "1", "stock": "S1", "make": "Ford", "model": "Focus"}, {"vin": "2", "sto',
        b"<a><car><stock>S1</stock><make>Ford</make><model>Focus</model></car><car><stock>S2",
        packed("\n".join([HEADER, *map(line, range(5000))]).encode())[:-1000],
        b'{"vehicles": [{"stock": "S1", "make": "Ford", "model": "Focus"}], "next":',
    ],
    ids=["json", "xml", "gzip", "member"],
)
def test_a_feed_that_ends_in_its_middle_keeps_what_was_whole_and_says_so(body: bytes) -> None:
    found = read(body)

    assert found.listings[0].make == "Ford"
    assert found.end.why_cut


@pytest.mark.parametrize(
    "body",
    [
        packed((HEADER + "\n" + line(1) + "\n").encode() + b"x" * 300_000_000),
        b"[" * 100_000,
        b'{"vehicles": [' + b'{"a":' * 100_000,
        b'{"vehicles": [{"vin": "' + b"x" * 20_000_000 + b'"}]}',
        b"<a>" + b"<car>" * 200_000,
        b"<a><car>" + b"<b>x</b>" * 200_000 + b"</car></a>",
        b"<a>" + b"<b>x</b>" * 200_000 + b"</a>",
        b'<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a><car><vin>&y;</vin></car></a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><car><vin>&x;</vin><make>F</make></car></a>',
        (HEADER + "\n" + 'a,"b\n' * 30_000).encode(),
        (HEADER + "\n" + '"' * 3_000_000).encode(),
        b"VIN," * 500_000 + b"\n" + b"1," * 500_000,
    ],
    ids=["bomb", "deep", "deep record", "long text", "deep xml", "wide record", "wide xml", "entities", "file",
         "quotes", "one quote", "columns"],
)  # fmt: skip
def test_a_hostile_feed_ends(body: bytes) -> None:
    """X03, X07: no exception, no secret, no end of memory."""
    tracemalloc.start()
    found = read(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(found.vehicles) <= 1
    assert "root:" not in repr(found.vehicles)
    assert peak < 150_000_000


class _Endless(RawIOBase):
    """A feed that is made while it is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 (a piece is what it is)
        return next(self._pieces, b"")


def _csv(count: int) -> Iterator[bytes]:
    for cells in rows(count, photos=4, host="https://p.example"):
        yield (",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n").encode()


def _json(count: int) -> Iterator[bytes]:
    yield b'{"vehicles": ['
    for number in range(count):
        yield json.dumps({"vin": vin(number), "stock": f"S{number}", "text": "x" * 8_000}).encode() + b","
    yield b"]}"


def _xml(count: int) -> Iterator[bytes]:
    yield b"<vehicles>"
    for number in range(count):
        yield f"<vehicle><vin>{vin(number)}</vin><stock>S{number}</stock><text>{'x' * 2_000}</text></vehicle>".encode()
    yield b"</vehicles>"


@pytest.mark.parametrize("made", [_csv, _json, _xml])
def test_a_feed_eight_times_as_long_takes_no_more_memory(made: Callable[[int], Iterator[bytes]]) -> None:
    def peak(count: int) -> int:
        file = cast("BinaryIO", _Endless(made(count)))
        tracemalloc.start()
        found = sum(not isinstance(each, FeedEnd) for each in stream_feed(file, url=FEED_URL, name=FEED_URL))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == count
        return most

    assert peak(4_000) < 1.2 * peak(500) + 500_000


def test_a_file_is_read_from_where_it_stands() -> None:
    file = BytesIO("\n".join([HEADER, line(1)]).encode())

    assert len(list(stream_feed(file, url=FEED_URL, name=FEED_URL))) == 2
