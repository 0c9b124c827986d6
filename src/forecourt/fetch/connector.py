"""Connections that are judged: the socket address itself, at every connect, whatever gave it."""

import socket
import ssl
from collections.abc import Collection
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from aiohttp import AddrInfoType, TCPConnector

from forecourt.errors import SettingsError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.address import AddressRefused, judge_connect
from forecourt.fetch.limits import Limits
from forecourt.fetch.resolver import JudgedResolver, LookUp
from forecourt.fetch.special_networks import IPAddress, IPNetwork
from forecourt.settings import Settings


def open_connector(settings: Settings, limits: Limits, look_up: LookUp) -> TCPConnector:
    """Build what aiohttp connects with. How many connections there are is for the turns to say.

    Raises:
        SettingsError: The hosts file or the CA file cannot be read.
    """
    if settings.hosts_file is not None and not settings.hosts_file.is_file():
        raise SettingsError(f"FORECOURT_HOSTS_FILE: there is no file {settings.hosts_file}")
    resolver = JudgedResolver(
        allowed_networks=settings.allowed_networks,
        hosts_file=settings.hosts_file,
        seconds=limits.dns_seconds,
        look_up=look_up,
    )
    return TCPConnector(
        ssl=_trust(settings.ca_file),
        resolver=resolver,
        use_dns_cache=False,
        limit=0,
        socket_factory=partial(_judged_socket, allowed_networks=settings.allowed_networks),
    )


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


def _judged_socket(address_info: AddrInfoType, *, allowed_networks: Collection[IPNetwork]) -> socket.socket:
    family, kind, protocol, _, socket_address = address_info
    address = ip_address(str(socket_address[0]))
    judge_connect([address], int(socket_address[1]), allowed_networks)
    if not any(address in network for network in allowed_networks) and is_our_own(address):
        raise AddressRefused(FailureKind.FORBIDDEN_ADDRESS, f"{address} is this machine")
    return socket.socket(family, kind, protocol)


def is_our_own(address: IPAddress) -> bool:
    """Whether an interface of this machine has the address: what we would ask of it is ourselves.

    A datagram socket that is "connected" takes the local address that the kernel would send from. No packet leaves.
    """
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), 9))
        except OSError:
            return False
        return bool(ip_address(probe.getsockname()[0]) == address)
