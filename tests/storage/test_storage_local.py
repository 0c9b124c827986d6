"""The photo store as a folder: durable once `put` has returned, whole or not there at any time (C01, C06, S01)."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from forecourt.children.process import ChildProcess
from forecourt.errors import SettingsError, StoreUnavailable, WrongUse
from forecourt.storage import PhotoStore, open_store

BYTES = b"the bytes of a photo" * 1000
PLACE = "ab/cd/abcd.jpg"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture
def store(root: Path) -> Iterator[PhotoStore]:
    store = open_store(f"file://{root}", public_url="https://img.example/p/")
    yield store
    store.close()


def download(store: PhotoStore, data: bytes = BYTES) -> Path:
    file = store.scratch / "download"
    file.write_bytes(data)
    return file


def copied(store: PhotoStore, number: int) -> Path:
    return download(store).rename(store.scratch / str(number))


def keepers() -> list[int]:
    """Of this process."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(child) for child in children if b"storage.keeper" in Path(f"/proc/{child}/cmdline").read_bytes()]


def put(store: PhotoStore, file: Path, place: str = PLACE) -> None:
    asyncio.run(store.put(place, file))


def test_what_is_already_there_is_success(store: PhotoStore, root: Path) -> None:
    put(store, download(store))
    before = (root / PLACE).stat()

    file = download(store)
    put(store, file)

    assert (root / PLACE).stat().st_ino == before.st_ino
    assert not file.exists()


def test_what_comes_at_once_goes_to_the_disk_together(store: PhotoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    handed_over: list[int] = []
    answer = ChildProcess.answer

    async def counted(child: ChildProcess, jobs: Sequence[Any], *rest: Any, **named: Any) -> list[Any]:
        handed_over.append(len(jobs[0]["files"]))
        return await answer(child, jobs, *rest, **named)

    monkeypatch.setattr(ChildProcess, "answer", counted)

    async def all_at_once() -> None:
        await asyncio.gather(*(store.put(f"ab/cd/{number}.jpg", copied(store, number)) for number in range(50)))

    asyncio.run(all_at_once())

    assert handed_over == [50]


def test_a_broken_copy_is_replaced_by_the_proven_bytes(store: PhotoStore, root: Path) -> None:
    (root / PLACE).parent.mkdir(parents=True)
    (root / PLACE).write_bytes(BYTES[:100])

    put(store, download(store))

    assert (root / PLACE).read_bytes() == BYTES


@pytest.mark.parametrize("together", [1, 3])
def test_a_disk_that_takes_nothing_is_said_in_one_line_and_the_downloads_removed(
    store: PhotoStore, root: Path, together: int
) -> None:
    (root / "ab").write_text("a file where a folder should be")
    files = [copied(store, number) for number in range(together)]

    async def put_all() -> list[BaseException | None]:
        return await asyncio.gather(*[store.put(PLACE, file) for file in files], return_exceptions=True)

    refused = asyncio.run(put_all())

    assert {(type(error), str(error)) for error in refused} == {
        (StoreUnavailable, f"the photo store {root}: the folder is gone")
    }
    assert not any(file.exists() for file in files)


def test_a_keeper_that_is_killed_is_replaced_and_asked_again(store: PhotoStore, root: Path) -> None:
    put(store, download(store))
    [keeper] = keepers()
    os.kill(keeper, signal.SIGKILL)

    put(store, download(store), "ab/ef/abef.jpg")

    assert (root / "ab/ef/abef.jpg").read_bytes() == BYTES
    assert keepers() != [keeper]


def test_a_store_that_is_closed_leaves_no_process(store: PhotoStore) -> None:
    put(store, download(store))

    store.close()

    assert keepers() == []


def test_a_folder_that_is_gone_is_said(store: PhotoStore, root: Path) -> None:
    file = download(store)
    root.rename(root.with_name("unmounted"))

    with pytest.raises(StoreUnavailable, match="the folder is gone"):
        put(store, file)
    with pytest.raises(StoreUnavailable, match="the folder is gone"):
        store.free_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "ab/../../secret",
        "/etc/passwd",
        "ab//cd",
        "ab/cd/\0",
        ".tmp/lock",
        "",
        ".",
        "ab",
        "link/secret",
        "ab/linked.jpg",
        "loop",
        "x" * 5000,
        "ab/cd/missing.jpg",
        "..%2fsecret",
        "..\\secret",
    ],
)
def test_s01_nothing_but_a_stored_file_has_a_path(store: PhotoStore, root: Path, path: str) -> None:
    put(store, download(store))
    (root.parent / "secret").write_text("not a photo")
    (root / "link").symlink_to(root.parent)
    (root / "ab/linked.jpg").symlink_to(root.parent / "secret")
    (root / "loop").symlink_to(root / "loop")

    assert store.path_of(path) is None
    assert store.path_of(PLACE) == root / PLACE


