"""U11, U12, U16, U20, and all of U01 to U18 as a page names them: what gets a row, and what the row asks for."""

from pathlib import Path

import pytest
from case_pages import PagesRan, Site, pages_read
from case_run import PATIENT
from forbidden import BROKEN, LITERALS
from servers.canary import Canary

MENDED_IN_PAGES = {  # as a browser does it: stripped, or encoded
    "U16-cr", "U16-lf", "U16-tab", "U16-blank", "U16-blank-before", "U16-no-break-space", "U16-line-separator",
    "U14-one-slash", "U15-hash-at",
}  # fmt: skip
ASKED = {
    "U20-without-scheme": ("//{host}:{port}{path}", "{path}"),
    "U20-rooted": ("{path}?a", "{path}?a"),
    "U20-blank": ("{path}?a b", "{path}?a%20b"),
    "U20-beyond-ascii-and-entity": ("{path}?ä=a&amp;b=ö", "{path}?%C3%A4=a&b=%C3%B6"),
    "U20-already-encoded": ("{path}?a%2Fb%20c", "{path}?a%2Fb%20c"),
    "U20-stray-percent": ("{path}?100%", "{path}?100%25"),
    "U20-fragment": ("{path}?f#top", "{path}?f"),
    "U20-fragment-of-an-absolute": ("http://{host}:{port}{path}?g#top", "{path}?g"),
    "U20-blanks-around": ("  {path}?h \n", "{path}?h"),
    "U20-quotes": ('{path}?i="<>', "{path}?i=%22%3C%3E"),
}
BAD = {name: url for name, url in BROKEN.items() if name not in MENDED_IN_PAGES}
NUL = {"U16-nul": "http://{host}:{port}/a\0.jpg", "U16-nul-in-host": "http://127.0.0.1\0.example/a.jpg"}
SITES = [
    *(Site(name, images=(url, "{path}")) for name, url in {**BAD, **NUL, **LITERALS}.items()),
    *(Site(name, images=(written,)) for name, (written, _) in ASKED.items()),
]


@pytest.fixture(scope="module")
def ran(module_database_url: str, tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> PagesRan:
    home: Path = tmp_path_factory.mktemp("home")
    return pages_read(SITES, database_url=module_database_url, home=home, canary=canary, limits=PATIENT, trickle=True)


def site(name: str) -> Site:
    return next(each for each in SITES if each.name == name)


@pytest.mark.parametrize("name", [*BAD, *NUL])
def test_what_is_no_address_gets_no_row_and_the_photo_beside_it_is_ours(ran: PagesRan, name: str) -> None:
    assert [row["status"] for row in ran.images(site(name))] == ["stored"], [
        r["source_url"] for r in ran.images(site(name))
    ]


@pytest.mark.parametrize("name", LITERALS)
def test_an_address_of_nobody_may_have_a_row_and_is_never_asked(ran: PagesRan, name: str, canary: Canary) -> None:
    rows = ran.images(site(name))

    assert [row["status"] for row in rows if row["source_url"].endswith(site(name).path)] == ["stored"]
    assert {row["failure_kind"] for row in rows if row["status"] == "rejected"} <= {"forbidden_address"}
    assert {row["status"] for row in rows} <= {"stored", "rejected"}
    assert canary.visits() == 0


@pytest.mark.parametrize("name", ASKED)
def test_u20_an_address_is_resolved_and_encoded_once(ran: PagesRan, name: str) -> None:
    target = ASKED[name][1].format(path=site(name).path)

    assert ran.asked(site(name))[-1] == target
    assert [row["status"] for row in ran.images(site(name))] == ["stored"]


def test_u11_a_secret_of_an_address_is_in_no_table(ran: PagesRan) -> None:
    assert not [row for rows in ran.rows.values() for row in rows if "s3cr3t" in str(row)]
