"""U01 to U05, U11 to U19: rows that somebody wrote, whatever reads pages today. None costs a connection."""

import pytest
from case_input import Case, Place
from case_outcomes import REFUSED_ADDRESS, REFUSED_URL, STORED, host_waits
from case_ran import Ran
from forbidden import BROKEN, LITERALS, ODD_PORTS
from servers.dealer_site import photo_bytes
from servers.misbehaving import Behaviour, answer, redirect

NOWHERE = {"ours.example": [OSError("not known")]}


def a_photo(place: Place) -> Behaviour:
    return answer(photo_bytes(place.path))


def to_ours(_place: Place) -> Behaviour:
    return redirect("http://ours.example/images/a.jpg")


REFUSED = [
    *(Case(name, REFUSED_ADDRESS, url=url, requests=0) for name, url in LITERALS.items()),
    *(Case(name, REFUSED_URL, url=url, requests=0) for name, url in BROKEN.items()),
    *(Case(name, REFUSED_URL, url=url, requests=0) for name, url in ODD_PORTS.items()),
    Case("U13-redis-at-an-address", REFUSED_URL, url="http://8.8.8.8:6379/a.jpg", requests=0),
    Case("U13-canary-port", REFUSED_ADDRESS, url="http://{canary}:6379/a.jpg", requests=0),
    Case("U19-our-photos", REFUSED_ADDRESS, url="http://ours.example/images/a.jpg", requests=0),
    Case("U19-in-capitals", REFUSED_ADDRESS, url="HTTP://OURS.Example./images/a.jpg", requests=0),
    Case("U19-with-its-port", REFUSED_ADDRESS, url="http://ours.example:80/images/a.jpg", requests=0),
    Case("U19-by-https", REFUSED_ADDRESS, url="https://ours.example/images/a.jpg", requests=0),
    Case("U19-encoded", REFUSED_ADDRESS, url="http://ours.example/%69mages/a.jpg", requests=0),
    Case("U19-through-another-folder", REFUSED_ADDRESS, url="http://ours.example/x/../images/a.jpg", requests=0),
    Case("U19-with-two-slashes", REFUSED_ADDRESS, url="http://ours.example//images//a.jpg", requests=0),
    Case("U19-by-a-redirect", REFUSED_ADDRESS, to_ours),
]
ASKED = [
    Case("U13-bare-colon", host_waits("unreachable"), url="http://{host}:{path}", answers=["127.0.0.80"], requests=0),
    Case("U13-bare-colon-https", host_waits("unreachable"), url="https://{host}:/", answers=["127.0.0.80"], requests=0),
    Case("U17-idn", STORED, a_photo, url="http://wrocław.example:{port}{path}"),
    Case("U17-idn-in-capitals", STORED, a_photo, url="http://BÜCHER.example.:{port}{path}"),
    Case("U19-another-folder", host_waits("dns"), url="http://ours.example/images-too/", requests=0, names=NOWHERE),
]
CASES = REFUSED + ASKED


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_an_address_that_nobody_may_ask_is_refused_for_good_and_never_connected_to(ran: Ran, case: Case) -> None:
    ran.check(case)
    assert not {address for address, _ in ran.reached} - {"127.0.0.1", "127.0.0.80"}


@pytest.mark.parametrize("case", ASKED, ids=str)
def test_an_odd_address_that_is_none_of_them_is_asked(ran: Ran, case: Case) -> None:
    ran.check(case)


def test_u13_a_bare_colon_is_the_default_port(ran: Ran) -> None:
    assert {("127.0.0.80", 80), ("127.0.0.80", 443)} <= ran.reached


def test_u17_a_name_beyond_ascii_is_asked_in_its_punycode(ran: Ran) -> None:
    asked = {request.headers["host"].partition(":")[0] for request in ran.server.requests}

    assert {"xn--wrocaw-6db.example", "xn--bcher-kva.example"} <= asked
    assert {"xn--wrocaw-6db.example", "xn--bcher-kva.example"} <= set(ran.names.asked)


def test_u18_what_is_refused_as_text_is_never_looked_up(ran: Ran) -> None:
    """DNS heard of the good ones, and of a public name on odd ports: there the address had to decide."""
    heard = {name for name in ran.names.asked if not name.startswith(("neighbour-", "u13-", "xn--", "u19-"))}

    assert heard == {"public.example", "ours.example"}
