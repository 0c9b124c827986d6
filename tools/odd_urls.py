"""URLs as strangers write them, each drawn from a seed, and what the URL policy may not do with one."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv6Address, ip_address, ip_network
from random import Random
from urllib.parse import urlsplit

import idna
from yarl import URL

from forecourt.errors import PermanentError
from forecourt.fetch.address import PORTS, SplitUrl, host_of, judge_location, judge_url, split_url
from forecourt.fetch.special_networks import IPAddress

BASE = split_url("https://dealer.example/cars/1?x=1")
_SCHEMES = ("http", "https", "HTTP", "hTTps", "ftp", "file", "javascript", "http+x", "", "ws", "view-source:http", "h")
_SEPARATORS = ("://", "://", "://", "://", "://", ":/", ":", ":///", "//", ":\\\\", ":/\\", "", "%3A//", "：//")  # noqa: RUF001 (a full-width colon)
_HOSTS = (
    "dealer.example", "DEALER.Example.", "wrocław.example", "xn--wrocaw-6db.example", "8.8.8.8", "1.1.1.1.", "[::1]",
    "127.0.0.1", "0x7f.1", "017700000001", "2130706433", "127.1", "0", "1.2.3.4.5", "0x", "0xg", "08.1.1.1",
    "256.1.1.1",
    "[2606:4700:4700::1111]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "[::127.0.0.1]", "[2001:0:7f00:1::]", "[fe80::1%25eth0]", "[v1.x]", "[", "]", "[]",
    "localhost", "localhost.", "a.localhost", "metadata.google.internal", "x.local", "a.onion", "１２７.０.０.１",  # noqa: RUF001 (digits)
    "①②⑦.⓪.⓪.①", "ⓔxample.com", "faß.example", "Ⅷ.example", "a\u00adb.example", "a\u200db.example", "a。example",
    "x" * 64 + ".example", "a." * 130 + "example", "-a.example", "a-.example", "a..example", ".example", "a_b.example",
    "ex%61mple.com", "%31%32%37.0.0.1", "dealer.example%00", "\u0661\u0662.1.1.1", "0x7f000001.", "1e1", "0o177.1",
    "٣.example", "xn--a", "xn--", "xn--0.example", "xn--ls8h.la", "\u2100.example", "\ufdfa.example", "", " ", "a b",
)  # fmt: skip
_PORTS = (
    "",
    "",
    "",
    "",
    ":80",
    ":443",
    ":8080",
    ":22",
    ":0",
    ":",
    ":99999",
    ":-1",
    ":8o",
    ":00080",
    ":80:80",
    ":٨٠",
    ":1e3",
)
_USERS = (
    "",
    "",
    "",
    "",
    "",
    "",
    "user@",
    "user:pass@",
    "@",
    "a@b@",
    "127.0.0.1\\@",
    "127.0.0.1#@",
    "127.0.0.1?@",
    "a%40b",
)
_PATHS = (
    "/", "/a.jpg", "", "/a b.jpg", "/ä.jpg", "/%2F%2e%2e/%zz/%", "/../../etc/passwd", "//x/y", "/a;b,c|d[e]^`{}",
    "/\\x",
    "?a=b&amp;c=d'\"<>", "?", "#", "/#a?b", "/?a#b#c", "/" + "a/" * 300, "/\u202e\u2028", "/\ud800", "/%00%0d%0aX: y",
    "/a\r\nHost: x", "/\t", "/\x7f\x80", "/?url=http://127.0.0.1/", "/.", "/..", "/%2e%2e", ";x", "/" + "%" * 2_000,
)  # fmt: skip
_CHARACTERS = "/:@?#[]%.\\ \t\r\n\0-_~!$&'()*+,;=0x12345678９aAzZ。．\u00a0\u200b\u00ad\ud800\udc80ßıſK\u2044\uff0f"  # noqa: RUF001
_NAT64 = ip_network("64:ff9b::/96")
_IN_TARGET = re.compile(r"/[!-~]*")


def odd_url(random: Random) -> str:
    """Put together from odd parts; sometimes a few characters are changed as well."""
    url = "".join(random.choice(parts) for parts in (_SCHEMES, _SEPARATORS, _USERS, _HOSTS, _PORTS, _PATHS))
    if random.random() < 0.4:  # noqa: PLR2004 (now and then something that parses)
        url = "http://" + random.choice(_HOSTS[:7] + _HOSTS) + random.choice(_PORTS) + random.choice(_PATHS)
    for _ in range(random.choice((0, 0, 1, 1, 2, 4))):
        at = random.randrange(len(url) + 1)
        url = url[:at] + random.choice(_CHARACTERS) + url[at + random.choice((0, 1)) :]
    return url


def url_faults(url: str) -> Iterator[str]:
    """What the policy did with this URL that it may not do; any exception but PermanentError passes through."""
    for location in (url, url.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")):
        with suppress(PermanentError):
            yield from _faults_of(judge_location(BASE, location), "a location")
    try:
        split = split_url(url)
    except PermanentError as refused:
        if not refused.detail.isprintable() or len(refused.detail) > 400:  # noqa: PLR2004 (a host and a few words)
            yield f"a refusal that is no line: {refused.detail!r:.500}"
        return
    if host_of(url) != split.manners_host:
        yield f"two hosts: {host_of(url)} and {split.manners_host}"
    yield from _disagreements(url, split)
    yield from _unstable(split)
    with suppress(PermanentError):
        yield from _faults_of(judge_url(url), "a URL")


def _faults_of(split: SplitUrl, what: str) -> Iterator[str]:
    """Of one that may be asked."""
    if split.address is not None and not _is_surely_public(split.address):
        yield f"{what} that leads to {split.address}"
    if split.port not in PORTS:
        yield f"{what} with port {split.port}"
    if split.address is None:
        with suppress(OSError, UnicodeError):
            found = socket.getaddrinfo(split.host, split.port, flags=socket.AI_NUMERICHOST)
            yield f"{what} whose name is an address to the system: {split.host}, {found[0][4][0]}"
    if not _IN_TARGET.fullmatch(split.target):
        yield f"{what} whose target is {split.target!r:.200}"
    yield from _unstable(split)


def _is_surely_public(address: IPAddress) -> bool:
    """By other means than the program's own, as far as the standard library knows: IPv4 in disguise is not."""
    disguised = isinstance(address, IPv6Address) and (
        address.ipv4_mapped or address.sixtofour or address.teredo or address in _NAT64 or int(address) < 2**32
    )
    return address.is_global and not address.is_multicast and not disguised


