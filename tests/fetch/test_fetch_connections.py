"""Which connection a request goes over, and how often it is sent."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import pytest
from servers.errands import Errand, Send
from servers.misbehaving import MisbehavingServer, answer, in_turn, misbehaving, nobody_answers, raw, reset

from forecourt.errors import HostTrouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.client import FetchedPage, Fetcher
from forecourt.fetch.limits import Limits
from forecourt.fetch.special_networks import IPAddress

OPEN = "127.0.0.0/8"


async def two_addresses(_host: str) -> Sequence[IPAddress]:
    return [ip_address("127.0.0.1"), ip_address("127.0.0.4")]


def a_page(url: str) -> Errand[FetchedPage]:
    return lambda fetcher: fetcher.get_page(url)


def test_of_several_addresses_the_one_that_answers_is_taken(send: Send) -> None:
    """The first refuses; then the first says nothing, and nobody waits for it until the limit."""
    with misbehaving() as gone:
        refusing_port = gone.port
    with nobody_answers() as silent_port:
        for port in (refusing_port, silent_port):
            with misbehaving("127.0.0.4", port=port) as server:
                server.on("/", answer(b"good"))
                page = send(
                    a_page(server.url("/", host="dealer.example")), look_up=two_addresses, allowed_networks=OPEN
                )

            assert page.body == b"good"
            assert server.connections == 1


def test_a_host_of_which_no_address_answers_is_unreachable(send: Send) -> None:
    with nobody_answers() as port, pytest.raises(HostTrouble) as trouble:
        send(
            lambda fetcher: fetcher.get_page(f"http://dealer.example:{port}/"),
            look_up=two_addresses,
            allowed_networks="127.0.0.1/32,127.0.0.4/32",
            limits=Limits(connect_seconds=0.5),
        )

    assert trouble.value.kind is FailureKind.UNREACHABLE


def test_an_answer_that_has_begun_is_not_asked_for_again(send: Send, server: MisbehavingServer) -> None:
    """Over a kept connection, too: it had not ended unseen."""
    server.on("/", in_turn(answer(b"good"), raw(b"HTTP/1.1 200 OK\r\n")))

    with pytest.raises(HostTrouble):
        send(lambda fetcher: twice(fetcher, server.url("/")))

    assert (server.connections, len(server.requests)) == (1, 2)


def test_kept_connections_that_had_ended_cost_three_requests_at_most(send: Send, server: MisbehavingServer) -> None:
    """Five are kept; then the server resets whoever asks."""

    async def five_then_one(fetcher: Fetcher) -> FetchedPage:
        server.on("/", answer(b"good"))
        await asyncio.gather(*(fetcher.get_page(server.url("/")) for _ in range(5)))
        server.on("/", reset())
        return await fetcher.get_page(server.url("/"))

    with pytest.raises(HostTrouble):
        send(five_then_one)

    assert (server.connections, len(server.requests)) == (5, 5 + 3)


def test_a_connection_is_not_kept_for_longer_than_silence_may_last(send: Send, server: MisbehavingServer) -> None:
    server.on("/", answer(b"good"))

    async def with_a_rest(fetcher: Fetcher) -> None:
        await fetcher.get_page(server.url("/"))
        while fetcher._connections._open:  # noqa: ASYNC110 (there is nothing to wait on)
            await asyncio.sleep(0.01)
        await fetcher.get_page(server.url("/"))

    send(with_a_rest, limits=Limits(idle_seconds=2))

    assert (server.connections, len(server.requests)) == (2, 2)


def test_what_comes_unasked_over_a_kept_connection_ends_it(send: Send, server: MisbehavingServer) -> None:
    stray = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    server.on("/", in_turn(raw(stray + b"first" + stray + b"stray", then="keep"), answer(b"second")))

    async def both(fetcher: Fetcher) -> list[bytes]:
        return [(await fetcher.get_page(server.url("/"))).body for _ in range(2)]

    assert send(both) == [b"first", b"second"]
    assert server.connections == 2


async def twice(fetcher: Fetcher, url: str) -> FetchedPage:
    await fetcher.get_page(url)
    return await fetcher.get_page(url)
