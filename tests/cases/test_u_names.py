"""U08 to U10: where a name leads, once and again."""

from itertools import pairwise

import pytest
from case_input import Case, Place
from case_outcomes import STORED, Outcome, host_waits, later
from case_ran import Ran
from servers.dealer_site import photo_bytes
from servers.misbehaving import Behaviour, answer, in_turn, redirect

FORBIDDEN = host_waits("forbidden_address")
AFTER_AN_ANSWER = Outcome(
    "pending", "forbidden_address", 1, (60, 72)
)  # the host itself is well: it counts on the photo


def a_photo(place: Place) -> Behaviour:
    return answer(photo_bytes(place.path))


def there_and_back(place: Place) -> Behaviour:
    """Back to the same name, over a new connection."""
    again = answer(b"moved", status=302, headers=[("Location", f"{place.path}?again")], then="close")
    return in_turn(again, answer(photo_bytes(place.path)))


def elsewhere(place: Place) -> Behaviour:
    return redirect(place.fill("http://cdn-{host}:{port}/b.jpg"))


def cdn_of(name: str) -> str:
    return f"cdn-{Case(name, STORED).host}"


MIXED = {
    "U08-good-and-canary": "127.0.0.1 {canary}",
    "U08-canary-and-good": "{canary} 127.0.0.1",
    "U08-public-and-canary": "8.8.8.8 {canary}",
    "U08-public-and-private": "8.8.8.8 10.0.0.1",
    "U08-public-and-v6-loopback": "8.8.8.8 ::1",
    "U08-public-and-mapped": "8.8.8.8 ::ffff:127.0.0.1",
    "U08-public-and-nat64": "8.8.8.8 64:ff9b::7f00:1",
    "U08-public-and-metadata": "2606:4700:4700::1111 169.254.169.254",
    "U08-many-and-one": "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 192.168.0.1",
    "U08-canary-alone": "{canary}",
    "U08-scoped": "fe80::1%lo",
}
UNKNOWN: dict[str, str | OSError | None] = {
    "U10-nxdomain": OSError(-2, "Name or service not known"),
    "U10-servfail": OSError(-3, "Temporary failure in name resolution"),
    "U10-no-data": OSError(-5, "No address associated with hostname"),
    "U10-empty-answer": "",
    "U10-hangs": None,
}
CASES = [
    *(Case(name, FORBIDDEN, a_photo, answers=[said], requests=0) for name, said in MIXED.items()),
    *(Case(name, host_waits("dns"), a_photo, answers=[said], requests=0) for name, said in UNKNOWN.items()),
    Case("U09-second-answer-of-one-request", STORED, a_photo, answers=["127.0.0.1", "{canary}"]),
    Case("U09-new-connection-after-a-redirect", AFTER_AN_ANSWER, there_and_back, answers=["127.0.0.1", "{canary}"]),
    Case(
        "U09-redirect-to-another-name",
        AFTER_AN_ANSWER,
        elsewhere,
        names={cdn_of("U09-redirect-to-another-name"): ["{canary}", "127.0.0.1"]},
    ),
    Case(
        "U10-redirect-to-an-unknown-name",
        later("dns"),
        elsewhere,
        names={cdn_of("U10-redirect-to-an-unknown-name"): [OSError(-2, "Name or service not known")]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_private_answer_or_none_at_all_means_no_connection(ran: Ran, case: Case) -> None:
    ran.check(case)
    assert {address for address, _ in ran.reached} == {"127.0.0.1"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_u09_a_name_is_looked_up_once_for_each_connection(ran: Ran, case: Case) -> None:
    again = case.name == "U09-new-connection-after-a-redirect"

    assert ran.names.asked.count(case.host) == 1 + again
    assert not [
        name for name, follower in pairwise(sorted(ran.names.asked)) if name.startswith("cdn-") and name == follower
    ]
