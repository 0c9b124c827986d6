"""The photo store as a folder: durable once `put` has returned, whole or not there at any time (C01, C06, S01)."""

import asyncio
import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

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


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What reached the disk, in order, by the name it had then."""
    paths: list[Path] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        paths.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return paths


def download(store: PhotoStore, data: bytes = BYTES) -> Path:
    file = store.scratch / "download"
    file.write_bytes(data)
    return file


def put(store: PhotoStore, file: Path, place: str = PLACE) -> None:
    asyncio.run(store.put(place, file))


def test_the_bytes_are_synced_before_they_have_their_name_and_the_folders_after(
    store: PhotoStore, root: Path, synced: list[Path]
) -> None:
    file = download(store)

    put(store, file)

    assert (root / PLACE).read_bytes() == BYTES
    assert synced == [file, root / "ab/cd", root / "ab", root]
    assert not file.exists()


def test_what_is_already_there_is_success_and_synced_again(store: PhotoStore, root: Path, synced: list[Path]) -> None:
    """Whoever wrote it may have died before its own fsync."""
    put(store, download(store))
    before = (root / PLACE).stat()
    synced.clear()

    file = download(store)
    put(store, file)

    assert synced == [root / PLACE, root / "ab/cd"]
    assert (root / PLACE).stat().st_ino == before.st_ino
    assert not file.exists()


def test_a_broken_copy_is_replaced_by_the_proven_bytes(store: PhotoStore, root: Path) -> None:
    (root / PLACE).parent.mkdir(parents=True)
    (root / PLACE).write_bytes(BYTES[:100])

    put(store, download(store))

    assert (root / PLACE).read_bytes() == BYTES


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_nothing_is_said_in_one_line_and_the_download_removed(
    store: PhotoStore, root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    file = download(store)

    with pytest.raises(StoreUnavailable, match=f"the photo store {root}: {os.strerror(number)}"):
        put(store, file)

    assert not file.exists()
    assert not (root / PLACE).exists()


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


@pytest.mark.parametrize("event", ["os.rename", "os.mkdir", "fsync 1", "fsync 2", "fsync 3"])
def test_c01_a_kill_in_the_middle_of_put_leaves_the_whole_file_or_none(root: Path, event: str) -> None:
    url = f"file://{root}"

    killed = subprocess.run([sys.executable, "-c", _KILLED_IN_PUT, url, event, PLACE], input=BYTES, check=False)

    assert killed.returncode == -9
    found = [path.read_bytes() for path in root.glob("*/*/*.jpg")]
    assert found in ([], [BYTES])
    heir = open_store(url, public_url=None)
    put(heir, download(heir))
    assert (root / PLACE).read_bytes() == BYTES
    assert sorted(path.name for path in (root / ".tmp").iterdir()) == sorted(["lock", heir.scratch.name])
    heir.close()


def test_many_writers_of_one_photo_leave_one_file(store: PhotoStore, root: Path) -> None:
    files = []
    for number in range(20):
        file = store.scratch / str(number)
        file.write_bytes(BYTES)
        files.append(file)

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

# Killed right before the event: a rename or a folder as Python announces it, or the n-th fsync.
_KILLED_IN_PUT = """
import asyncio, os, signal, sys
from forecourt.storage import open_store

url, event, place = sys.argv[1:]
store = open_store(url, public_url=None)
file = store.scratch / "download"
file.write_bytes(sys.stdin.buffer.read())
syncs = 0
fsync = os.fsync

def counted(descriptor):
    global syncs
    syncs += 1
    if event == f"fsync {syncs}":
        os.kill(os.getpid(), signal.SIGKILL)
    fsync(descriptor)

def watch(name, arguments):
    if name == event:
        os.kill(os.getpid(), signal.SIGKILL)

os.fsync = counted
sys.addaudithook(watch)
asyncio.run(store.put(place, file))
"""
