"""The table of failure kinds, as decisions: what becomes of a row, and when it is tried again."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from forecourt.errors import Blocked, Gone, HostTrouble, PermanentError, TransientError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.schedule import Record, Verdict, after_failure, host_wait_seconds, sort_key

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def after(
    error: Trouble,
    record: Record | None = None,
    *,
    now: datetime = NOW,
    until: datetime | None = None,
    counts: bool = True,
) -> Verdict:
    return after_failure(error, record or Record(), now=now, host_waits_until=until, counts=counts, random=Random(1))


@pytest.mark.parametrize(
    ("failures", "wait"),
    [(0, timedelta(minutes=1)), (1, timedelta(minutes=10)), (2, HOUR), (3, 6 * HOUR), (4, DAY), (9, DAY)],
)
def test_a_photo_is_tried_again_ever_later_with_jitter(failures: int, wait: timedelta) -> None:
    verdict = after(TransientError(FailureKind.TIMEOUT), Record(failures, NOW))

    assert (verdict.status, verdict.failures) == ("pending", failures + 1)
    assert verdict.next_attempt_at
    assert wait <= verdict.next_attempt_at - NOW <= wait * 1.2


def test_it_takes_8_failures_and_7_days_to_give_up() -> None:
    error = TransientError(FailureKind.INCOMPLETE)

    assert after(error, Record(7, NOW - 6 * DAY)).status == "pending"
    assert after(error, Record(6, NOW - 8 * DAY)).status == "pending"
    assert after(error, Record(7, NOW - 7 * DAY)) == Verdict("failed", 8, NOW - 7 * DAY, None)


def test_gone_takes_a_second_look_a_day_later() -> None:
    first = after(Gone("HTTP 404"))
    assert (first.status, first.next_attempt_at, first.failures) == ("pending", NOW + DAY, 1)

    second = after(Gone("HTTP 404"), Record(1, first.failing_since, "gone"), now=NOW + DAY)
    assert (second.status, second.is_final) == ("gone", True)


def test_an_absence_that_follows_other_trouble_begins_to_count_now() -> None:
    verdict = after(Gone("HTTP 404"), Record(3, NOW - 5 * DAY, "timeout"))

    assert (verdict.status, verdict.failing_since, verdict.next_attempt_at) == ("pending", NOW, NOW + DAY)


def test_who_does_not_let_us_in_is_asked_every_6_hours_for_a_week() -> None:
    verdict = after(Blocked(FailureKind.BLOCKED), Record(1, NOW - DAY))
    assert verdict.status == "blocked"
    assert verdict.next_attempt_at
    assert 6 * HOUR <= verdict.next_attempt_at - NOW <= 7.2 * HOUR

    assert after(Blocked(FailureKind.BLOCKED), Record(20, NOW - 7 * DAY)).status == "failed"


def test_what_will_never_do_is_rejected_at_once() -> None:
    assert after(PermanentError(FailureKind.TOO_LARGE)) == Verdict("rejected", 1, NOW, None)


def test_a_hosts_trouble_counts_on_no_photo() -> None:
    until = NOW + 2 * HOUR
    verdict = after(HostTrouble(FailureKind.HOST_BUSY), Record(2, NOW - DAY), until=until, counts=False)

    assert verdict == Verdict("pending", 2, NOW - DAY, until)


def test_but_on_a_photo_whose_host_answers_others() -> None:
    """And the photo waits for the host all the same."""
    until = NOW + 2 * HOUR
    verdict = after(HostTrouble(FailureKind.HOST_BUSY), until=until, counts=True)

    assert (verdict.status, verdict.failures, verdict.next_attempt_at) == ("pending", 1, until)


@pytest.mark.parametrize(
    ("troubles", "asked_for", "seconds"),
    [
        (1, None, 60),
        (4, None, 60),
        (5, None, 300),
        (6, None, 3600),
        (7, None, 21600),
        (50, None, 21600),
        (1, 120.0, 120),
        (1, 0.0, 0),
        (5, 10.0, 300),
        (5, 86400.0, 86400),
    ],
)
def test_how_long_a_host_is_left_alone(troubles: int, asked_for: float | None, seconds: float) -> None:
    assert host_wait_seconds(troubles, asked_for=asked_for) == seconds


def test_sorting_is_breadth_before_depth_and_taking_turns() -> None:
    keys = [sort_key(position=position, turn=turn, is_primary=False) for position in (1, 2) for turn in (1, 2, 10**6)]

    assert keys == sorted(keys)
