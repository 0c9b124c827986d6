"""/i/{id}: a photo's address for life."""

import os
import socket
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from served import Jpeg, Serve, Served
from servers.dealer_site import wait_until
from sqlalchemy import update

from forecourt.db.engine import writing
from forecourt.db.tables import vehicle_images


def test_an_external_photo_leads_to_the_dealer_and_nobody_remembers_it(served: Served) -> None:
    image = served.add_image(
        served.add_vehicle(), source_url="https://dealer.example/a photo.jpg?x=1".replace(" ", "ä")
    )

    answer = served.ask(f"/i/{image}")

    assert answer.status == 302
    assert answer.headers["Location"] == "https://dealer.example/a%C3%A4photo.jpg?x=1"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_form_that_the_page_wrote_is_shown_until_the_larger_one_is_ours(served: Served) -> None:
    image = served.add_image(served.add_vehicle(), image_url="https://dealer.example/7-210x138.jpg")

    assert served.ask(f"/i/{image}").headers["Location"] == "https://dealer.example/7-210x138.jpg"


def test_s04_the_same_address_shows_our_copy_from_the_moment_it_is_ours(served: Served, jpeg: Jpeg) -> None:
    image = served.add_image(served.add_vehicle())
    assert served.ask(f"/i/{image}").status == 302

    served.make_ours(image, jpeg())

    assert served.ask(f"/i/{image}").body == jpeg()


def test_s02_a_picture_is_served_with_our_type_and_a_closed_policy(served: Served, jpeg: Jpeg) -> None:
    image = served.add_image(served.add_vehicle(), mime_type="text/html")
    served.make_ours(image, jpeg())

    headers = served.ask(f"/i/{image}").headers

    assert headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_s03_who_has_the_photo_already_gets_304(served: Served, jpeg: Jpeg) -> None:
    image = served.add_image(served.add_vehicle())
    served.make_ours(image, jpeg())
    etag = served.ask(f"/i/{image}").headers["ETag"]

    answers = [served.ask(f"/i/{image}", If_None_Match=text) for text in (etag, f'"x", W/{etag}', "*")]

    assert [(answer.status, answer.body) for answer in answers] == [(304, b"")] * 3
    assert served.ask(f"/i/{image}", If_None_Match='"x"').status == 200


def test_s03_head_tells_the_size_and_sends_nothing(served: Served, jpeg: Jpeg) -> None:
    image = served.add_image(served.add_vehicle())
    served.make_ours(image, jpeg())

    answer = served.ask(f"/i/{image}", "HEAD")

    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(jpeg())


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-9", slice(0, 10)), ("bytes=10-", slice(10, None)), ("bytes=-7", slice(-7, None))],
)
def test_s03_one_range_gets_that_part(served: Served, jpeg: Jpeg, asked: str, part: slice) -> None:
    image = served.add_image(served.add_vehicle())
    served.make_ours(image, jpeg())

    answer = served.ask(f"/i/{image}", Range=asked)

    assert (answer.status, answer.body) == (206, jpeg()[part])
    start = range(len(jpeg()))[part].start
    assert answer.headers["Content-Range"] == f"bytes {start}-{start + len(answer.body) - 1}/{len(jpeg())}"


@pytest.mark.parametrize("asked", [",".join(["bytes=0-1"] + ["0-1"] * 999), "bytes=9-3", "lines=1-2", "bytes=-", "x"])
def test_s03_a_thousand_ranges_or_none_at_all_get_the_whole_once(served: Served, jpeg: Jpeg, asked: str) -> None:
    image = served.add_image(served.add_vehicle())
    served.make_ours(image, jpeg())

    answer = served.ask(f"/i/{image}", Range=asked)

    assert (answer.status, answer.body) == (200, jpeg())


def test_s03_a_range_behind_the_end_gets_416(served: Served, jpeg: Jpeg) -> None:
    image = served.add_image(served.add_vehicle())
    served.make_ours(image, jpeg())

    answer = served.ask(f"/i/{image}", Range="bytes=999999-")

    assert answer.status == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(jpeg())}"


def test_a_range_of_another_version_gets_the_whole(served: Served, jpeg: Jpeg) -> None:
    image = served.add_image(served.add_vehicle())
    served.make_ours(image, jpeg())

    assert served.ask(f"/i/{image}", Range="bytes=0-9", If_Range='"older"').status == 200


def test_a_removed_photo_is_410(served: Served) -> None:
    image = served.add_image(served.add_vehicle(), is_external=False, status="removed")

    assert served.ask(f"/i/{image}").status == 410


