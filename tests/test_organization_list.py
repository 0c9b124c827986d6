"""organizations add and import: what a person may have written down, and what is said of it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from forecourt.errors import WrongUse
from forecourt.jobs.organization_list import Given, everyone, put, read_csv

REFUSED = {
    "nothing": (b"", "has no column name"),
    "semicolons": (b"name;website\nA;a.example\n", "has no column name"),
    "UTF-16": ("name,website\nA,a.example\n".encode("utf-16"), "is not a CSV file in UTF-8"),
    "no website": (b"name,website\nA,a.example\nB,\n", "line 3: website is empty"),
    "after empty lines": (b"name,website\r\n\r\n\r\nB,\r\n", "line 4: website is empty"),
    "after a name on two lines": (b'name,website\n"A\nB",a.example\nB,\n', "line 4: website is empty"),
    "a comma too many": (b"name,website\nSmith, a.example, b.example\n", "line 2 has more than the header has"),
    "a quote that stays open": (b'name,website\nA,"a.example\nB,b.example\n', "is not a CSV file"),
    "a feed of another kind": (b"name,website,feed_url\nA,a.example,file:///x\n", "line 2: the feed's URL"),
    "a password": (b"name,website\nA,https://me:secret@a.example/\n", "line 2: this is not the address"),
    "a password of a feed": (b"name,website,feed_url\nA,a.example,https://me:secret@a.example/\n", "line 2: the feed"),
}


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED)
def test_a_line_that_will_not_do_refuses_the_file_and_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    """U11: a secret is in no message."""
    (tmp_path / "dealers.csv").write_bytes(content)

    with pytest.raises(WrongUse) as refused:
        read_csv(tmp_path / "dealers.csv")

    assert words in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_as_spreadsheets_write_it_is_read(db: Engine, tmp_path: Path) -> None:
    """A BOM, CRLF, empty lines, columns of other uses, and one dealer twice."""
    lines = ("name,website,phone", "A,a.example,1", "", "B,b.example", "A and sons,https://A.example/,2", "")
    (tmp_path / "dealers.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())

    report = put(db, read_csv(tmp_path / "dealers.csv"))

    assert (report.answer["added"], report.answer["updated"]) == (2, 1)
    assert [line.split("  ")[1] for line in everyone(db).lines] == ["A and sons", "B"]


@pytest.mark.parametrize(
    "given",
    [
        Given(" ", "a.example"),
        Given("A", "a.example", feed_url="file:///etc/passwd"),
        Given("A", "a.example", feed_url="https://me:secret@a.example/feed.csv"),
    ],
    ids=["no name", "a feed of another kind", "a password of a feed"],
)
def test_what_will_not_do_is_written_nowhere(db: Engine, given: Given) -> None:
    with pytest.raises(WrongUse) as refused:
        put(db, [Given("B", "b.example"), given])

    assert everyone(db).answer["items"] == []
    assert "secret" not in str(refused.value)
