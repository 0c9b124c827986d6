"""Cases U01 to U08 and U11 to U22: judged as text, before anything is looked up."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pytest

from forecourt.errors import PermanentError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.address import (
    AddressRefused,
    host_of,
    is_allowed_address,
    judge_connect,
    judge_location,
    judge_url,
)

LOOPBACK = (ip_network("127.0.0.0/8"),)
SPECIAL_PURPOSE = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29
    192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/31 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24
    192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
    240.0.0.0/4 255.255.255.255/32 ::1/128 ::/128 ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64
    100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128 2001:1::2/128 2001:2::/48 2001:3::/32 2001:4:112::/48
    2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16
    fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
NEIGHBOURS = """
    100.63.255.254 100.128.0.1 172.15.255.255 172.32.0.0 8.8.8.8 1.1.1.1 9.255.255.255 11.0.0.0
    126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 192.0.1.0 192.88.98.255 198.17.255.255 198.20.0.0
    223.255.255.255 2606:4700:4700::1111 2001:200:: 2001:db7:ffff:: 2001:db9:: 2003:: 3ffe:ffff:: 2a00:1450::1
"""
LITERALS = {
    "U01": "127.0.0.1/a.jpg [::1]/ [0000::1]:80/ [::]/ 0.0.0.0/ 127.127.127.127/",
    "U02": "2130706433/ 3232235777/ 017700000001/ 0177.0x0.0x0.0x1/ 0x7f000001/ 0/ 127.1/ 0x7f.1/ 0177.0.0.1/ 0X7F.1/",
    "U03": "127.0.0.1./ 127.0.0.01/",
    "U04": "[::ffff:127.0.0.1]/ [::ffff:a00:1]/ [::ffff:100.64.0.1]/ [::ffff:8.8.8.8]/ [::127.0.0.1]/ [::10.0.0.1]/",
    "U05": "[64:ff9b::7f00:1]/ [2002:7f00:1::]/ [2001:0:53aa:64c:0:7a12:80ff:fffe]/ [fec0::1]/ [fc00::1]/ [ff02::1]/",
    "U15": "\uff11\uff12\uff17.\uff10.0.1/ 127\u30020\u30020\u30021/",
    "U18": "localhost/ LOCALHOST./ foo.localhost/ x.local/ metadata.google.internal/ abc.onion/ nas.home.arpa/",
}
BROKEN = {
    "U05": "http://[fe80::1%25eth0]/ http://[fe80::1%eth0]/",
    "U11": "http://user:secret@public.example/ http://@public.example/ http://user@/",
    "U12": "file:///etc/passwd FILE:///etc/passwd ftp://public.example/ gopher://public.example/ "
    "data:image/gif;base64,R0 javascript:alert(1) blob:http://public.example/1 s3://bucket/a.jpg "
    "//public.example/ /a.jpg a.jpg",
    "U13": "http://public.example:22/ http://public.example:25/ http://public.example:6379/ http://public.example:0/ "
    "http://public.example:99999/ http://public.example:-1/ http://public.example:8o/ http://8.8.8.8:22/",
    "U14": "http:/h/a http:///h/a http:\\\\h/a http:// http://[] http://[::1 http://::1/ http:// http:h http://:80/ "
    "http://./ http://../ http://a..b/ http://-/ http://[1.2.3.4]/ http://[::1]x/ http://256.1.1.1/ http://1.2.3.4.5/ "
    "http://09.1/ http://0x/ http://%31.example/ http://a%2eb/ http://a*b.example/",
    "U15": "http://127.0.0.1:80\\@public.example/ http://public.example\\@127.0.0.1/ http://1.1.1.1&@2.2.2.2#@3.3.3.3/ "
    "http://public.example\uff0f@x/ http://a\u2100b.example/",
}


def _cases(table: dict[str, str]) -> list[object]:
    return [pytest.param(text, id=f"{case} {text}") for case, texts in table.items() for text in texts.split()]


@pytest.mark.parametrize("rest", _cases(LITERALS))
def test_an_address_that_is_not_public_is_refused_however_it_is_spelt(rest: str) -> None:
    with pytest.raises(PermanentError) as refused:
        judge_url(f"http://{rest}")
    assert refused.value.kind is FailureKind.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("url", _cases(BROKEN))
def test_what_parsers_disagree_about_is_refused(url: str) -> None:
    with pytest.raises(PermanentError) as refused:
        judge_url(url)
    assert refused.value.kind is FailureKind.FORBIDDEN_URL
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("character", list("\r\n\t\x00 \x7f\x85\u00a0\u2028\u3000\\\ud800"))
@pytest.mark.parametrize(
    "url", ["http{}://h.example/", "http://h{}.example/", "http://h.example/a{}b", "http://h.example/?{}"]
)
def test_u16_blanks_and_control_characters_are_refused_wherever_they_are(url: str, character: str) -> None:
    with pytest.raises(PermanentError):
        judge_url(url.format(character))


@pytest.mark.parametrize("network", SPECIAL_PURPOSE.split())
def test_u06_no_special_purpose_address_is_allowed(network: str) -> None:
    span = ip_network(network)
    for address in (span[0], span[span.num_addresses // 2], span[-1]):
        assert not is_allowed_address(address, ())


@pytest.mark.parametrize(
    "neighbour",
    NEIGHBOURS.split(),
)
def test_u07_their_neighbours_are(neighbour: str) -> None:
    assert is_allowed_address(ip_address(neighbour), ())


def test_an_operator_can_open_a_network_and_nothing_beside_it() -> None:
    opened = (IPv4Network("10.1.0.0/16"), IPv6Network("fd00::/8"))

    assert is_allowed_address(ip_address("10.1.2.3"), opened)
    assert is_allowed_address(ip_address("fd00::1"), opened)
    assert not is_allowed_address(ip_address("10.2.0.1"), opened)
    assert not is_allowed_address(ip_address("::ffff:10.1.2.3"), opened)


def test_any_port_is_open_at_an_address_that_an_operator_opened_and_nowhere_else() -> None:
    assert judge_url("http://127.0.0.1:9999/", allowed_networks=LOOPBACK).port == 9999
    judge_connect([ip_address("127.0.0.1")], 9999, LOOPBACK)

    for url in ("http://8.8.8.8:9999/", "http://10.0.0.1/"):
        with pytest.raises(PermanentError):
            judge_url(url, allowed_networks=LOOPBACK)


def test_a_name_on_an_odd_port_is_decided_by_its_address() -> None:
    """The text cannot tell whether the name lies in the network that is open."""
    assert judge_url("http://dealer.example:9999/", allowed_networks=LOOPBACK).port == 9999

    with pytest.raises(AddressRefused) as refused:
        judge_connect([ip_address("8.8.8.8")], 9999, LOOPBACK)
    assert refused.value.kind is FailureKind.FORBIDDEN_URL


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Dealer.Example.", "http://dealer.example/"),
        ("https://dealer.example:443/a#b", "https://dealer.example/a"),
        ("http://dealer.example:/a", "http://dealer.example/a"),
        ("http://dealer.example:0080?x", "http://dealer.example/?x"),
        ("https://dealer.example:80/", "https://dealer.example:80/"),
        ("https://wrocław.example/x.jpg", "https://xn--wrocaw-6db.example/x.jpg"),
        ("https://BÜCHER.example/ä.jpg?x=ö&y=%C3%A9", "https://xn--bcher-kva.example/%C3%A4.jpg?x=%C3%B6&y=%C3%A9"),
        ("http://h.example/a%2Fb/c%20d@2x.jpg", "http://h.example/a%2Fb/c%20d@2x.jpg"),
        ('http://h.example/{"}?"<|', "http://h.example/%7B%22%7D?%22%3C|"),
        ("http://img_1.cdn.example/", "http://img_1.cdn.example/"),
        ("http://134744072/", "http://8.8.8.8/"),
        ("http://[2606:4700:4700:0:0::1111]:8080/", "http://[2606:4700:4700::1111]:8080/"),
    ],
)
def test_u17_u20_a_url_has_one_spelling(url: str, canonical: str) -> None:
    assert judge_url(url).url == canonical
    assert judge_url(canonical).url == canonical


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Dealer.Example/a", "dealer.example"),
        ("http://dealer.example:443/", "dealer.example"),
        ("http://dealer.example:8080/", "dealer.example:8080"),
        ("https://wrocław.example./", "xn--wrocaw-6db.example"),
        ("http://127.1:9000/", "127.0.0.1:9000"),
        ("http://[::1]:9000/", "[::1]:9000"),
        ("http://[::1]/", "[::1]"),
    ],
)
def test_the_unit_of_manners_is_the_name_and_an_unusual_port(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b.jpg", "https://h.example/b.jpg"),
        ("b.jpg", "https://h.example/a/b.jpg"),
        ("../b.jpg?c", "https://h.example/b.jpg?c"),
        ("?c", "https://h.example/a/page?c"),
        ("//cdn.example/b", "https://cdn.example/b"),
        ("HTTP://cdn.example", "http://cdn.example/"),
        ("/b\udce9.jpg", "https://h.example/b%E9.jpg"),
    ],
)
def test_u21_a_location_is_read_as_browsers_do(location: str, url: str) -> None:
    assert judge_location(judge_url("https://h.example/a/page"), location).url == url


@pytest.mark.parametrize(
    "location",
    [
        "http:/h/a",
        "http:b.jpg",
        "///h/a",
        "\thttp://h.example/",
        "ht\ttp://h.example/",
        "file:///etc/passwd",
        "//user@h/",
        "\\\\h\\a",
    ],
)
def test_u21_a_location_is_judged_as_strictly_as_any_url(location: str) -> None:
    with pytest.raises(PermanentError):
        judge_location(judge_url("http://h.example/a"), location)


def test_a_url_of_any_length_is_judged_in_an_instant() -> None:
    for url in ("http://" + "a." * 10**6, "http://" + "ä" * 10**5 + ".example/", "http://[" + ":" * 10**6, "a" * 10**7):
        with pytest.raises(PermanentError):
            judge_url(url)
