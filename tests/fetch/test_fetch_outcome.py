from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from forecourt.errors import Blocked, Gone, HostTrouble, TransientError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.outcome import of_error, of_status, retry_after_seconds
from forecourt.fetch.wire_errors import BodyLate

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = 24 * 3600


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (204, TransientError, FailureKind.EMPTY),
        (304, TransientError, FailureKind.EMPTY),
        (401, Blocked, FailureKind.BLOCKED),
        (403, Blocked, FailureKind.BLOCKED),
        (404, Gone, FailureKind.GONE),
        (410, Gone, FailureKind.GONE),
        (408, TransientError, FailureKind.TIMEOUT),
        (400, Blocked, FailureKind.BLOCKED),
        (418, Blocked, FailureKind.BLOCKED),
        (451, Blocked, FailureKind.BLOCKED),
        (429, HostTrouble, FailureKind.HOST_BUSY),
        (503, HostTrouble, FailureKind.HOST_BUSY),
        (500, TransientError, FailureKind.SERVER_ERROR),
        (520, TransientError, FailureKind.SERVER_ERROR),
        (101, TransientError, FailureKind.PROTOCOL),
        (300, TransientError, FailureKind.PROTOCOL),
        (999, TransientError, FailureKind.PROTOCOL),
    ],
)
def test_a_status_is_sorted_by_what_to_do_about_it(status: int, error: type[Trouble], kind: FailureKind) -> None:
    trouble = of_status(status, retry_after=None, now=NOW)

    assert type(trouble) is error
    assert trouble.kind is kind


@pytest.mark.parametrize("status", [200, 201, 202, 203, 206, 226])
def test_a_2xx_with_a_body_is_no_trouble(status: int) -> None:
    assert of_status(status, retry_after=None, now=NOW) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("-5", 0),
        ("999999999", DAY),
        ("9" * 400, None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(days=3), usegmt=True), 0),
        (format_datetime(NOW + timedelta(days=400), usegmt=True), DAY),
        ("Sat, 31 Jan 2026 12:00:10", 10),
        ("Sat, 31 Jan 2026 14:00:10 +0200", 10),
        ("Saturday, 31-Jan-26 12:00:10 GMT", 10),
        ("abc", None),
        ("1.5", None),
        ("\uff11\uff12\uff10", None),
        ("Sat, 99 Jan 2026 12:00:10 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_h18_retry_after_in_all_its_forms(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, now=NOW) == seconds


def test_h18_the_wait_that_a_busy_host_asks_for_comes_with_the_trouble() -> None:
    trouble = of_status(429, retry_after="120", now=NOW)

    assert isinstance(trouble, HostTrouble)
    assert trouble.wait_seconds == 120


def test_a_timeout_belongs_to_the_host_before_an_answer_and_to_the_photo_after_it() -> None:
    assert of_error(TimeoutError()).kind is FailureKind.UNREACHABLE
    assert of_error(BodyLate()).kind is FailureKind.TIMEOUT
