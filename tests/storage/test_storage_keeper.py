"""The keeper's own promises: the bytes before the name, the name before the answer; whole or not there (P1, C01)."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from forecourt.storage.keeper import File, Keeper
from forecourt.storage.volume import Volume, type_of

BYTES = b"the bytes of a photo" * 1000
PLACES = ("ab/cd/abcd.jpg", "ab/ef/abef.jpg", "12/34/1234.jpg")
Open = Callable[[], Keeper]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "images/.tmp").mkdir(parents=True)
    return tmp_path / "images"


@pytest.fixture
def one_by_one(root: Path) -> Open:
    return lambda: Keeper(root, Volume(root, known=()))


@pytest.fixture
def together(root: Path) -> Open:
    """Whatever file system the tests run on: each of them has the call."""
    return lambda: Keeper(root, Volume(root, known={type_of(root) or ""}, most_waiting_kib=2**40))


@pytest.fixture(params=["one_by_one", "together"])
def keeper(request: pytest.FixtureRequest) -> Keeper:
    opened: Open = request.getfixturevalue(request.param)
    return opened()


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was synced and renamed, in order."""
    events: list[str] = []
    fsync, rename, sync = os.fsync, os.rename, Volume.sync

    def note_fsync(descriptor: int) -> None:
        events.append(f"fsync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def note_rename(old: str, new: str) -> None:
        rename(old, new)
        events.append(f"rename {Path(old).name} {Path(new).name}")

    def note_sync(volume: Volume) -> None:
        events.append("sync")
        sync(volume)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "rename", note_rename)
    monkeypatch.setattr(Volume, "sync", note_sync)
    return events


def downloads(root: Path, *places: str, data: bytes = BYTES) -> list[File]:
    files = []
    for number, place in enumerate(places):
        path = root / ".tmp" / str(number)
        path.write_bytes(data)
        files.append(File(place, str(path), len(data)))
    return files


def test_one_by_one_each_is_synced_before_it_has_its_name_and_each_folder_once_after(
    one_by_one: Open, root: Path, seen: list[str]
) -> None:
    assert one_by_one().keep(downloads(root, *PLACES)) == [None, None, None]

    assert seen == [
        *("fsync 0", "rename 0 abcd.jpg", "fsync 1", "rename 1 abef.jpg", "fsync 2", "rename 2 1234.jpg"),
        *("fsync cd", "fsync ab", "fsync images", "fsync ef", "fsync 34", "fsync 12"),
    ]


def test_together_all_bytes_are_synced_before_the_first_name_and_all_names_before_the_answer(
    together: Open, root: Path, seen: list[str]
) -> None:
    assert together().keep(downloads(root, *PLACES)) == [None, None, None]

    assert seen == ["sync", "rename 0 abcd.jpg", "rename 1 abef.jpg", "rename 2 1234.jpg", "sync"]


def test_one_alone_does_not_sync_the_whole_volume(together: Open, root: Path, seen: list[str]) -> None:
    keeper = together()

    keeper.keep(downloads(root, PLACES[0]))
    keeper.keep(downloads(root, PLACES[1]))

    assert seen == [
        *("fsync 0", "rename 0 abcd.jpg", "fsync cd", "fsync ab", "fsync images"),
        *("fsync 0", "rename 0 abef.jpg", "fsync ef", "fsync ab"),
    ]


def test_where_others_have_left_much_to_write_each_is_synced_on_its_own(root: Path, seen: list[str]) -> None:
    keeper = Keeper(root, Volume(root, known={type_of(root) or ""}, most_waiting_kib=-1))

    keeper.keep(downloads(root, *PLACES))

    assert "sync" not in seen


def test_what_is_already_there_is_synced_again(one_by_one: Open, root: Path, seen: list[str]) -> None:
    """Whoever wrote it may have died before its own fsync."""
    keeper = one_by_one()
    keeper.keep(downloads(root, PLACES[0]))
    seen.clear()

    assert keeper.keep(downloads(root, PLACES[0])) == [None]

    assert seen == ["fsync abcd.jpg", "fsync cd"]


