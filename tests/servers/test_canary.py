"""The canary counts: what the whole suite relies on."""

import socket

from servers.canary import PORTS, connects, open_canary


def test_each_connection_to_either_port_is_counted_one_that_is_closed_at_once_too() -> None:
    """At an address of its own, so that the suite's canary is left alone."""
    with open_canary(67) as canary:
        assert canary.visits() == 0
        for port in PORTS:
            socket.create_connection((canary.address, port)).close()
        with socket.create_connection((canary.address, PORTS[0])):
            assert canary.visits() == 3
        assert canary.visits() == 3


def test_every_stream_connection_of_this_process_is_noted_and_no_datagram() -> None:
    before = len(connects())
    with open_canary(67) as canary, socket.socket(type=socket.SOCK_DGRAM) as datagram:
        datagram.connect((canary.address, 9))
        socket.create_connection((canary.address, PORTS[0])).close()

        assert connects()[before:] == [(canary.address, PORTS[0])]


def test_every_spelling_that_a_c_library_understands_is_the_canary() -> None:
    with open_canary(67) as canary:
        for name in ("decimal", "hex", "octal", "short", "mixed"):
            assert socket.inet_aton(canary.spellings[name]) == socket.inet_aton(canary.address)
