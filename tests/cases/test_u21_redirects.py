"""U21, U22: redirects that lead somewhere, or round and round."""

from collections.abc import Callable

import pytest
from case_input import Case, Place
from case_outcomes import REFUSED_ADDRESS, REFUSED_URL, STORED, later
from case_ran import Ran
from servers.dealer_site import photo_bytes
from servers.misbehaving import Behaviour, answer, in_turn, moved

CODES = (301, 302, 303, 307, 308)
Behave = Callable[[Place], Behaviour]

RELATIVE = {
    "rooted": "{path}?b",
    "query-alone": "?b",
    "beside": ".{path}?b",
    "above-the-root": "../../..{path}?b",
    "without-scheme": "//{host}:{port}{path}?b",
    "absolute": "http://{host}:{port}{path}?b",
    "in-capitals": "HTTP://{host}.:{port}{path}?b#top",
    "coded-line-end": "{path}?b=%0d%0aEvil:%20yes",
    "beyond-ascii": "{path}?ä",
    "to-another-host": "http://cdn-{host}:{port}{path}?b",
    "to-the-bare-address": "http://127.0.0.1:{port}{path}?b",
    "to-the-address-in-hex": "http://0x7f.1:{port}{path}?b",
}


def leads_to(location: str, code: int = 302) -> Behave:
    return lambda place: moved(place.fill(location), code)


def then_a_photo(*locations: str, code: int = 302) -> Behave:
    """A redirect a location, then the photo."""
    return lambda place: in_turn(
        *(moved(place.fill(each), code) for each in locations), answer(photo_bytes(place.path))
    )


def hops(number: int) -> list[str]:
    return [f"{{path}}?{hop}" for hop in range(number)]


def without_location(code: int) -> Behave:
    return lambda _place: answer(b"moved", status=code, headers=[])


CASES = [
    *(
        Case(f"U21-{code}-{name}", STORED, then_a_photo(location, code=code), requests=2)
        for code in CODES
        for name, location in RELATIVE.items()
    ),
    *(Case(f"U21-{code}-no-location", later("protocol"), without_location(code)) for code in CODES),
    Case("U21-empty-location", later("protocol"), leads_to("")),
    Case("U21-300-is-no-redirect", later("protocol"), leads_to("{path}?b", 300)),
    Case("U21-305-is-no-redirect", later("protocol"), leads_to("{path}?b", 305)),
    Case("U21-five-hops", STORED, then_a_photo(*hops(5)), requests=6),
    Case("U21-six-hops", later("too_many_redirects"), then_a_photo(*hops(6)), requests=6),
    Case("U21-loop-of-one", later("too_many_redirects"), leads_to("{path}")),
    Case("U21-loop-of-one-by-fragment", later("too_many_redirects"), leads_to("{path}#again")),
    Case("U21-loop-of-two", later("too_many_redirects"), then_a_photo("{path}?b", "{path}"), requests=2),
    Case(
        "U21-the-fifth-leads-to-the-canary",
        REFUSED_ADDRESS,
        then_a_photo(*hops(4), "http://{canary}:8080/"),
        requests=5,
    ),
    Case("U21-one-slash", REFUSED_URL, leads_to("http:{path}")),
    Case("U21-three-slashes", REFUSED_URL, leads_to("///{canary}:8080/a.jpg")),
    Case("U21-slash-backslash", REFUSED_URL, leads_to("/\\{canary}:8080/a.jpg")),
    Case("U21-backslashes", REFUSED_URL, leads_to("\\\\{canary}:8080\\a.jpg")),
    Case("U21-canary-without-scheme", REFUSED_ADDRESS, leads_to("//{canary}:8080/a.jpg")),
    Case("U21-canary-as-a-number", REFUSED_ADDRESS, leads_to("//{decimal}:8080/a.jpg")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_redirect_is_followed_as_browsers_do_five_times_at_most(ran: Ran, case: Case) -> None:
    ran.check(case)


def test_u22_a_host_that_a_redirect_leads_to_is_one_with_manners_of_its_own(ran: Ran) -> None:
    others = [row for name, row in ran.host_rows.items() if name.startswith("cdn-")]

    assert len(others) == len(CODES)
    assert all(row["last_answered_at"] for row in others)