def _unstable(split: SplitUrl) -> Iterator[str]:
    """What has passed once passes again, as it is, and other parsers read it as we do."""
    try:
        again = split_url(split.url)
    except PermanentError as refused:
        yield f"{split.url!r:.200} passes once, and then not: {refused}"
        return
    if again != split:
        yield f"{split!r:.300} becomes {again!r:.300}"
    sent, (path, mark, query) = URL(split.url, encoded=True), split.target.partition("?")
    target = path + mark + query if query else path  # yarl sends no empty query
    if (sent.scheme, sent.raw_host, sent.port, sent.raw_path_qs) != (split.scheme, split.host, split.port, target):
        yield f"{split.url!r:.200} is sent to {sent.raw_host}:{sent.port} as {sent.raw_path_qs!r:.100}"
    usual = urlsplit(split.url)
    if (usual.hostname, usual.port or split.port) != (split.host, split.port):
        yield f"{split.url!r:.200} is {usual.hostname}:{usual.port} to the standard library"


def _disagreements(url: str, split: SplitUrl) -> Iterator[str]:
    """Other parsers may refuse what we read; where they read it too, they read the same host."""
    with suppress(ValueError):
        theirs = urlsplit(url).hostname or ""
        if _spelt(theirs) != split.host:
            yield f"{url!r:.200} leads to {split.host}, and for the standard library to {theirs}"
    with suppress(ValueError, TypeError):
        theirs = URL(url).raw_host or ""
        if _spelt(theirs) != split.host:
            yield f"{url!r:.200} leads to {split.host}, and for yarl to {theirs}"


def _spelt(host: str) -> str:
    """As we spell it; a name that says an address in an odd way is that address."""
    host = host.lower()
    with suppress(UnicodeError):
        host = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    host = host.removesuffix(".")
    with suppress(OSError):
        return socket.inet_ntoa(socket.inet_aton(host))
    with suppress(ValueError):
        return str(ip_address(host))
    return host
