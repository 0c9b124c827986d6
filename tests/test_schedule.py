"""The table of failure kinds, as decisions: what becomes of a row, and when it is tried again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from forecourt.errors import Blocked, DecoderDied, Expired, Gone, HostTrouble, PermanentError, TransientError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.schedule import (
    Record,
    Verdict,
    after_damage,
    after_failure,
    due_after_deaths,
    host_wait_seconds,
    is_enough_damage,
    sort_key,
)

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


@pytest.mark.parametrize(
    ("deaths", "minutes"), [(1, 0), (2, 0), (3, 1), (4, 2), (5, 4), (8, 32), (11, 256), (12, 360), (500, 360)]
)
def test_the_first_two_deaths_cost_nothing_and_each_more_a_longer_wait(deaths: int, minutes: int) -> None:
    due = due_after_deaths(deaths, now=NOW, random=Random(1))

    if not minutes:
        assert due is None
    else:
        assert due
        assert timedelta(minutes=minutes) <= due - NOW <= timedelta(minutes=minutes * 1.2)


def test_a_decoders_deaths_are_no_failures_and_its_sixth_is_the_end() -> None:
    record, verdicts = Record(failures=2, failing_since=NOW - DAY), []
    for _ in range(6):
        verdicts.append(after(DecoderDied("SIGSEGV"), record))
        record = replace(record, deaths=verdicts[-1].deaths, decoder_deaths=verdicts[-1].decoder_deaths)

    assert [verdict.status for verdict in verdicts] == ["pending"] * 5 + ["rejected"]
    assert [verdict.failures for verdict in verdicts] == [2] * 5 + [3]
    assert [verdict.is_due_at_once for verdict in verdicts] == [True, True, False, False, False, False]
    assert [Record(deaths=number).is_deadly for number in (2, 3)] == [False, True]


def test_a_workers_deaths_end_nothing_also_where_a_decoder_dies_after_them() -> None:
    verdict = after(DecoderDied("SIGKILL"), Record(deaths=40))

    assert (verdict.status, verdict.deaths, verdict.decoder_deaths) == ("pending", 41, 1)
    assert verdict.next_attempt_at


def test_a_photo_that_a_person_wakes_begins_anew_with_its_decoders() -> None:
    """`images retry` makes `deaths` 0, and knows nothing of whose they were."""
    verdict = after(DecoderDied("SIGSEGV"), Record(deaths=0, decoder_deaths=6))

    assert (verdict.status, verdict.deaths, verdict.decoder_deaths) == ("pending", 1, 1)


def test_whatever_else_happens_deaths_begin_anew() -> None:
    for error in (TransientError(FailureKind.TIMEOUT), Gone(), HostTrouble(FailureKind.DNS)):
        assert after(error, Record(deaths=5, decoder_deaths=5), until=NOW + HOUR, counts=False).deaths == 0
    assert after_damage(Record(deaths=5), now=NOW, random=Random(1)).deaths == 0


def test_better_bytes_than_damaged_ones_are_asked_for_an_hour_later() -> None:
    verdict = after_damage(Record(3, NOW - DAY), now=NOW, random=Random(1))

    assert (verdict.status, verdict.failures, verdict.failing_since) == ("pending", 4, NOW - DAY)
    assert verdict.next_attempt_at
    assert HOUR <= verdict.next_attempt_at - NOW <= 1.2 * HOUR


@pytest.mark.parametrize(("came", "count", "enough"), [("a", 1, True), ("b", 1, False), ("a", 2, True), ("b", 2, True)])
def test_the_same_damage_twice_or_a_third_one_is_enough(came: str, count: int, *, enough: bool) -> None:
    assert is_enough_damage(came, suspect_hash="a", suspect_count=count) is enough


def test_an_expired_url_waits_a_day_and_ends_by_the_usual_rule_or_with_its_listing() -> None:
    verdict = after(Expired())
    assert (verdict.status, verdict.failures) == ("pending", 1)
    assert verdict.next_attempt_at
    assert DAY <= verdict.next_attempt_at - NOW <= 1.2 * DAY

    assert after(Expired(), Record(7, NOW - 6 * DAY)).status == "pending"
    assert after(Expired(), Record(7, NOW - 7 * DAY)).status == "failed"
    assert after(Expired(is_last=True)).status == "failed"
