"""Manners and tidiness of the Fetcher (Cases H21, U23, C06, C11): what it sends, keeps and leaves behind."""

import asyncio
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from servers.errands import Errand, NotedTurns, Send
from servers.misbehaving import (
    MisbehavingServer,
    answer,
    endless,
    in_turn,
    misbehaving,
    redirect,
    reset,
)

from forecourt.errors import (
    HostTrouble,
    LeaseLost,
    StoreUnavailable,
)
from forecourt.fetch.client import Download, Fetcher

PHOTO = bytes(range(256)) * 40


def a_photo(url: str, folder: Path, *, referer: str | None = None) -> Errand[Download]:
    return lambda fetcher: fetcher.get_photo(url, referer=referer, folder=folder)


def test_the_page_is_named_as_referer_without_its_secrets(send: Send, server: MisbehavingServer, folder: Path) -> None:
    server.on("/a.jpg", answer(PHOTO))

    for page in ("http://dealer.example/1?a#b", "http://user:secret@dealer.example/", "not a page"):
        send(a_photo(server.url("/a.jpg"), folder, referer=page))

    assert [request.headers.get("referer") for request in server.requests] == [
        "http://dealer.example/1?a",
        None,
        None,
    ]


def test_h21_no_cookie_is_kept(send: Send, server: MisbehavingServer, folder: Path) -> None:
    server.on("/a.jpg", answer(PHOTO, headers=[("Set-Cookie", "a=b"), ("Set-Cookie", "c=d; Path=/")]))
    server.on("/b.jpg", answer(b"", status=302, headers=[("Set-Cookie", "e=f"), ("Location", "/a.jpg")]))

    async def twice(fetcher: Fetcher) -> None:
        await fetcher.get_photo(server.url("/b.jpg"), referer=None, folder=folder)
        await fetcher.get_photo(server.url("/a.jpg"), referer=None, folder=folder)

    send(twice)

    assert len(server.requests) == 3
    assert all("cookie" not in request.headers for request in server.requests)


def test_a_connection_is_kept_for_the_next_photo(send: Send, server: MisbehavingServer, folder: Path) -> None:
    server.on("/a.jpg", answer(PHOTO))

    async def thrice(fetcher: Fetcher) -> None:
        for _ in range(3):
            await fetcher.get_photo(server.url("/a.jpg"), referer=None, folder=folder)

    send(thrice)

    assert (server.connections, len(server.requests)) == (1, 3)


def test_a_kept_connection_that_had_ended_is_no_trouble_of_the_host(
    send: Send, server: MisbehavingServer, turns: NotedTurns, folder: Path
) -> None:
    """The server closes it just when the next request is on its way. What a new connection says counts."""
    server.on("/a.jpg", in_turn(answer(PHOTO), reset(), answer(PHOTO)))

    async def twice(fetcher: Fetcher) -> Download:
        await fetcher.get_photo(server.url("/a.jpg"), referer=None, folder=folder)
        return await fetcher.get_photo(server.url("/a.jpg"), referer=None, folder=folder)

    assert send(twice).size == len(PHOTO)
    assert server.connections == 2
    assert len(turns.taken) == 2


def test_our_own_full_or_missing_folder_is_not_the_photos_fault(
    send: Send, server: MisbehavingServer, tmp_path: Path
) -> None:
    server.on("/a.jpg", answer(PHOTO))

    with pytest.raises(StoreUnavailable):
        send(a_photo(server.url("/a.jpg"), tmp_path / "nowhere"))


def test_c06_a_disk_that_fills_up_leaves_no_half_a_file(send: Send, server: MisbehavingServer, folder: Path) -> None:
    server.on("/a.jpg", answer(PHOTO))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, before[1]))
    try:
        with pytest.raises(StoreUnavailable):
            send(a_photo(server.url("/a.jpg"), folder))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert list(folder.iterdir()) == []


def test_c11_a_download_that_is_cancelled_leaves_nothing_behind(
    send: Send, server: MisbehavingServer, turns: NotedTurns, folder: Path
) -> None:
    server.on("/a.jpg", endless(b"HTTP/1.1 200 OK\r\n\r\n", PHOTO, every_seconds=0.01))

    def begun() -> bool:
        return any(file.stat().st_size for file in folder.iterdir())

    async def begin_and_stop(fetcher: Fetcher) -> None:
        download = asyncio.create_task(fetcher.get_photo(server.url("/a.jpg"), referer=None, folder=folder))
        while not begun():  # noqa: ASYNC110 (there is nothing to wait on)
            await asyncio.sleep(0.01)
        assert turns.open == 1
        download.cancel()
        with pytest.raises(asyncio.CancelledError):
            await download

    send(begin_and_stop)

    assert list(folder.iterdir()) == []


def test_u23_neither_proxy_nor_netrc_is_used(
    send: Send, server: MisbehavingServer, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.2:9/")
    server.on("/a.jpg", answer(PHOTO))

    assert send(a_photo(server.url("/a.jpg"), folder)).size == len(PHOTO)
    assert "authorization" not in server.requests[0].headers


def test_trouble_of_a_host_that_a_redirect_leads_to_passes_through_its_own_turn(
    send: Send, server: MisbehavingServer, turns: NotedTurns, folder: Path
) -> None:
    with misbehaving() as other:
        server.on("/a.jpg", redirect(other.url("/b.jpg")))
        other.on("/b.jpg", answer(status=503))
        with pytest.raises(HostTrouble) as trouble:
            send(a_photo(server.url("/a.jpg"), folder))

    assert turns.taken == [
        (f"127.0.0.1:{server.port}", None),
        (f"127.0.0.1:{other.port}", trouble.value),
    ]


def test_a_lease_that_is_lost_while_the_photo_came_leaves_nothing_behind(
    send: Send, server: MisbehavingServer, turns: NotedTurns, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The body is complete; the turn is gone when it is given back."""
    server.on("/a.jpg", answer(PHOTO))
    granted = turns.turn

    @asynccontextmanager
    async def lost(host: str, *, at_once: bool) -> AsyncIterator[Callable[[], None]]:
        async with granted(host, at_once=at_once) as is_on_its_way:
            yield is_on_its_way
        raise LeaseLost(host)

    monkeypatch.setattr(turns, "turn", lost)

    with pytest.raises(LeaseLost):
        send(a_photo(server.url("/a.jpg"), folder))

    assert list(folder.iterdir()) == []
