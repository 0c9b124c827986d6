"""U21, U22: redirects that lead somewhere, and those that lead where no URL may."""

from collections.abc import Callable

import pytest
from case_input import Case, Place
from case_outcomes import REFUSED_ADDRESS, REFUSED_URL, STORED, Outcome, later
from case_run import Ran
from forbidden import BROKEN, LITERALS, ODD_PORTS
from servers.dealer_site import photo_bytes
from servers.misbehaving import Behaviour, answer, in_turn, raw

pytestmark = pytest.mark.timeout(300)  # some 700 photos in one run

CODES = (301, 302, 303, 307, 308)
Behave = Callable[[Place], Behaviour]

# A header that is cut in two: the answer is not HTTP.
_NO_HEADER = dict.fromkeys(("U16-cr", "U16-lf"), later("protocol"))
_NO_TARGETS = {"U16-blank-before"}  # a header's value begins after its blanks
TARGETS: dict[str, tuple[str, Outcome]] = {
    name: (url, _NO_HEADER.get(name, outcome))
    for urls, outcome in ((LITERALS, REFUSED_ADDRESS), (BROKEN, REFUSED_URL), (ODD_PORTS, REFUSED_URL))
    for name, url in urls.items()
    if name not in _NO_TARGETS
}
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


def moved(place: Place, location: str, code: int = 302) -> Behaviour:
    """As bytes, whatever a header may hold."""
    head = f"HTTP/1.1 {code} Moved\r\nLocation: {place.fill(location)}\r\nContent-Length: 5\r\n\r\nmoved"
    return raw(head.encode("utf-8", "surrogatepass"), then="keep")


def leads_to(location: str, code: int = 302) -> Behave:
    return lambda place: moved(place, location, code)


def then_a_photo(*locations: str, code: int = 302) -> Behave:
    """A redirect a location, then the photo."""
    return lambda place: in_turn(*(moved(place, each, code) for each in locations), answer(photo_bytes(place.path)))


def hops(number: int) -> list[str]:
    return [f"{{path}}?{hop}" for hop in range(number)]


def without_location(code: int) -> Behave:
    return lambda _place: answer(b"moved", status=code, headers=[])


FORBIDDEN = {
    name: [Case(f"U21-{code}-to-{name}", outcome, leads_to(url, code)) for code in CODES]
    for name, (url, outcome) in TARGETS.items()
}
ENDED = [
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
CASES = [*(case for cases in FORBIDDEN.values() for case in cases), *ENDED]


@pytest.mark.parametrize("name", FORBIDDEN, ids=lambda name: f"U21-to-{name}")
def test_no_code_leads_where_no_url_may(ran: Ran, name: str) -> None:
    """One request at the photo's own host, and none anywhere else."""
    for case in FORBIDDEN[name]:
        ran.check(case)
    assert {address for address, _ in ran.reached} == {"127.0.0.1"}


@pytest.mark.parametrize("case", ENDED, ids=str)
def test_a_redirect_is_followed_as_browsers_do_five_times_at_most(ran: Ran, case: Case) -> None:
    ran.check(case)


def test_u22_a_host_that_a_redirect_leads_to_is_one_with_manners_of_its_own(ran: Ran) -> None:
    others = [row for name, row in ran.host_rows.items() if name.startswith("cdn-")]

    assert len(others) == len(CODES)
    assert all(row["last_answered_at"] for row in others)


def test_u11_a_secret_in_a_location_is_written_nowhere(ran: Ran) -> None:
    assert not [row for row in (*ran.images, *ran.host_rows.values()) if "s3cr3t" in str(row)]
