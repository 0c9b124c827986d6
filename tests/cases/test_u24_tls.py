"""U22, U24: certificates, checked against the name; and what leaves https. With an authority of our own."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from case_input import Case
from case_outcomes import STORED, host_waits
from case_ran import Ran
from case_run import case_world
from servers.canary import Canary
from servers.dealer_site import photo_bytes
from servers.misbehaving import MisbehavingServer, answer, misbehaving, redirect

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
REFUSED = (
    "U24-expired",
    "U24-not-yet-valid",
    "U24-wrong-name",
    "U24-parent-name",
    "U24-unknown-authority",
    "U24-self-signed",
    "U24-an-address-alone",
    "U24-common-name-alone",
    "U24-wildcard-too-wide",
)
TRUSTED = ("U24-good", "U22-to-http")


def show_certificate(context: ssl.SSLContext, name: str, host: str, ours: trustme.CA) -> None:
    """What the case's server shows."""
    if name == "U24-self-signed":  # an authority's own certificate is
        themselves = trustme.CA()
        with themselves.cert_pem.tempfile() as cert, themselves.private_key_pem.tempfile() as key:
            context.load_cert_chain(cert, key)
        return
    wrong = {
        "U24-expired": lambda: ours.issue_cert(host, not_before=NOW - 9 * DAY, not_after=NOW - DAY),
        "U24-not-yet-valid": lambda: ours.issue_cert(host, not_before=NOW + DAY, not_after=NOW + 9 * DAY),
        "U24-wrong-name": lambda: ours.issue_cert("elsewhere.example"),
        "U24-parent-name": lambda: ours.issue_cert("example"),
        "U24-unknown-authority": lambda: trustme.CA().issue_cert(host),
        "U24-an-address-alone": lambda: ours.issue_cert("127.0.0.1"),
        "U24-common-name-alone": lambda: ours.issue_cert(common_name=host),
        "U24-wildcard-too-wide": lambda: ours.issue_cert("*.example"),
    }
    wrong.get(name, lambda: ours.issue_cert(host))().configure_cert(context)


@dataclass(frozen=True)
class Secure:
    """What a run left, and the servers that spoke https, by case."""

    ran: Ran
    cases: dict[str, Case]
    servers: dict[str, MisbehavingServer]


@pytest.fixture(scope="module")
def secure(module_database_url: str, tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> Iterator[Secure]:
    """A server for each case; their photos say that they come from a page on https."""
    home, ours = tmp_path_factory.mktemp("home"), trustme.CA()
    ca_file: Path = home / "ca.pem"
    ours.cert_pem.write_to_path(ca_file)
    servers: dict[str, MisbehavingServer] = {}
    cases: dict[str, Case] = {}
    with ExitStack() as stack:
        for name in (*REFUSED, *TRUSTED):
            outcome = STORED if name in TRUSTED else host_waits("tls")
            case = Case(name, outcome)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            show_certificate(context, name, case.host, ours)
            servers[name] = stack.enter_context(misbehaving(tls=context))
            servers[name].on(case.path, answer(photo_bytes(case.path)))
            url = f"https://{case.host}:{servers[name].port}{case.path}"
            cases[name] = replace(case, url=url, requests=int(name == "U22-to-http"))  # by plain http
        world = stack.enter_context(
            case_world(
                list(cases.values()),
                database_url=module_database_url,
                home=home,
                canary=canary,
                website="https://dealer.example",
                ca_file=ca_file,
            )
        )
        to_http = cases["U22-to-http"]
        servers["U22-to-http"].on(to_http.path, redirect(f"http://{to_http.host}:{world.server.port}{to_http.path}"))
        world.server.on(to_http.path, answer(photo_bytes(to_http.path)))
        yield Secure(world.run(), cases, servers)


@pytest.mark.parametrize("name", REFUSED)
def test_a_certificate_that_is_not_the_hosts_own_means_that_nothing_is_asked(secure: Secure, name: str) -> None:
    secure.ran.check(secure.cases[name])
    assert secure.servers[name].requests == []


@pytest.mark.parametrize("name", TRUSTED)
def test_a_good_certificate_is_trusted(secure: Secure, name: str) -> None:
    secure.ran.check(secure.cases[name])
    assert len(secure.servers[name].requests) == 1


def test_u22_the_page_is_named_on_https_and_not_after_a_redirect_to_http(secure: Secure) -> None:
    by_https = [request for server in secure.servers.values() for request in server.requests]
    by_http = list(secure.ran.server.requests)

    assert {request.headers["referer"].rpartition("/")[0] for request in by_https} == {"https://dealer.example"}
    assert not [request for request in by_http if "referer" in request.headers]
