"""Cases U06, U08 to U10 and U18 to U19: where a name leads. DNS alone is played by a fake; the sockets are real."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest
from servers.errands import Send
from servers.misbehaving import MisbehavingServer, answer, redirect

from forecourt import event_loop
from forecourt.errors import HostTrouble, PermanentError, SettingsError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.client import FetchedPage, Fetcher
from forecourt.fetch.connector import is_our_own
from forecourt.fetch.limits import Limits
from forecourt.fetch.resolver import ask_system, read_hosts
from forecourt.fetch.special_networks import IPAddress


class FakeDns:
    """Gives the answers in order, the last one for ever, and remembers what it was asked."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str) -> Sequence[IPAddress]:
        self.asked.append(host)
        said = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [ip_address(text) for text in said.split()]


def hosts_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "hosts"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "addresses",
    [
        "127.0.0.2",
        "127.0.0.1 127.0.0.2",
        "127.0.0.2 127.0.0.1",
        "8.8.8.8 10.0.0.1",
        "::1",
        "::ffff:127.0.0.2",
        "64:ff9b::7f00:2",
        "2002:7f00:2::",
        "fe80::1%lo",
        "0.0.0.0",
        "169.254.169.254",
        "100.64.0.1",
    ],
)
def test_u06_u08_one_private_answer_refuses_them_all(
    send: Send, private_server: MisbehavingServer, server: MisbehavingServer, addresses: str
) -> None:
    dns = FakeDns(addresses)

    with pytest.raises(HostTrouble) as trouble:
        send(lambda fetcher: fetcher.get_page(private_server.url("/", host="dealer.example")), look_up=dns)

    assert trouble.value.kind is FailureKind.FORBIDDEN_ADDRESS
    assert server.connections == 0
    assert dns.asked == ["dealer.example"]


def test_u09_rebinding_between_two_connections_never_reaches_the_private_one(
    send: Send, server: MisbehavingServer, private_server: MisbehavingServer
) -> None:
    """The first answer is good. The server then closes, so that the second request has to look again."""
    dns = FakeDns("127.0.0.1", "127.0.0.2")
    server.on("/", answer(b"good", then="close"))
    url = private_server.url("/", host="dealer.example")

    async def twice(fetcher: Fetcher) -> FetchedPage:
        assert (await fetcher.get_page(url)).body == b"good"
        return await fetcher.get_page(url)

    with pytest.raises(HostTrouble) as trouble:
        send(twice, look_up=dns)
    assert trouble.value.kind is FailureKind.FORBIDDEN_ADDRESS
    assert (server.connections, dns.asked) == (1, ["dealer.example"] * 2)


def test_u09_rebinding_at_a_redirect_never_reaches_the_private_one(
    send: Send, server: MisbehavingServer, private_server: MisbehavingServer
) -> None:
    dns = FakeDns("127.0.0.1", "127.0.0.2")
    server.on("/", redirect(private_server.url("/", host="cdn.example")))

    with pytest.raises(HostTrouble):
        send(lambda fetcher: fetcher.get_page(server.url("/", host="dealer.example")), look_up=dns)

    assert dns.asked == ["dealer.example", "cdn.example"]


def test_u09_a_connection_takes_one_look_up(send: Send, server: MisbehavingServer) -> None:
    dns = FakeDns("127.0.0.1")
    server.on("/", answer(b"good"))

    async def thrice(fetcher: Fetcher) -> None:
        for _ in range(3):
            await fetcher.get_page(server.url("/", host="dealer.example"))

    send(thrice, look_up=dns)

    assert (server.connections, len(dns.asked)) == (1, 1)
    assert server.requests[0].headers["host"] == f"dealer.example:{server.port}"


def test_u10_a_name_that_nobody_knows_is_the_hosts_trouble(send: Send) -> None:
    async def unknown(_host: str) -> Sequence[IPAddress]:
        raise OSError(-2, "Name or service not known")

    for look_up in (unknown, FakeDns("")):
        with pytest.raises(HostTrouble) as trouble:
            send(lambda fetcher: fetcher.get_page("http://dealer.example/"), look_up=look_up)
        assert trouble.value.kind is FailureKind.DNS


