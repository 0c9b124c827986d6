"""Cases H11 and H23: pages and robots.txt over real sockets."""

import gzip
import os
import tracemalloc
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from servers.errands import Send
from servers.misbehaving import Behaviour, MisbehavingServer, answer, endless, raw, redirect, silence

from forecourt.errors import HostTrouble, PermanentError, StoreUnavailable, TransientError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.files import ScratchFile
from forecourt.fetch.limits import Limits
from forecourt.fetch.robots import Robots

PAGE = b"<!DOCTYPE html><title>A car</title>" * 100
HTML = ("Content-Type", "text/html; charset=windows-1252")
GZIP = ("Content-Encoding", "gzip")
RULES = b"User-agent: *\nDisallow: /private\n"


@pytest.mark.parametrize(
    ("coding", "body"),
    [("identity", PAGE), ("gzip", gzip.compress(PAGE)), ("br", brotli.compress(PAGE))],
    ids=["identity", "gzip", "br"],
)
def test_a_page_is_read_through_one_layer_of_coding(
    send: Send, server: MisbehavingServer, coding: str, body: bytes
) -> None:
    server.on("/1", answer(body, headers=[HTML, ("Content-Encoding", coding)]))

    page = send(lambda fetcher: fetcher.get_page(server.url("/1")))

    assert page.body == PAGE
    assert (page.url, page.status, page.content_type) == (server.url("/1"), 200, "text/html; charset=windows-1252")
    assert server.requests[0].headers["accept-encoding"] == "gzip, br"


def test_a_feed_goes_into_a_file_that_nobody_has_to_remove(send: Send, server: MisbehavingServer, folder: Path) -> None:
    server.on("/feed.csv", answer(gzip.compress(PAGE), headers=[("Content-Type", "text/csv"), GZIP]))

    with ScratchFile(folder) as file:
        fetched = send(lambda fetcher: fetcher.get_feed(server.url("/feed.csv"), keep=file.write))
        written = os.pread(file.descriptor, 2 * len(PAGE), 0)

    assert written == PAGE
    assert (fetched.url, fetched.content_type) == (server.url("/feed.csv"), "text/csv")
    assert list(folder.iterdir()) == []


def test_a_feed_that_announces_more_than_any_has_is_refused_before_its_body(
    send: Send, server: MisbehavingServer
) -> None:
    kept = bytearray()
    server.on("/feed.csv", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\nVIN,Make\n"))

    with pytest.raises(PermanentError) as caught:
        send(lambda fetcher: fetcher.get_feed(server.url("/feed.csv"), keep=kept.extend))

    assert caught.value.kind == FailureKind.TOO_LARGE
    assert not kept


def test_a_feed_that_cannot_be_kept_is_our_trouble(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="a download cannot be written"):
        ScratchFile(tmp_path / "missing")


def test_a_packed_file_is_not_unpacked(send: Send, server: MisbehavingServer) -> None:
    """sitemap.xml.gz is a file, not a coding: its reader unpacks it, with its own limits."""
    packed = gzip.compress(PAGE)
    server.on("/sitemap.xml.gz", answer(packed, headers=[("Content-Type", "application/gzip")]))

    assert send(lambda fetcher: fetcher.get_page(server.url("/sitemap.xml.gz"))).body == packed


def test_h11_gzip_in_gzip_loses_one_layer_only(send: Send, server: MisbehavingServer) -> None:
    inner = PAGE
    for _ in range(19):
        inner = gzip.compress(inner)
    server.on("/1", answer(gzip.compress(inner), headers=[HTML, GZIP]))

    assert send(lambda fetcher: fetcher.get_page(server.url("/1"))).body == inner


@pytest.mark.parametrize(
    "headers", [[GZIP, GZIP], [("Content-Encoding", "gzip, gzip")], [("Content-Encoding", "x-foo")]]
)
def test_h11_more_than_one_layer_or_an_unknown_one_is_refused(
    send: Send, server: MisbehavingServer, headers: list[tuple[str, str]]
) -> None:
    server.on("/1", answer(gzip.compress(gzip.compress(PAGE)), headers=headers))

    with pytest.raises(TransientError) as trouble:
        send(lambda fetcher: fetcher.get_page(server.url("/1")))

    assert trouble.value.kind is FailureKind.PROTOCOL


def test_h11_a_page_that_unpacks_to_a_gigabyte_is_cut_and_memory_stays_flat(
    send: Send, server: MisbehavingServer
) -> None:
    server.on("/1", answer(gzip.compress(bytes(64 * 2**20)) * 16, headers=[HTML, GZIP]))

    tracemalloc.start()
    with pytest.raises(PermanentError) as trouble:
        send(lambda fetcher: fetcher.get_page(server.url("/1"), max_bytes=2**20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert trouble.value.kind is FailureKind.TOO_LARGE
    assert peak < 8 * 2**20


def test_only_the_beginning_can_be_asked_for(send: Send, server: MisbehavingServer) -> None:
    server.on("/1", answer(PAGE))

    page = send(lambda fetcher: fetcher.get_page(server.url("/1"), max_bytes=15, cut=True))

    assert page.body == b"<!DOCTYPE html>"


def test_h23_robots_txt_is_asked_at_the_root_of_the_same_server(send: Send, server: MisbehavingServer) -> None:
    server.on("/robots.txt", answer(b"\xef\xbb\xbf" + RULES, headers=[("Content-Type", "text/plain")]))

    robots = Robots(send(lambda fetcher: fetcher.get_robots(server.url("/cars/1?a=b"))))

    assert server.targets == ["/robots.txt"]
    assert not robots.allows(server.url("/private/1"), "forecourt/0.1")
    assert robots.allows(server.url("/cars/1"), "forecourt/0.1")


ALLOWING: dict[str, Behaviour] = {
    "404": answer(status=404),
    "403": answer(status=403),
    "empty": answer(b""),
    "HTML": answer(PAGE, headers=[HTML]),
    "a redirect to itself": redirect("/robots.txt"),
    "a redirect to a private address": redirect("http://10.0.0.1/robots.txt"),
}


@pytest.mark.parametrize("behaviour", ALLOWING.values(), ids=ALLOWING)
def test_h23_no_robots_txt_means_no_rules(send: Send, server: MisbehavingServer, behaviour: Behaviour) -> None:
    server.on("/robots.txt", behaviour)

    assert send(lambda fetcher: fetcher.get_robots(server.url("/"))) == ""


def test_h23_of_an_endless_robots_txt_the_first_500_kib_count(send: Send, server: MisbehavingServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + RULES
    server.on("/robots.txt", endless(head, b"# nothing new\n" * 5000))

    text = send(lambda fetcher: fetcher.get_robots(server.url("/")))

    assert len(text) == 500 * 1024
    assert not Robots(text).allows(server.url("/private/"), "forecourt/0.1")


@pytest.mark.parametrize(
    "behaviour", [answer(status=500), answer(status=503), silence()], ids=["500", "503", "silence"]
)
def test_h23_a_host_that_cannot_give_its_rules_is_left_alone(
    send: Send, server: MisbehavingServer, behaviour: Behaviour
) -> None:
    server.on("/robots.txt", behaviour)

    with pytest.raises(HostTrouble):
        send(lambda fetcher: fetcher.get_robots(server.url("/")), limits=Limits(idle_seconds=0.2))
