"""H18: a busy host says how long, in all forms; the other hosts of the run go on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from case_input import Case, Place
from case_outcomes import STORED, Outcome, host_waits
from case_ran import Ran
from servers.dealer_site import photo_bytes
from servers.misbehaving import Behaviour, Exchange, Request, answer, in_turn

DAY = 86_400.0
DEFAULT = host_waits("host_busy")


def exactly(seconds: float) -> Outcome:
    return host_waits("host_busy", seconds=seconds, jitter=1)


def busy(*retry_after: str, status: int = 429) -> Callable[[Place], Behaviour]:
    return lambda _place: answer(b"busy", status=status, headers=[("Retry-After", each) for each in retry_after])


def until(ahead: timedelta, form: str) -> Callable[[Place], Behaviour]:
    """A date that lies so far ahead when it is sent, in whole seconds."""

    async def behave(request: Request, exchange: Exchange) -> None:
        moment = datetime.now(UTC) + ahead
        text = format_datetime(moment, usegmt=True) if form == "http" else moment.strftime(form)
        await answer(b"busy", status=503, headers=[("Retry-After", text)])(request, exchange)

    return lambda _place: behave


def once(retry_after: str) -> Callable[[Place], Behaviour]:
    """Busy, then well."""
    return lambda place: in_turn(busy(retry_after)(place), answer(photo_bytes(place.path)))


MINIMUM = {"minus-5": "-5", "zero": "0", "minus-zero": "-0", "long-ago": "Sun, 06 Nov 1994 08:49:37 GMT"}
SAID: dict[str, tuple[Outcome, tuple[str, ...]]] = {
    "120": (exactly(120), ("120",)),
    "plus-120": (exactly(120), ("+120",)),
    "with-blanks": (exactly(120), (" 120 ",)),
    "999999999": (exactly(DAY), ("999999999",)),
    "a-year-9999": (exactly(DAY), ("Fri, 31 Dec 9999 23:59:59 GMT",)),
    "abc": (DEFAULT, ("abc",)),
    "none": (DEFAULT, ()),
    "empty": (DEFAULT, ("",)),
    "a-fraction": (DEFAULT, ("12.5",)),
    "an-exponent": (DEFAULT, ("1e3",)),
    "two-in-one": (DEFAULT, ("120, 240",)),
    "forty-digits": (DEFAULT, ("9" * 40,)),
    "no-such-date": (DEFAULT, ("Fri, 99 Feb 2026 25:61:61 GMT",)),
    "iso-date": (DEFAULT, ("2026-01-01T00:00:00Z",)),
    "beyond-ascii": (DEFAULT, ("\xb2",)),
}
CASES = [
    *(
        Case(f"H18-{status}-{name}", outcome, busy(*texts, status=status))
        for status in (429, 503)
        for name, (outcome, texts) in SAID.items()
    ),
    Case("H18-date", host_waits("host_busy", seconds=298, jitter=300 / 298), until(timedelta(seconds=300), "http")),
    Case("H18-date-next-week", exactly(DAY), until(timedelta(days=7), "http")),
    Case(
        "H18-date-with-zone",
        host_waits("host_busy", seconds=298, jitter=300 / 298),
        until(timedelta(seconds=300), "%a, %d %b %Y %H:%M:%S +0000"),
    ),
    *(Case(f"H18-{name}", STORED, once(text), requests=2) for name, text in MINIMUM.items()),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_busy_host_is_left_alone_for_as_long_as_it_says(ran: Ran, case: Case) -> None:
    ran.check(case)


@pytest.mark.parametrize("name", MINIMUM, ids=lambda name: f"H18-{name}")
def test_less_than_the_minimum_is_the_minimum(ran: Ran, name: str) -> None:
    """A second: the interval of a host that is asked more slowly."""
    first, second = [request.at for request in ran.server.requests if request.target == f"/h18-{name}.jpg"]

    assert second - first >= 0.99
