"""Cases U22 and U24, with an authority of our own."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from servers.errands import Errand, Send
from servers.misbehaving import answer, misbehaving, redirect

from forecourt.errors import HostTrouble, SettingsError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.client import Download
from forecourt.fetch.limits import Limits

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def hosts_file(tmp_path: Path) -> Path:
    path = tmp_path / "hosts"
    path.write_text("127.0.0.1 dealer.example other.example\n")
    return path


def photo(url: str, folder: Path) -> Errand[Download]:
    return lambda fetcher: fetcher.get_photo(url, referer="https://dealer.example/1", folder=folder)


def with_certificate(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_an_authority_of_the_operator_is_trusted(
    send: Send, authority: trustme.CA, ca_file: Path, hosts_file: Path, tmp_path: Path
) -> None:
    """And a photo on https is asked with its page as Referer, one on http is not."""
    with misbehaving(tls=with_certificate(authority.issue_cert("dealer.example"))) as server, misbehaving() as plain:
        server.on("/a", answer(b"photo"))
        server.on("/b", redirect(plain.url("/c")))
        plain.on("/c", answer(b"plain"))
        for path in ("/a", "/b"):
            url = server.url(path, host="dealer.example")
            send(photo(url, tmp_path), ca_file=ca_file, hosts_file=hosts_file)

    assert [request.headers.get("referer") for request in server.requests] == ["https://dealer.example/1"] * 2
    assert [request.headers.get("referer") for request in plain.requests] == [None]


def test_u24_a_certificate_of_somebody_else_expired_or_unknown_is_refused(
    send: Send, authority: trustme.CA, ca_file: Path, hosts_file: Path, tmp_path: Path
) -> None:
    certificates = {
        "wrong name": authority.issue_cert("elsewhere.example"),
        "expired": authority.issue_cert("dealer.example", not_before=LONG_AGO, not_after=LONG_AGO.replace(month=2)),
        "unknown authority": trustme.CA().issue_cert("dealer.example"),
    }
    for certificate in certificates.values():
        with misbehaving(tls=with_certificate(certificate)) as server:
            url = server.url("/", host="dealer.example")
            with pytest.raises(HostTrouble) as trouble:
                send(photo(url, tmp_path), ca_file=ca_file, hosts_file=hosts_file)
        assert trouble.value.kind is FailureKind.TLS
        assert server.requests == []


def test_h08_a_handshake_that_never_ends_is_given_up_within_the_connect_limit(send: Send) -> None:
    with misbehaving(deaf=True) as server, pytest.raises(HostTrouble) as trouble:
        send(
            lambda fetcher: fetcher.get_page(server.url("/").replace("http:", "https:")),
            limits=Limits(connect_seconds=0.2),
        )

    assert trouble.value.kind is FailureKind.UNREACHABLE


def test_a_ca_file_that_is_none_is_said_at_the_start(send: Send, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")

    for name in ("ca.pem", "nowhere.pem"):
        with pytest.raises(SettingsError, match="FORECOURT_CA_FILE"):
            send(lambda fetcher: fetcher.get_page("https://dealer.example/"), ca_file=tmp_path / name)
