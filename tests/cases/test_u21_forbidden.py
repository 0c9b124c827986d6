"""U21: each code of a redirect, to each address of U01 to U18 that nobody may ask.

Seven hundred photos in one run; on SQLite alone, since what is judged here never reaches a database.
"""

from collections.abc import Callable

import pytest
from case_input import Case, Place
from case_outcomes import REFUSED_ADDRESS, REFUSED_URL, Outcome, later
from case_ran import Ran
from forbidden import BROKEN, LITERALS, ODD_PORTS
from servers.misbehaving import Behaviour, moved

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.parametrize("module_database_url", ["sqlite"], indirect=True, scope="module"),
]
CODES = (301, 302, 303, 307, 308)

# A header that is cut in two: the answer is not HTTP.
_NO_HEADER = dict.fromkeys(("U16-cr", "U16-lf"), later("protocol"))
_NO_TARGETS = {"U16-blank-before"}  # a header's value begins after its blanks
TARGETS: dict[str, tuple[str, Outcome]] = {
    name: (url, _NO_HEADER.get(name, outcome))
    for urls, outcome in ((LITERALS, REFUSED_ADDRESS), (BROKEN, REFUSED_URL), (ODD_PORTS, REFUSED_URL))
    for name, url in urls.items()
    if name not in _NO_TARGETS
}


def leads_to(location: str, code: int) -> Callable[[Place], Behaviour]:
    return lambda place: moved(place.fill(location), code)


BY_TARGET = {
    name: [Case(f"U21-{code}-to-{name}", outcome, leads_to(url, code)) for code in CODES]
    for name, (url, outcome) in TARGETS.items()
}
CASES = [case for cases in BY_TARGET.values() for case in cases]


@pytest.mark.parametrize("name", BY_TARGET, ids=lambda name: f"U21-to-{name}")
def test_no_code_leads_where_no_url_may(ran: Ran, name: str) -> None:
    """One request at the photo's own host, and none anywhere else."""
    for case in BY_TARGET[name]:
        ran.check(case)
    assert {address for address, _ in ran.reached} == {"127.0.0.1"}


def test_u11_a_secret_in_a_location_is_written_nowhere(ran: Ran) -> None:
    assert not [row for row in (*ran.images, *ran.host_rows.values()) if "s3cr3t" in str(row)]