def test_u10_a_name_server_that_hangs_is_given_up_within_the_dns_limit(send: Send) -> None:
    async def hanging(_host: str) -> Sequence[IPAddress]:
        await asyncio.sleep(3600)
        return []

    with pytest.raises(HostTrouble) as trouble:
        send(
            lambda fetcher: fetcher.get_page("http://dealer.example/"),
            look_up=hanging,
            limits=Limits(dns_seconds=0.1),
        )
    assert trouble.value.kind is FailureKind.DNS
    assert trouble.value.detail == "the name server did not answer in time"


def test_a_port_that_is_not_ours_is_refused_at_a_public_address_too(send: Send) -> None:
    """With a network open, only the address can tell."""
    with pytest.raises(PermanentError) as trouble:
        send(lambda fetcher: fetcher.get_page("http://dealer.example:6379/"), look_up=FakeDns("8.8.8.8"))
    assert trouble.value.kind is FailureKind.FORBIDDEN_URL


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "foo.localhost", "x.local", "a.internal", "b.onion"])
def test_u18_some_names_are_never_asked_for(send: Send, server: MisbehavingServer, host: str) -> None:
    dns = FakeDns("127.0.0.1")

    with pytest.raises(Trouble) as trouble:
        send(lambda fetcher: fetcher.get_page(server.url("/", host=host)), look_up=dns)

    assert trouble.value.kind is FailureKind.FORBIDDEN_ADDRESS
    assert dns.asked == []
    assert server.connections == 0


def test_the_hosts_file_wins_over_dns(send: Send, server: MisbehavingServer, tmp_path: Path) -> None:
    dns = FakeDns("127.0.0.2")
    server.on("/", answer(b"good"))
    file = hosts_file(tmp_path, "127.0.0.1 other.example Dealer.Example # ours\n")

    page = send(lambda fetcher: fetcher.get_page(server.url("/", host="dealer.example")), look_up=dns, hosts_file=file)

    assert page.body == b"good"
    assert dns.asked == []


def test_the_hosts_file_is_judged_like_dns(
    send: Send, server: MisbehavingServer, private_server: MisbehavingServer, tmp_path: Path
) -> None:
    file = hosts_file(tmp_path, "127.0.0.1 dealer.example\n127.0.0.2 dealer.example\n")

    with pytest.raises(HostTrouble) as trouble:
        send(lambda fetcher: fetcher.get_page(private_server.url("/", host="dealer.example")), hosts_file=file)

    assert trouble.value.kind is FailureKind.FORBIDDEN_ADDRESS
    assert server.connections == 0


def test_a_correction_in_the_hosts_file_counts_at_the_next_connection(
    send: Send, server: MisbehavingServer, tmp_path: Path
) -> None:
    server.on("/", answer(b"good"))
    file = hosts_file(tmp_path, "127.0.0.2 dealer.example\n")
    url = server.url("/", host="dealer.example")

    async def before_and_after(fetcher: Fetcher) -> bytes:
        with pytest.raises(HostTrouble):
            await fetcher.get_page(url)
        hosts_file(tmp_path, "127.0.0.1 dealer.example\n")
        return (await fetcher.get_page(url)).body

    assert send(before_and_after, hosts_file=file) == b"good"


def test_a_hosts_file_that_is_missing_is_said_at_the_start(send: Send, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="FORECOURT_HOSTS_FILE"):
        send(lambda fetcher: fetcher.get_page("http://dealer.example/"), hosts_file=tmp_path / "nowhere")


def test_a_hosts_file_is_read_as_the_system_reads_its_own() -> None:
    text = "# comment\n\n127.0.0.1\tA.example b.example. # c.example\n::1 a.example\nnonsense d.example\n9.9.9.9\n"

    names = read_hosts(text)

    assert {name: [str(address) for address in found] for name, found in names.items()} == {
        "a.example": ["127.0.0.1", "::1"],
        "b.example": ["127.0.0.1"],
    }


def test_the_system_knows_localhost() -> None:
    assert ip_address("127.0.0.1") in event_loop.run(ask_system("localhost"))


def test_the_system_does_not_know_what_cannot_be_a_name() -> None:
    for name in ("a" * 64 + ".invalid", "nobody.invalid"):
        with pytest.raises(OSError, match=r".+"):
            event_loop.run(ask_system(name))


def test_u19_this_machine_is_recognised_by_any_of_its_addresses() -> None:
    assert is_our_own(ip_address("127.0.0.1"))
    assert not is_our_own(ip_address("192.0.2.1"))
