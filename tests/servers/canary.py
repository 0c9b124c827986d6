"""What nobody may reach, and who was reached: both are counted.

    an address    127.66.x.y, in no network that a test opens
    two ports     8080, which a public address may be asked at, and 6379, which none may
    an audit      of every stream connection that this process begins, wherever it leads

A refusal that comes too late, after the connect, looks like one that came in time. Here it does not.
"""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path

PORTS = (8080, 6379)
NETWORK = ip_network("127.66.0.0/16")
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_connects: list[tuple[str, int]] = []


@dataclass
class Canary:
    """Listeners that never accept until they are asked who came."""

    address: str
    _listeners: list[socket.socket] = field(default_factory=list)
    _visits: int = 0

    def visits(self) -> int:
        """All connections until now, those that were closed at once too."""
        for listener in self._listeners:
            while True:
                try:
                    visitor, _ = listener.accept()
                except BlockingIOError:
                    break
                visitor.close()
                self._visits += 1
        return self._visits

    @property
    def spellings(self) -> dict[str, str]:
        """Its address as a stranger could write it; every C library understands the first five."""
        number = int(ip_address(self.address))
        a, b, c, d = self.address.split(".")
        return {
            "decimal": str(number),
            "hex": hex(number),
            "octal": f"0{number:o}",
            "short": f"{a}.{b}.{int(c) * 256 + int(d)}",
            "mixed": f"0x{int(a):x}.0{int(b):o}.{c}.0x{int(d):x}",
            "mapped": f"[::ffff:{self.address}]",
            "compatible": f"[::{self.address}]",
            "nat64": f"[64:ff9b::{self.address}]",
            "sixtofour": f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]",
            "dot": f"{self.address}.",
        }


@contextmanager
def open_canary(network: int = 66) -> Iterator[Canary]:
    """Listen until the end of the block, at an address that is this process's own.

    Args:
        network: The second number of its address.
    """
    here = os.getpid()
    canary = Canary(f"127.{network}.{here >> 8 & 255}.{here & 255}")
    with ExitStack() as closing:
        for port in PORTS:
            listener = closing.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((canary.address, port))
            listener.listen(128)
            listener.settimeout(0)
            canary._listeners.append(listener)
        yield canary


def connects() -> list[tuple[str, int]]:
    """Where this process has begun a stream connection to, until now."""
    return list(_connects)


def connects_outside() -> set[tuple[str, int]]:
    """Those of them that left this machine, or went to the canary."""
    return {
        (address, port)
        for address, port in connects()
        if ip_address(address) in NETWORK or not any(ip_address(address) in network for network in _LOOPBACK)
    }


def open_sockets_to(port: int) -> list[str]:
    """Connections to a port of this machine that some process still holds; Linux only, elsewhere none."""
    table = Path("/proc/self/net/tcp")
    rows = [line.split() for line in table.read_text().splitlines()[1:]] if table.exists() else []
    established, close_wait = "01", "08"
    return [
        row[1]
        for row in rows
        if int(row[2].rpartition(":")[2], 16) == port and row[3] in (established, close_wait) and row[9] != "0"
    ]


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    connection, address = arguments
    if (
        isinstance(connection, socket.socket)
        and connection.family in (socket.AF_INET, socket.AF_INET6)
        and connection.type & socket.SOCK_STREAM
        and isinstance(address, tuple)
    ):
        try:
            ip_address(str(address[0]))
        except ValueError:
            return  # a name: getaddrinfo has yet to say where it leads
        _connects.append((str(address[0]), int(address[1])))


sys.addaudithook(_note)
