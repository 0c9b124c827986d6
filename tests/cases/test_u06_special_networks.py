"""U06, U07: the first, one middle and the last address of every special-purpose network, written and resolved.

Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries, and those of multicast and 6to4.
"""

from ipaddress import ip_network

import pytest
from case_input import Case
from case_outcomes import REFUSED_ADDRESS, host_waits
from case_ran import Ran

from forecourt.fetch.address import judge_url

SPECIAL_PURPOSE = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29
    192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/31 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24
    192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
    240.0.0.0/4 255.255.255.255/32 ::1/128 ::/128 ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64
    100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32
    2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
    5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
NEIGHBOURS = """
    100.63.255.254 100.128.0.1 172.15.255.255 172.32.0.0 8.8.8.8 1.1.1.1 9.255.255.255 11.0.0.0
    126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 192.0.1.0 192.88.98.255 198.17.255.255 198.20.0.0
    223.255.255.255 2606:4700:4700::1111 2001:200:: 2001:db7:ffff:: 2001:db9:: 2003:: 3ffe:ffff:: 2a00:1450::1
"""


def _addresses() -> dict[str, str]:
    """By name; one that two networks have comes once."""
    found: dict[str, str] = {}
    for text in SPECIAL_PURPOSE.split():
        span = ip_network(text)
        for where, address in (("first", span[0]), ("middle", span[span.num_addresses // 2]), ("last", span[-1])):
            if str(address) not in found.values():
                found[f"{text}-{where}"] = str(address)
    return found


def _literal(address: str) -> str:
    return f"http://[{address}]/a.jpg" if ":" in address else f"http://{address}/a.jpg"


ADDRESSES = _addresses()
CASES = [
    *(Case(f"U06-{name}", REFUSED_ADDRESS, url=_literal(address), requests=0) for name, address in ADDRESSES.items()),
    *(
        Case(f"U06-resolved-{name}", host_waits("forbidden_address"), answers=[address], requests=0)
        for name, address in ADDRESSES.items()
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_special_purpose_address_is_connected_to(ran: Ran, case: Case) -> None:
    ran.check(case)
    assert {address for address, _ in ran.reached} == {"127.0.0.1"}


@pytest.mark.parametrize("address", NEIGHBOURS.split(), ids=lambda address: f"U07-{address}")
def test_u07_the_public_addresses_beside_them_may_be_asked(address: str) -> None:
    """By the judge alone: no test talks to another machine."""
    assert judge_url(_literal(address)).address is not None
