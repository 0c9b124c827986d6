"""Group I of the cases through the running program: one trickle over all of them, and over good photos between them.

Each is looked at by itself: its row, the store, and that it disturbed nobody. What the decoder makes of more bytes of
each kind is told in tests/photo.
"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from byte_cases import CASES, jpeg, with_hole
from running_program import Ended, Program, all_comes_due, images, is_whole, program_at, shown
from servers.dealer_site import Given, dealer_site
from sqlalchemy import Engine, update

from forecourt.db.engine import open_database, writing
from forecourt.db.tables import vehicle_images

VEHICLES, PHOTOS = 4, 20


@dataclass(frozen=True)
class Trickled:
    """One run over everything."""

    program: Program
    ended: Ended
    at: datetime
    rows: dict[str, dict[str, Any]]
    neighbours: list[dict[str, Any]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def trickled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trickled]:
    folder = tmp_path_factory.mktemp("bytes")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_template"), folder / "forecourt.db")
        url = f"sqlite:///{folder / 'forecourt.db'}"
    else:
        server, template = request.getfixturevalue("_postgres_template")
        url = server.create_database("bytes", template=template)
    engine = open_database(url)
    yield _trickle(program_at(folder / "home", engine, url))
    engine.dispose()
    if request.param == "postgresql":
        server.drop_database("bytes")


def _trickle(program: Program) -> Trickled:
    with dealer_site(vehicles=VEHICLES, photos=PHOTOS) as site:
        shown(program.engine, site)
        names = dict(zip(site.photo_urls[::-1], CASES, strict=False))  # the first photo of a vehicle is a good one
        for url, name in names.items():
            case = CASES[name]
            site.answers[url] = Given(200, case.data, (f"Content-Type: {case.content_type}",))
        ended = program.run("trickle-backfill-images")
    rows = images(program.engine)
    return Trickled(
        program,
        ended,
        datetime.now(UTC),
        {names[row["source_url"]]: row for row in rows if row["source_url"] in names},
        [row for row in rows if row["source_url"] not in names],
    )


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", CASES)
def test_what_strangers_send_ends_as_it_must(trickled: Trickled, name: str) -> None:
    case, row = CASES[name], trickled.rows[name]
    digest = hashlib.sha256(case.data).hexdigest()
    kept = [path for path in trickled.program.files() if path.stem == digest]
    stored = case.end.status == "stored"

    assert (row["status"], row["failure_kind"]) == (case.end.status, case.end.failure_kind), row["last_error"]
    assert row["failures"] == (0 if stored else 1)
    assert (row["is_external"], row["is_damaged"]) == (not stored, False)
    if case.end.hours is None:
        assert row["next_attempt_at"] is None
    else:
        hours = (row["next_attempt_at"] - trickled.at).total_seconds() / 3600
        assert case.end.hours - 0.05 < hours < 1.25 * case.end.hours
    assert len(kept) == case.end.keeps_bytes
    assert row["file_hash"] == (digest if stored else None)
    assert row["suspect_hash"] == (digest if case.end.keeps_bytes and not stored else None)


def test_nobody_else_is_touched(trickled: Trickled) -> None:
    """The good photos of the same run, on the same host and in the same decoders."""
    assert trickled.ended.code == 3
    assert len(trickled.neighbours) == VEHICLES * PHOTOS - len(CASES)
    assert all(row["status"] == "stored" and is_whole(trickled.program, row) for row in trickled.neighbours)
    assert trickled.program.strays() == []
    assert "ghostscript" not in trickled.ended.err.lower()


def test_a_photo_that_is_damaged_at_its_source_is_ours_an_hour_later(program: Program) -> None:
    """I04: asked for twice, shown from the dealer until then; from then on there is nothing left to do."""
    with dealer_site(vehicles=1, photos=2) as site:
        shown(program.engine, site)
        site.answers[site.photo_urls[0]] = Given(200, with_hole(jpeg()))
        first = program.run("trickle-backfill-images", "--json")
        [waiting, _] = images(program.engine)
        all_comes_due(program.engine)
        second = program.run("trickle-backfill-images", "--json")
        third = program.run("trickle-backfill-images")

    [row, neighbour] = images(program.engine)
    assert (first.code, second.code, third.code) == (3, 0, 0)
    assert (first.json()["total_images_inserted"], second.json()["total_images_inserted"]) == (1, 1)
    assert (waiting["is_external"], waiting["image_url"]) == (True, site.photo_urls[0])
    assert (row["status"], row["is_damaged"], row["failures"]) == ("stored", True, 0)
    assert (program.store / row["storage_path"]).read_bytes() == with_hole(jpeg())
    assert (row["width"], row["height"], row["mime_type"]) == (800, 600, "image/jpeg")
    assert (neighbour["status"], neighbour["is_damaged"]) == ("stored", False)
    assert [site.photo_requests[url] for url in site.photo_urls] == [2, 1]


def test_a_better_download_takes_the_place_of_a_damaged_one(program: Program) -> None:
    with dealer_site(vehicles=1, photos=1) as site:
        shown(program.engine, site)
        [url] = site.photo_urls
        site.answers[url] = Given(200, jpeg()[:-40])
        program.run("trickle-backfill-images")
        site.answers[url] = Given(200, jpeg())
        all_comes_due(program.engine)
        program.run("trickle-backfill-images")

    [row] = images(program.engine)
    assert (row["status"], row["is_damaged"], row["suspect_hash"]) == ("stored", False, None)
    assert (program.store / row["storage_path"]).read_bytes() == jpeg()


def test_a_whole_form_is_asked_for_before_a_damaged_one_counts(program: Program) -> None:
    """In the same claim, and the damaged larger form gives way to the whole smaller one."""
    with dealer_site(vehicles=1, photos=2) as site:
        shown(program.engine, site)
        large, small = site.photo_urls
        site.answers[large] = Given(200, with_hole(jpeg()))
        _names_too(program.engine, large, small)
        program.run("trickle-backfill-images")

    [row, other] = images(program.engine)
    assert (row["status"], row["is_damaged"], row["file_hash"]) == ("stored", False, other["file_hash"])
    assert site.photo_requests == {large: 1, small: 2}


def test_i13_the_same_bytes_from_two_urls_and_of_two_vehicles_are_one_file(program: Program) -> None:
    with dealer_site(vehicles=2, photos=2) as site:
        shown(program.engine, site)
        site.answers |= dict.fromkeys(site.photo_urls[:3], Given(200, jpeg()))
        program.run("trickle-backfill-images")

    rows = images(program.engine)
    assert [row["status"] for row in rows] == ["stored"] * 4
    assert len({row["storage_path"] for row in rows[:3]}) == 1
    assert len([path for path in program.files() if path.suffix == ".jpg"]) == 2


def _names_too(engine: Engine, url: str, other: str) -> None:
    with writing(engine) as connection:
        connection.execute(update(vehicle_images).where(vehicle_images.c.source_url == url).values(candidates=[other]))
