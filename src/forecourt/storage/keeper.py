"""Files into their places in a folder, durably, many at a time: a process of its own, beside the worker.

    fsync each, rename it to its place → fsync each folder once
    or, where that is known to do the same for less: sync the volume → rename all → sync the volume

A dozen system calls a photo, some of which wait for the disk, would take the interpreter from the worker a dozen times
if a thread made them.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from forecourt.children.orphans import die_with
from forecourt.children.serving import JSON, read_orders, serve
from forecourt.storage.volume import Volume


class File(NamedTuple):
    """What is to be kept."""

    place: str  # below the folder
    path: str  # where it lies, on the same file system
    size: int  # in bytes


def main() -> None:
    """Serve one worker. The orders name the folder; a question is a list of files, the answer has an errno for each."""
    orders = read_orders()
    die_with(orders["parent_id"])
    root = Path(orders["root"])
    keeper = Keeper(root, Volume(root))

    def answer(arguments: Mapping[str, Any], _: bytes) -> JSON:
        outcomes = keeper.keep([File(*each) for each in arguments["files"]])
        return [None if error is None else error.errno for error in outcomes]

    serve(orders, answer)


class Keeper:
    """Writes into a folder of content-addressed files; others may do so too."""

    def __init__(self, root: Path, volume: Volume) -> None:
        self._root = root
        self._volume = volume
        self._durable_folders: set[Path] = set()

    def keep(self, files: Sequence[File]) -> list[OSError | None]:
        """Make each file durable at its place. One that is there already is synced again: its writer may have died.

        Returns, for each, what went wrong. No file is left where it was, however it ended.
        """
        if len(files) > 1 and self._volume.is_quickly_synced():
            return self._keep_together(files)
        return self._keep_each(files)

    def _keep_each(self, files: Sequence[File]) -> list[OSError | None]:
        outcomes = [self._put(file, sync=_fsync) for file in files]
        folders = _Synced()
        return [
            outcome or self._make_durable((self._root / file.place).parent, folders)
            for outcome, file in zip(outcomes, files, strict=True)
        ]

    def _keep_together(self, files: Sequence[File]) -> list[OSError | None]:
        try:
            self._volume.sync()
            outcomes = [self._put(file, sync=_is_synced) for file in files]
            self._volume.sync()
        except OSError as error:
            for file in files:
                _remove(file.path)
            return [error] * len(files)
        return outcomes

    def _put(self, file: File, *, sync: Callable[[str], None]) -> OSError | None:
        place = f"{self._root}/{file.place}"
        try:
            if _size(place) == file.size:
                sync(place)
                _remove(file.path)
            else:
                sync(file.path)
                _rename(file.path, place)
        except OSError as error:
            _remove(file.path)
            return error
        return None

    def _make_durable(self, folder: Path, folders: "_Synced") -> OSError | None:
        """The entry of a new file lies in its folder, and that of a new folder in the one above."""
        error = folders.sync(folder)
        while not error and folder != self._root and folder not in self._durable_folders:
            error = folders.sync(folder.parent)
            if not error:
                self._durable_folders.add(folder)
            folder = folder.parent
        return error


class _Synced:
    """Folders whose entries are on the disk, or what was in the way. Nothing changes in them meanwhile."""

    def __init__(self) -> None:
        self._outcomes: dict[Path, OSError | None] = {}

    def sync(self, folder: Path) -> OSError | None:
        if folder not in self._outcomes:
            try:
                _fsync(folder)
            except OSError as error:
                self._outcomes[folder] = error
            else:
                self._outcomes[folder] = None
        return self._outcomes[folder]


def _rename(path: str, place: str) -> None:
    try:
        os.rename(path, place)  # noqa: PTH104 (a Path costs more than the call)
    except FileNotFoundError:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        os.rename(path, place)  # noqa: PTH104


def _remove(path: str) -> None:
    with suppress(OSError):  # a read-only disk keeps it; the next process sweeps
        os.unlink(path)  # noqa: PTH108


def _is_synced(_: str) -> None:
    """With its whole volume."""


def _size(place: str) -> int | None:
    try:
        return os.stat(place, follow_symlinks=False).st_size  # noqa: PTH116
    except FileNotFoundError:
        return None


def _fsync(path: str | Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