def test_put_takes_no_place_outside(store: PhotoStore) -> None:
    with pytest.raises(ValueError, match="not a storage path"):
        put(store, download(store), "../outside.jpg")


def test_a_store_may_itself_lie_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "images").symlink_to(tmp_path / "disk")
    store = open_store(f"file://{tmp_path}/images", public_url=None)

    put(store, download(store))

    assert store.path_of(PLACE) == tmp_path / "images" / PLACE
    assert store.url(PLACE) is None
    store.close()


def test_the_public_address_is_the_operators(store: PhotoStore) -> None:
    assert store.url(PLACE) == f"https://img.example/p/{PLACE}"


def test_free_space_is_what_the_volume_says(store: PhotoStore, root: Path) -> None:
    volume = os.statvfs(root)

    assert store.free_bytes() == pytest.approx(volume.f_bavail * volume.f_frsize, rel=0.2)


def test_what_a_dead_process_left_is_swept_and_a_living_ones_kept(store: PhotoStore, root: Path) -> None:
    file = download(store)
    subprocess.run([sys.executable, "-c", _KILLED_WITH_A_DOWNLOAD, f"file://{root}"], check=False)
    assert len(list((root / ".tmp").glob("*/*.part"))) == 1

    heir = open_store(f"file://{root}", public_url=None)

    assert list((root / ".tmp").glob("*/*.part")) == []
    assert file.exists()
    heir.close()
    assert not heir.scratch.exists()


def test_many_writers_of_one_photo_leave_one_file(store: PhotoStore, root: Path) -> None:
    files = [copied(store, number) for number in range(20)]

    async def put_all() -> None:
        await asyncio.gather(*[store.put(PLACE, file) for file in files])

    asyncio.run(put_all())

    assert sha256((root / PLACE).read_bytes()).digest() == sha256(BYTES).digest()
    assert not any(file.exists() for file in files)


def test_a_folder_that_cannot_be_written_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("a file where a folder should be")

    with pytest.raises(WrongUse, match=r"the photo store .*images cannot be written: .*FORECOURT_STORE_URL") as caught:
        open_store(f"file://{tmp_path}/images", public_url=None)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["s3://bucket", "images", "/data/images", "file://images", "file:", ""])
def test_an_address_that_is_no_folder_names_what_is_supported(url: str) -> None:
    with pytest.raises(SettingsError, match="file:///path/to/images"):
        open_store(url, public_url=None)


def test_blanks_in_the_path_may_be_encoded_or_not(tmp_path: Path) -> None:
    for name in ("my photos", "my%20photos"):
        open_store(f"file://{tmp_path}/{name}", public_url=None).close()

    assert [path.name for path in tmp_path.iterdir()] == ["my photos"]


_KILLED_WITH_A_DOWNLOAD = """
import os, signal, sys
from forecourt.storage import open_store

store = open_store(sys.argv[1], public_url=None)
(store.scratch / "half.part").write_bytes(b"x")
os.kill(os.getpid(), signal.SIGKILL)
"""
