"""The photo store as a folder.

    fsync the file → rename it to its place → fsync the folders

A reader, or a crash at any point, sees the whole file or none. Downloads live in `.tmp/<uuid>/`, one folder a process,
whose lock tells the living from the dead: what a dead process left is swept when the next one opens the store.
"""

import asyncio
import errno
import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from forecourt import process_lock
from forecourt.errors import StoreUnavailable, WrongUse

_SCRATCH = ".tmp"
_LOCK = "lock"
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE})


class LocalStore:
    """A folder of content-addressed files. Open it once per process.

    Raises:
        WrongUse: The folder cannot be made or written.
    """

    def __init__(self, root: Path, *, public_url: str | None) -> None:
        self._root = root
        self._public_url = public_url.rstrip("/") if public_url else None
        self._durable_folders: set[Path] = set()
        try:
            self.scratch, lock = _open_scratch(root)
        except OSError as error:
            raise WrongUse(
                f"the photo store {root} cannot be written: {error.strerror}; "
                "make the folder writable for this user, or name another in FORECOURT_STORE_URL"
            ) from error
        self._lock: int | None = lock

    async def put(self, storage_path: str, file: Path) -> None:
        """Take `file` (from `scratch`) over and make it durable under `storage_path`. Already there is success.

        Raises:
            StoreUnavailable: Full, read-only, gone. The file is removed all the same.
        """
        await asyncio.to_thread(self._put, storage_path, file)

    def free_bytes(self) -> int:
        """What an unprivileged process can still write."""
        try:
            volume = os.statvfs(self._root)
        except OSError as error:
            raise self._unavailable(error) from error
        return volume.f_bavail * volume.f_frsize

    def path_of(self, storage_path: str) -> Path | None:
        """Where a stored file lies; None for what is not there, or not a plain file inside the store.

        `storage_path` may come from a URL: `..`, absolute paths, NUL, hidden names and symbolic links get None.
        """
        path = self._place(storage_path)
        if path is None:
            return None
        try:
            is_ours = path.is_file() and path.resolve() == self._root.resolve() / storage_path
        except OSError:  # a name too long, a loop of links
            return None
        return path if is_ours else None

    def url(self, storage_path: str) -> str | None:
        """The address of a stored file on the operator's own web server; None where there is none."""
        return f"{self._public_url}/{quote(storage_path)}" if self._public_url else None

    def close(self) -> None:
        """Remove the scratch folder, with what is left in it. Safe to call twice."""
        if self._lock is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)
            os.close(self._lock)
            self._lock = None

    def _put(self, storage_path: str, file: Path) -> None:
        place = self._place(storage_path)
        if place is None:
            raise ValueError(f"not a storage path: {storage_path!r}")
        try:
            # Whoever wrote it may not have synced yet, so that what is already there is synced too.
            if _size(place) == file.stat().st_size:
                _fsync(place)
            else:
                _fsync(file)
                place.parent.mkdir(parents=True, exist_ok=True)
                file.rename(place)
            self._make_durable(place.parent)
        except OSError as error:
            raise self._unavailable(error) from error
        finally:
            with suppress(OSError):  # a read-only disk keeps it; the next process sweeps
                file.unlink(missing_ok=True)

    def _make_durable(self, folder: Path) -> None:
        """The entry of a new file lies in its folder, and that of a new folder in the one above."""
        _fsync(folder)
        while folder != self._root and folder not in self._durable_folders:
            _fsync(folder.parent)
            self._durable_folders.add(folder)
            folder = folder.parent

    def _place(self, storage_path: str) -> Path | None:
        parts = storage_path.split("/")
        if "\0" in storage_path or any(not part or part.startswith(".") for part in parts):
            return None
        return self._root.joinpath(*parts)

    def _unavailable(self, error: OSError) -> StoreUnavailable:
        reason = "the folder is gone" if error.errno in _GONE else error.strerror
        return StoreUnavailable(f"the photo store {self._root}: {reason}")


def _open_scratch(root: Path) -> tuple[Path, int]:
    """Sweep what dead processes left, and make a folder of our own with a lock that we hold.

    One process at a time: between its making and its locking a folder looks dead.
    """
    above = root / _SCRATCH
    above.mkdir(parents=True, exist_ok=True)
    entrance = os.open(above / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(entrance, fcntl.LOCK_EX)
        for folder in above.iterdir():
            if folder.is_dir() and not folder.is_symlink() and not process_lock.is_held(folder / _LOCK):
                shutil.rmtree(folder, ignore_errors=True)
        scratch = above / uuid4().hex
        scratch.mkdir(mode=0o700)
        lock = process_lock.take(scratch / _LOCK)
    finally:
        os.close(entrance)
    return scratch, lock


def _size(path: Path) -> int | None:
    try:
        return path.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return None


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
