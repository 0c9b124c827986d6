"""The whole job over saved pages of real sites and photographs of real cameras (tools/real_input.py)."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image
from real_input import broken, play_all
from real_round import Outcome, Round, Row
from real_sites import PortsClosed

pytestmark = pytest.mark.timeout(600)  # the first test waits for all commands
SMALLEST_PX = 100


@pytest.fixture(scope="module")
def played(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Sequence[Round]:
    assert shared_folder.is_dir()
    try:
        return play_all(tmp_path_factory.mktemp("real"))
    except PortsClosed as error:
        pytest.skip(str(error))


@pytest.fixture
def outcomes(played: Sequence[Round]) -> list[Outcome]:
    return [outcome for each in played for outcome in each.outcomes]


def stored(played: Round) -> list[Row]:
    return [row for row in played.images if row["status"] == "stored"]


def test_nothing_breaks(played: Sequence[Round]) -> None:
    """No traceback, no exit code that a stranger may not cause, no bug that was caught at the last line."""
    assert [fault for each in played for fault in broken(each)] == []


def test_a_vehicles_page_is_imported_or_its_trouble_has_a_name(outcomes: Sequence[Outcome]) -> None:
    vehicles = [each for each in outcomes if each.page.kind == "vehicle"]

    assert sum(each.vehicle is not None for each in vehicles) >= len(vehicles) // 2
    assert all(
        (each.vehicle and each.entry["status"] in ("complete", "duplicate"))
        or (each.entry["failure_kind"] and each.entry["last_error"])
        for each in vehicles
    )


def test_a_page_that_offers_nothing_imports_nothing(outcomes: Sequence[Outcome]) -> None:
    """Neither as a listing nor as a website. A wall that every site shows is named as one."""
    empty = [each for each in outcomes if each.page.kind in ("not_a_listing", "blocked", "sitemap")]

    assert {each.entry["failure_kind"] for each in empty if each.page.kind == "blocked"} == {"blocked"}
    assert {each.entry["failure_kind"] for each in empty if each.page.kind != "blocked"} == {"not_a_listing"}
    assert [(each.vehicle, each.images, each.listed) for each in empty] == [(None, [], [])] * len(empty)


def test_p2_importing_asks_for_no_photo(played: Sequence[Round]) -> None:
    importing = [ran for each in played for name, ran in each.commands.items() if not name.startswith("trickle")]

    assert sum(ran.requests for ran in importing) > 0
    assert sum(ran.photo_requests.total() for ran in importing) == 0


def test_the_trickle_asks_for_each_photo_once_and_for_nothing_else(played: Sequence[Round]) -> None:
    for each in played:
        trickle = each.commands["trickle"]
        asked = {row["source_url"] for row in each.images if row["attempts"]}
        assert set(trickle.photo_requests) == asked
        assert set(trickle.photo_requests.values()) <= {1}
        assert trickle.requests == trickle.photo_requests.total()


def test_p4_the_second_trickle_asks_for_nothing(played: Sequence[Round]) -> None:
    assert [each.commands["trickle again"].requests for each in played] == [0] * len(played)


def test_a_stored_photo_is_the_photograph_that_its_url_showed(played: Sequence[Round]) -> None:
    """Byte for byte, under the name of its hash, with its size, type and dimensions."""
    assert sum(len(stored(each)) for each in played) > 0
    for each in played:
        for row in stored(each):
            file = each.store / row["storage_path"]
            data = file.read_bytes()
            assert data == each.photographs[row["source_url"]].read_bytes()
            assert file.stem == row["file_hash"] == hashlib.sha256(data).hexdigest()
            assert (row["file_size"], row["mime_type"]) == (len(data), "image/jpeg")
            with Image.open(file) as photo:
                assert sorted((row["width"], row["height"])) == sorted(photo.size)


def test_p1_a_photo_that_is_not_ours_keeps_its_dealers_address_and_the_reason(played: Sequence[Round]) -> None:
    """No reason only for what lies beyond a vehicle's cap: it was never asked for."""
    for each in played:
        for row in each.images:
            if row["status"] != "stored":
                assert row["is_external"]
                assert row["source_url"]
                assert row["failure_kind"] or not row["attempts"]


def test_i12_a_thumbnail_is_no_photo(played: Sequence[Round]) -> None:
    """Three of the photographs are smaller than 100 px."""
    shown = [(row, each.photographs[row["source_url"]]) for each in played for row in each.images if row["attempts"]]
    small = [row for row, photograph in shown if _larger_side_px(photograph) < SMALLEST_PX]

    assert small
    assert {(row["status"], row["failure_kind"], row["is_external"]) for row in small} == {
        ("rejected", "not_a_photo", True)
    }


def _larger_side_px(photograph: Path) -> int:
    with Image.open(photograph) as photo:
        return max(photo.size)
