"""Connections that are judged: the socket address itself, at every connect, whatever gave it."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

from forecourt.errors import SettingsError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.address import AddressRefused, SplitUrl, judge_connect
from forecourt.fetch.limits import Limits
from forecourt.fetch.resolver import LookUp, Resolver
from forecourt.fetch.special_networks import IPAddress
from forecourt.settings import Settings

_NEXT_ADDRESS_SECONDS = 0.25  # RFC 8305: the first one is given so long before the second is tried beside it

AnyProtocol = TypeVar("AnyProtocol", bound=asyncio.BaseProtocol)


class Connector:
    """Makes connections to strangers' servers.

    Raises:
        SettingsError: The hosts file or the CA file cannot be read.
    """

    def __init__(self, settings: Settings, limits: Limits, look_up: LookUp) -> None:
        if settings.hosts_file is not None and not settings.hosts_file.is_file():
            raise SettingsError(f"FORECOURT_HOSTS_FILE: there is no file {settings.hosts_file}")
        self._allowed_networks = settings.allowed_networks
        self._resolver = Resolver(
            allowed_networks=settings.allowed_networks,
            hosts_file=settings.hosts_file,
            seconds=limits.dns_seconds,
            look_up=look_up,
        )
        self._trust = _trust(settings.ca_file)

    async def connect(self, split: SplitUrl, protocol: Callable[[], AnyProtocol]) -> AnyProtocol:
        """Give the protocol that is connected to where the URL leads.

        Raises:
            OSError: NameUnknown, AddressRefused, an SSLError, or what the last of the addresses said.
        """
        if split.address is not None:
            addresses: Sequence[IPAddress] = [split.address]
        else:
            addresses = await self._resolver.resolve(split.host, split.port)
        with ExitStack() as ours:
            connected = ours.enter_context(await self._reach(addresses, split.port))
            _, made = await asyncio.get_running_loop().create_connection(
                protocol,
                sock=connected,
                ssl=self._trust if split.scheme == "https" else None,
                server_hostname=split.host if split.scheme == "https" else None,
            )
            ours.pop_all()  # the socket is its transport's
        return made

    async def _reach(self, addresses: Sequence[IPAddress], port: int) -> socket.socket:
        """Connect to the one that answers first; each is given a moment before the next is tried beside it."""
        loop, left = asyncio.get_running_loop(), list(addresses)
        trying: dict[asyncio.Task[None], socket.socket] = {}
        failed: OSError = OSError("no address to try")
        try:
            while left or trying:
                if left:
                    address = left.pop(0)
                    try:
                        opened = self._judged_socket(address, port)
                    except OSError as error:
                        failed = error
                        continue
                    trying[loop.create_task(loop.sock_connect(opened, (str(address), port)))] = opened
                patience = _NEXT_ADDRESS_SECONDS if left else None
                done, _ = await asyncio.wait(trying, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if task.exception() is None:
                        return trying.pop(task)
                    trying.pop(task).close()
                    try:
                        task.result()
                    except OSError as error:
                        failed = error
            raise failed
        finally:
            for task in trying:
                task.cancel()
            if trying:
                await asyncio.wait(trying)  # the loop must have let go of a socket before it is closed
            for opened in trying.values():
                opened.close()

    def _judged_socket(self, address: IPAddress, port: int) -> socket.socket:
        judge_connect([address], port, self._allowed_networks)
        if not any(address in network for network in self._allowed_networks) and is_our_own(address):
            raise AddressRefused(FailureKind.FORBIDDEN_ADDRESS, f"{address} is this machine")
        opened = socket.socket(_family(address), socket.SOCK_STREAM)
        opened.settimeout(0)
        return opened


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """The system's authorities, and the operator's own beside them."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    context.hostname_checks_common_name = False  # as browsers: the names of a certificate alone count (RFC 9525)
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # an SSLError is one, too
            raise SettingsError(f"FORECOURT_CA_FILE: {ca_file} is no file of PEM certificates") from error
    return context


def is_our_own(address: IPAddress) -> bool:
    """Whether an interface of this machine has the address: what we would ask of it is ourselves.

    A datagram socket that is "connected" takes the local address that the kernel would send from. No packet leaves.
    """
    with socket.socket(_family(address), socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), 9))
        except OSError:
            return False
        return bool(ip_address(probe.getsockname()[0]) == address)


def _family(address: IPAddress) -> socket.AddressFamily:
    return socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004
