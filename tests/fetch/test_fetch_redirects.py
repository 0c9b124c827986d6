"""Cases U21 and U22: our own redirect loop."""

from pathlib import Path

import pytest
from servers.errands import NotedTurns, Send
from servers.misbehaving import MisbehavingServer, answer, misbehaving, redirect

from forecourt.errors import HostTaken, LeaseLost, PermanentError, TransientError
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.client import Download, FetchedPage


def get(send: Send, url: str) -> FetchedPage:
    return send(lambda fetcher: fetcher.get_page(url))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/b/c", "b/c", "./b/./c", "//127.0.0.1:{port}/b/c", "http://127.1:{port}/b/c"])
def test_u21_every_kind_of_redirect_is_followed(
    send: Send, server: MisbehavingServer, turns: NotedTurns, status: int, location: str
) -> None:
    server.on("/a", redirect(location.format(port=server.port), status))
    server.on("/b/c", answer(b"here"))

    page = get(send, server.url("/a"))

    assert (page.url, page.body) == (server.url("/b/c"), b"here")
    assert server.targets == ["/a", "/b/c"]
    assert turns.taken == [(f"127.0.0.1:{server.port}", None)] * 2


def test_u21_five_hops_are_enough(send: Send, server: MisbehavingServer) -> None:
    for hop in range(6):
        server.on(f"/{hop}", redirect(f"/{hop + 1}"))
    server.on("/6", answer(b"here"))

    assert get(send, server.url("/1")).url == server.url("/6")
    with pytest.raises(TransientError) as trouble:
        get(send, server.url("/0"))
    assert trouble.value.kind is FailureKind.TOO_MANY_REDIRECTS


@pytest.mark.parametrize(("b", "requests"), [("/a", 2), ("/b", 2)])
def test_u21_a_loop_is_noticed_at_its_first_turn(send: Send, server: MisbehavingServer, b: str, requests: int) -> None:
    server.on("/a", redirect("/b"))
    server.on("/b", redirect(b))

    with pytest.raises(TransientError) as trouble:
        get(send, server.url("/a"))

    assert trouble.value.kind is FailureKind.TOO_MANY_REDIRECTS
    assert len(server.requests) == requests


@pytest.mark.parametrize("location", [None, ""])
def test_u21_a_redirect_to_nowhere_breaks_the_protocol(
    send: Send, server: MisbehavingServer, location: str | None
) -> None:
    server.on("/a", redirect(location))

    with pytest.raises(TransientError) as trouble:
        get(send, server.url("/a"))

    assert trouble.value.kind is FailureKind.PROTOCOL


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/",
        "http://2130706434:{port}/",
        "http://0x7f.2:{port}/",
        "//127.0.0.2:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.2]:{port}/",
        "http://localhost:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://8.8.8.8:22/",
        "file:///etc/passwd",
        "http://user:secret@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@127.0.0.2/",
        "http:/127.0.0.1:{port}/",
        "/a b",
    ],
)
def test_u21_a_redirect_leads_nowhere_that_a_url_may_not(
    send: Send, server: MisbehavingServer, private_server: MisbehavingServer, location: str
) -> None:
    server.on("/a", redirect(location.format(port=private_server.port)))

    with pytest.raises(PermanentError) as trouble:
        get(send, server.url("/a"))

    assert "secret" not in str(trouble.value)
    assert server.targets == ["/a"]


def test_u21_a_location_of_latin_1_bytes_is_asked_as_it_came(send: Send, server: MisbehavingServer) -> None:
    server.on("/a", redirect("/caf\xe9"))
    server.on("/caf%E9", answer(b"here"))

    assert get(send, server.url("/a")).body == b"here"


def test_u22_each_host_has_its_own_turn(send: Send, server: MisbehavingServer, turns: NotedTurns) -> None:
    with misbehaving() as other:
        server.on("/a", redirect(other.url("/b")))
        other.on("/b", answer(b"here"))
        get(send, server.url("/a"))

    assert turns.taken == [(f"127.0.0.1:{server.port}", None), (f"127.0.0.1:{other.port}", None)]


def test_a_host_lease_that_is_lost_stops_the_photo_before_the_next_request(
    send: Send, server: MisbehavingServer, turns: NotedTurns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second turn is refused; what refuses it reaches the caller as it is."""
    server.on("/a", redirect("/b"))
    granted = turns.turn

    def once(host: str, *, at_once: bool) -> object:
        if turns.taken:
            raise LeaseLost(host)
        return granted(host, at_once=at_once)

    monkeypatch.setattr(turns, "turn", once)

    with pytest.raises(LeaseLost):
        get(send, server.url("/a"))

    assert server.targets == ["/a"]


def test_u19_our_own_address_is_no_source(send: Send, server: MisbehavingServer) -> None:
    server.on("/a", redirect("/images/ab/cd/x.jpg"))

    with pytest.raises(PermanentError):
        send(lambda fetcher: fetcher.get_page(server.url("/a")), public_image_url=server.url("/images/"))

    assert server.targets == ["/a"]


def test_u22_a_photos_redirect_to_a_host_that_is_not_free_says_where_it_leads(
    send: Send, server: MisbehavingServer, turns: NotedTurns, folder: Path
) -> None:
    """Nobody waits for the other host, and it is not asked."""
    with misbehaving(port=0) as other:
        server.on("/a", redirect("/b"))
        server.on("/b", redirect(other.url("/c.jpg")))
        turns.held_by_another.add(f"127.0.0.1:{other.port}")

        with pytest.raises(HostTaken) as taken:
            send(lambda fetcher: fetcher.get_photo(server.url("/a"), referer=None, folder=folder))

        assert (taken.value.url, taken.value.hops) == (other.url("/c.jpg"), 2)
        assert other.connections == 0
    assert list(folder.iterdir()) == []


def test_u22_a_page_says_where_its_first_redirect_leads_and_waits_for_later_ones(
    send: Send, server: MisbehavingServer, turns: NotedTurns
) -> None:
    """Only for who can go there: the inventories of an organization have no row that could."""
    with misbehaving(port=0) as other:
        server.on("/a", redirect(other.url("/c")))
        server.on("/b", redirect("/a"))
        other.on("/c", answer(b"here"))
        turns.held_by_another.add(f"127.0.0.1:{other.port}")

        def get_page(path: str, *, may_move: bool) -> FetchedPage:
            return send(lambda fetcher: fetcher.get_page(server.url(path), may_move=may_move))

        with pytest.raises(HostTaken) as taken:
            get_page("/a", may_move=True)
        assert (taken.value.url, taken.value.hops, other.connections) == (other.url("/c"), 1, 0)
        assert get_page("/b", may_move=True).body == b"here"
        assert get_page("/a", may_move=False).body == b"here"


def test_u21_hops_of_an_earlier_claim_count(send: Send, server: MisbehavingServer, folder: Path) -> None:
    """At most five in all."""
    server.on("/4", redirect("/5"))
    server.on("/5", redirect("/6"))
    server.on("/6", answer(b"here"))

    def get_photo(hops: int) -> Download:
        return send(lambda fetcher: fetcher.get_photo(server.url("/4"), referer=None, folder=folder, hops=hops))

    assert get_photo(3).final_url == server.url("/6")
    with pytest.raises(TransientError) as trouble:
        get_photo(4)
    assert trouble.value.kind is FailureKind.TOO_MANY_REDIRECTS
