"""H16, H17, H19, H20: what becomes of a photo and of a host that stay as they are, a run a day for nine days."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from case_input import Case
from case_outcomes import HOUR, STORED, later
from case_ran import Ran
from case_run import case_world
from servers.canary import Canary
from servers.dealer_site import photo_bytes
from servers.misbehaving import answer, in_turn
from sqlalchemy import update

from forecourt.db.engine import writing
from forecourt.db.tables import hosts

DAY = timedelta(hours=29)  # a day, and what jitter adds to it
BUSY = [
    Case(f"H19-{number}", STORED, lambda _: answer(status=503), url="http://busy.example:{port}{path}")
    for number in range(8)
]
MISSING = Case("H16-404", STORED, lambda _: answer(status=404))
DENIED = Case("H17-403", STORED, lambda _: answer(status=403))
BROKEN = Case("H20-500-for-ever", later("server_error"), lambda _: answer(status=500))
MENDED = Case(
    "H20-500-three-times",
    STORED,
    lambda place: in_turn(*[answer(status=500)] * 3, answer(photo_bytes(place.path))),
    requests=4,
)


@pytest.fixture(scope="module")
def days(module_database_url: str, tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> Iterator[list[Ran]]:
    """What is left after each day's run; on the tenth the busy host is well."""
    home: Path = tmp_path_factory.mktemp("home")
    cases = [*BUSY, MISSING, DENIED, BROKEN, MENDED]
    with case_world(cases, database_url=module_database_url, home=home, canary=canary) as world:
        found = []
        for _ in range(9):
            found.append(world.run())
            world.pass_time(DAY)
        with writing(world.engine) as connection:  # it would be asked every few minutes only, and recover slowly
            connection.execute(update(hosts).values(slowed_interval_seconds=None))
        for case in BUSY:
            world.server.on(case.path, answer(photo_bytes(case.path)))
        found.append(world.run())
        yield found


def written(days: list[Ran], case: Case) -> list[tuple[object, ...]]:
    """Status, kind and failures, day after day."""
    return [(row["status"], row["failure_kind"], row["failures"]) for row in (day.row(case) for day in days)]


def waits(days: list[Ran], case: Case) -> list[float]:
    """Seconds until the next try, day after day."""
    moments = [(day.row(case)["next_attempt_at"], day) for day in days]
    return [(due - day.ended).total_seconds() for due, day in moments if due]


def test_h16_what_is_missing_a_day_later_too_is_gone_and_asked_no_more(days: list[Ran]) -> None:
    assert written(days, MISSING)[:3] == [("pending", "gone", 1), ("gone", "gone", 2), ("gone", "gone", 2)]
    assert days[-1].asked(MISSING) == 2
    assert days[-1].row(MISSING)["is_external"]


def test_h17_what_is_denied_is_looked_at_for_a_week(days: list[Ran]) -> None:
    assert [status for status, _, _ in written(days, DENIED)] == ["blocked"] * 6 + ["failed"] * 4
    assert all(5.9 * HOUR <= wait <= 7.2 * HOUR for wait in waits(days, DENIED))
    assert days[-1].asked(DENIED) == 7


def test_h20_three_errors_then_a_photo_is_stored_at_the_fourth_try(days: list[Ran]) -> None:
    days[-1].check(MENDED)
    assert written(days, MENDED)[:4] == [
        ("pending", "server_error", 1),
        ("pending", "server_error", 2),
        ("pending", "server_error", 3),
        ("stored", None, 0),
    ]
    for wait, least in zip(waits(days, MENDED), (60, 600, 3600), strict=True):
        assert least - 60 <= wait <= 1.2 * least


def test_h20_what_never_gets_better_fails_after_eight_tries_and_seven_days(days: list[Ran]) -> None:
    assert written(days, BROKEN) == [
        *(("pending", "server_error", failures) for failures in range(1, 8)),
        *[("failed", "server_error", 8)] * 3,
    ]
    assert days[-1].row(BROKEN)["is_external"]


def test_h19_a_host_that_is_busy_for_all_is_asked_once_a_run_and_its_photos_are_not_to_blame(days: list[Ran]) -> None:
    host = f"busy.example:{days[0].server.port}"

    for number, day in enumerate(days[:-1], start=1):
        assert {written([day], case)[0] for case in BUSY} <= {("pending", "host_busy", 0), ("pending", None, 0)}
        assert day.host_rows[host]["consecutive_failures"] == number
    for day, least in zip(days, (60, 60, 60, 60, 300, 3600, 6 * 3600, 6 * 3600, 6 * 3600), strict=False):
        left = (day.host_rows[host]["next_allowed_at"] - day.ended).total_seconds()
        assert least - 60 <= left <= 1.2 * least


def test_h19_a_host_that_is_well_again_gives_all_its_photos(days: list[Ran]) -> None:
    assert {written(days[-1:], case)[0] for case in BUSY} == {("stored", None, 0)}
    assert days[-1].host_rows[f"busy.example:{days[0].server.port}"]["consecutive_failures"] == 0
    assert sum(days[-1].asked(case) for case in BUSY) == 9 + len(BUSY)
    days[-1].check_neighbours()


def test_h19_each_probe_is_another_photo_than_the_last(days: list[Ran]) -> None:
    probes = [target for target in days[-1].server.targets if target.startswith("/h19-")][4:9]

    assert all(probe != last for last, probe in pairwise(probes))