def test_what_was_brought_to_its_place_before_a_death_is_success(keeper: Keeper, root: Path) -> None:
    files = downloads(root, *PLACES)
    keeper.keep(files[:2])

    assert keeper.keep(files) == [None, None, None]

    assert [(root / place).read_bytes() for place in PLACES] == [BYTES] * 3


def test_the_same_photo_twice_in_a_row_is_one_file(keeper: Keeper, root: Path) -> None:
    assert keeper.keep(downloads(root, PLACES[0], PLACES[0])) == [None, None]

    assert (root / PLACES[0]).read_bytes() == BYTES
    assert list((root / ".tmp").iterdir()) == []


def test_a_broken_copy_is_replaced_by_the_proven_bytes(keeper: Keeper, root: Path) -> None:
    keeper.keep(downloads(root, *PLACES, data=BYTES[:100]))

    assert keeper.keep(downloads(root, *PLACES)) == [None, None, None]

    assert [(root / place).read_bytes() for place in PLACES] == [BYTES] * 3


def test_one_that_cannot_be_kept_costs_the_others_nothing(keeper: Keeper, root: Path) -> None:
    (root / "12").write_text("a file where a folder should be")

    outcomes = keeper.keep(downloads(root, *PLACES))

    assert [error and error.errno for error in outcomes] == [None, None, errno.ENOTDIR]
    assert list((root / ".tmp").iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_nothing_keeps_nothing_and_the_downloads_are_removed(
    keeper: Keeper, root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    monkeypatch.setattr(Volume, "sync", refuse)

    outcomes = keeper.keep(downloads(root, *PLACES))

    assert [error and error.errno for error in outcomes] == [number] * 3
    assert list(root.glob("*/*/*")) == []
    assert list((root / ".tmp").iterdir()) == []


@pytest.mark.parametrize("way", ["one by one", "together"])
@pytest.mark.parametrize("event", ["os.rename", "os.mkdir", "sync 1", "sync 2", "sync 3"])
def test_c01_a_kill_in_the_middle_leaves_each_file_whole_or_not_there(root: Path, event: str, way: str) -> None:
    files = downloads(root, *PLACES)

    killed = subprocess.run([sys.executable, "-c", _KILLED, str(root), event, way, *PLACES], check=False)

    assert killed.returncode == (-9 if (event, way) != ("sync 3", "together") else 0)
    assert {path.read_bytes() for path in root.glob("*/*/*.jpg")} <= {BYTES}
    assert Keeper(root, Volume(root)).keep(files) == [None, None, None]
    assert [(root / place).read_bytes() for place in PLACES] == [BYTES] * 3


def test_only_file_systems_that_are_known_to_keep_their_word_are_synced_as_a_whole(root: Path) -> None:
    quick = partial(Volume, root, most_waiting_kib=2**40)
    here = type_of(root)
    assert here

    assert not quick(known={"fuse.sshfs", "nfs4"}).is_quickly_synced()
    assert quick(known={here}).is_quickly_synced()
    assert quick().is_quickly_synced() == (here in {"ext4", "xfs"})


# Killed right before the event: a rename or a folder as Python announces it, or the n-th sync of whatever kind.
_KILLED = """
import os, signal, sys
from pathlib import Path
from forecourt.storage.keeper import File, Keeper
from forecourt.storage.volume import Volume, type_of

root, event, way, *places = sys.argv[1:]
known = {type_of(Path(root))} if way == "together" else ()
syncs = 0

def counted(sync):
    def count(what):
        global syncs
        syncs += 1
        if event == f"sync {syncs}":
            os.kill(os.getpid(), signal.SIGKILL)
        sync(what)
    return count

def watch(name, arguments):
    if name == event:
        os.kill(os.getpid(), signal.SIGKILL)

os.fsync = counted(os.fsync)
Volume.sync = counted(Volume.sync)
sys.addaudithook(watch)
files = [File(place, f"{root}/.tmp/{number}", os.path.getsize(f"{root}/.tmp/{number}"))
         for number, place in enumerate(places)]
Keeper(Path(root), Volume(Path(root), known=known, most_waiting_kib=2**40)).keep(files)
"""
