"""Which URLs and which addresses we talk to. Pure: nothing is looked up.

A URL is judged as text before anything is sent (`judge_url`), and the address that its name turns out to have is
judged again at every connect (`judge_connect`): a name can promise one thing and mean another.

What parsers disagree about is refused, not repaired: backslashes, userinfo, blanks, `http:/host`. No message holds
more of a URL than its host.
"""

import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

import idna

from forecourt.errors import PermanentError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.special_networks import IPAddress, IPNetwork, is_public

DEFAULT_PORTS = {"http": 80, "https": 443}
PORTS = frozenset({80, 443, 8080, 8443})
LONGEST_URL = 8000  # characters; signed URLs reach 2,000

_REFUSED_CHARACTERS = re.compile(r"[\s\\\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_URL = re.compile(r"(?P<scheme>[^:/?#]+)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(#.*)?")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@]+)(:(?P<port>[0-9]{0,5}))?")
_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")  # WHATWG URL, "ends in a number": an address, or nothing
_ANY_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NEVER_PUBLIC = re.compile(r"(.*\.)?(localhost|localdomain|local|internal|onion|home\.arpa)")
# What browsers leave as it is in a path and in a query; the rest is encoded (WHATWG URL, percent-encode sets).
_KEPT_IN_PATH = "/%:@!$&'()*+,;=~-._|[]"
_KEPT_IN_QUERY = "/%:@!$&()*+,;=~-._|[]?^`{}"


@dataclass(frozen=True, slots=True)
class SplitUrl:
    """A URL in its canonical form.

    `host` is a lower-case punycode name without its last dot, or an address in its usual spelling, without brackets;
    `address` is set for the latter. `target` is path and query, encoded, as it is asked for; there is no fragment.
    """

    scheme: str
    host: str
    port: int
    target: str
    address: IPAddress | None

    @property
    def url(self) -> str:
        """The whole, without a default port."""
        return self.origin + self.target

    @property
    def origin(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self._bracketed}{port}"

    @property
    def manners_host(self) -> str:
        """The unit of manners: the name, and the port unless it is 80 or 443."""
        return self._bracketed if self.port in DEFAULT_PORTS.values() else f"{self._bracketed}:{self.port}"

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host


class AddressRefused(OSError):
    """A connection was not made: the address, or the port at it, is not one that we talk to.

    An OSError, because it is raised where a connect fails; `fetch/outcome.py` translates it.
    """

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


def judge_url(url: str, *, allowed_networks: Collection[IPNetwork] = ()) -> SplitUrl:
    """Take a stranger's URL apart, or refuse it.

    Args:
        url: Absolute. Non-ASCII is encoded, what is encoded stays as it is, a fragment is dropped.
        allowed_networks: Opened by the operator: addresses there are allowed, on any port. A *name* on an odd port
            then passes here, and its address decides at the connect.

    Raises:
        PermanentError: FORBIDDEN_URL; FORBIDDEN_ADDRESS for a literal, or a name that is never public.
    """
    split = split_url(url)
    if split.address is not None:
        if not is_allowed_address(split.address, allowed_networks):
            raise PermanentError(FailureKind.FORBIDDEN_ADDRESS, f"{split.host} is not on the public internet")
        opened = _lies_in(split.address, allowed_networks)
    else:
        if _NEVER_PUBLIC.fullmatch(split.host):
            raise PermanentError(FailureKind.FORBIDDEN_ADDRESS, f"{split.host} is not on the public internet")
        opened = bool(allowed_networks)
    if split.port not in PORTS and not opened:
        raise _forbidden(f"port {split.port} of {split.host}")
    return split


def judge_location(base: SplitUrl, location: str, *, allowed_networks: Collection[IPNetwork] = ()) -> SplitUrl:
    """Judge the Location of a redirect, relative or not, as strictly as any URL.

    Args:
        base: The URL that answered.
        location: The header, in which bytes that are not UTF-8 are surrogates: they become %XX.
    """
    location = re.sub(r"[\udc80-\udcff]", lambda match: f"%{ord(match[0]) - 0xDC00:02X}", location)
    _refuse_characters(location)
    if _ANY_SCHEME.match(location):
        return judge_url(location, allowed_networks=allowed_networks)
    if location.startswith("//"):
        return judge_url(f"{base.scheme}:{location}", allowed_networks=allowed_networks)
    return judge_url(urljoin(base.url, location), allowed_networks=allowed_networks)


def host_of(url: str) -> str:
    """The unit of manners: lower-case punycode name, and `:port` unless it is 80 or 443.

    Raises:
        PermanentError: FORBIDDEN_URL, if the text is no URL of ours at all. Addresses are not judged here.
    """
    return split_url(url).manners_host


def may_be_asked(url: str) -> bool:
    """Whether it has a host at all; one that parsers could disagree about has none."""
    try:
        host_of(url)
    except PermanentError:
        return False
    return True


@lru_cache(maxsize=1024)  # of one photo's URL it is asked three times, and of the page that shows it for each photo
def split_url(url: str) -> SplitUrl:
    """Take a URL apart without judging where it leads.

    Raises:
        PermanentError: FORBIDDEN_URL.
    """
    _refuse_characters(url)
    parts = _URL.fullmatch(url)
    if parts is None or (scheme := parts["scheme"].lower()) not in DEFAULT_PORTS:
        raise _forbidden("not an http or https URL")
    if "@" in parts["authority"]:
        raise _forbidden("a user name in a URL")
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if authority is None:
        raise _forbidden("no host, or a broken one")
    port = int(authority["port"] or DEFAULT_PORTS[scheme])
    if not 1 <= port <= 65535:  # noqa: PLR2004 (the largest there is)
        raise _forbidden(f"port {port}")
    host, address = _read_host(authority["host"])
    path = quote(parts["path"] or "/", safe=_KEPT_IN_PATH)
    query = quote(parts["query"] or "", safe=_KEPT_IN_QUERY)
    return SplitUrl(scheme, host, port, path + query, address)


def judge_connect(addresses: Collection[IPAddress], port: int, allowed_networks: Collection[IPNetwork]) -> None:
    """Judge where a connection is about to go: all the addresses that a name has, or the one that was chosen.

    Raises:
        AddressRefused: FORBIDDEN_ADDRESS, if one of them is; FORBIDDEN_URL where only the port is wrong.
    """
    for address in addresses:
        if not is_allowed_address(address, allowed_networks):
            raise AddressRefused(FailureKind.FORBIDDEN_ADDRESS, f"{address} is not on the public internet")
    for address in addresses:
        if port not in PORTS and not _lies_in(address, allowed_networks):
            raise AddressRefused(FailureKind.FORBIDDEN_URL, f"port {port} of {address}")


def is_allowed_address(ip: IPAddress, allowed_networks: Collection[IPNetwork]) -> bool:
    """Whether we may talk to this address: global unicast, or opened by the operator.

    IPv4 in the clothes of IPv6 (mapped, compatible, NAT64, 6to4, Teredo) is refused whatever it means, unless the
    IPv6 network itself is opened.
    """
    return is_public(ip) or _lies_in(ip, allowed_networks)


def _lies_in(address: IPAddress, networks: Collection[IPNetwork]) -> bool:
    return any(address in network for network in networks)


def _refuse_characters(url: str) -> None:
    if len(url) > LONGEST_URL:
        raise _forbidden(f"longer than {LONGEST_URL} characters")
    if _REFUSED_CHARACTERS.search(url):
        raise _forbidden("a blank, a backslash or a control character in a URL")


def _read_host(text: str) -> tuple[str, IPAddress | None]:
    if text.startswith("["):
        try:
            address = IPv6Address(text[1:-1])
        except AddressValueError as error:
            raise _forbidden("a broken IPv6 address") from error
        return str(address), address
    name = _to_ascii(text).removesuffix(".")
    if _NUMERIC.fullmatch(name):
        return _read_numeric(name)
    if not _NAME.fullmatch(name):
        raise _forbidden("a host name with characters that none has")
    return name, None


def _to_ascii(name: str) -> str:
    if name.isascii():
        return name.lower()
    try:
        return idna.encode(name, uts46=True).decode("ascii").lower()
    except UnicodeError as error:
        raise _forbidden("a host name that IDNA does not know") from error


def _read_numeric(name: str) -> tuple[str, IPAddress]:
    """127.1, 0x7f.1, 0177.0.0.1 and 2130706433 as every C library reads them; `ipaddress` knows none of them."""
    try:
        address = IPv4Address(socket.inet_aton(name))
    except OSError as error:
        raise _forbidden("a number as host that is no address") from error
    return str(address), address


def _forbidden(why: str) -> PermanentError:
    return PermanentError(FailureKind.FORBIDDEN_URL, why)