@pytest.mark.parametrize(
    "name", ["0", "999", "-1", "x", "1e3", "9" * 30, "%00", "..%2f..%2fetc%2fpasswd", "%C0%AE", "²"]
)
def test_s01_what_is_no_photo_of_ours_is_404(served: Served, name: str) -> None:
    served.add_image(served.add_vehicle())

    answer = served.ask(f"/i/{name}" if name.isascii() else "/i/%C2%B2")

    assert answer.status == 404


@pytest.mark.parametrize(
    "path", ["../secret.jpg", "/etc/passwd", "aa/\\..\\secret.jpg", "aa/link.jpg", "aa", "aa/x.svg"]
)
def test_s01_a_path_that_leaves_the_store_is_not_followed(served: Served, tmp_path: Path, path: str) -> None:
    """Not even where the row itself says so; the dealer's photo shows instead."""
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (served.store / "aa").mkdir()
    (served.store / "aa" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (served.store / "aa" / "x.svg").write_bytes(b"<svg/>")
    image = served.add_image(served.add_vehicle(), is_external=False, status="stored", storage_path=path)

    answer = served.ask(f"/i/{image}")

    assert (answer.status, answer.body) == (302, b"")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/a.jpg", "http://2130706433/", "http://10.0.0.7/cam", "file:///etc/passwd", "javascript:1"]
)
def test_s06_an_internal_url_never_reaches_the_browser(served: Served, url: str) -> None:
    vehicle = served.add_vehicle()
    image = served.add_image(vehicle, source_url=url)

    answers = [served.ask(path) for path in (f"/i/{image}", f"/vehicles/{vehicle}", "/", f"/api/vehicles/{vehicle}")]

    assert [answer.status for answer in answers] == [200] * 4
    assert answers[0].headers["Content-Type"] == "image/svg+xml"
    assert not any(url in answer.text or url in str(answer.headers) for answer in answers)


def test_what_the_operator_opened_is_sent(serve: Serve) -> None:
    served = serve(allowed_networks="127.0.0.0/8")
    image = served.add_image(served.add_vehicle(), source_url="http://127.0.0.1:9999/a.jpg")

    assert served.ask(f"/i/{image}").headers["Location"] == "http://127.0.0.1:9999/a.jpg"


def test_with_a_public_address_our_copy_is_shown_from_there(serve: Serve, jpeg: Jpeg) -> None:
    served = serve(public_image_url="https://photos.example/cars")
    image = served.add_image(served.add_vehicle())
    storage_path = served.make_ours(image, jpeg())

    answer = served.ask(f"/i/{image}")

    assert (answer.status, answer.headers["Location"]) == (302, f"https://photos.example/cars/{storage_path}")


def test_a_photo_of_a_hidden_vehicle_is_not_shown(served: Served) -> None:
    image = served.add_image(served.add_vehicle(is_public=False))

    assert served.ask(f"/i/{image}").status == 404


def test_a_copy_that_vanished_falls_back_to_the_dealer(served: Served, jpeg: Jpeg) -> None:
    image = served.add_image(served.add_vehicle())
    storage_path = served.make_ours(image, jpeg())
    (served.store / storage_path).unlink()

    assert served.ask(f"/i/{image}").headers["Location"].startswith("https://dealer.example/")


def test_a_photo_that_was_given_up_still_leads_to_the_dealer(served: Served) -> None:
    image = served.add_image(served.add_vehicle())
    with writing(served.engine) as connection:
        connection.execute(update(vehicle_images).values(status="failed", failure_kind="timeout"))

    assert served.ask(f"/i/{image}").status == 302


def test_s05_slow_readers_hold_no_file_and_no_thread(served: Served) -> None:
    """Each has asked for 8 MB and reads none of it: once what the sockets take is sent, no file is open."""
    image = served.add_image(served.add_vehicle())
    served.make_ours(image, os.urandom(8_000_000))
    with ExitStack() as slow:
        for _ in range(60):
            reader = slow.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=10))
            reader.sendall(f"GET /i/{image} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert reader.recv(100).startswith(b"HTTP/1.1 200")

        assert served.ask(f"/i/{image}", "HEAD").status == 200
        wait_until(lambda: not _open_photos())
        assert threading.active_count() < 60


def _open_photos() -> list[str]:
    open_files = [os.path.realpath(entry) for entry in Path("/proc/self/fd").iterdir()]
    return [name for name in open_files if name.endswith(".jpg")]
