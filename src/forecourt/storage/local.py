"""The photo store as a folder.

A reader, or a crash at any point, sees the whole file or none: `keeper.py` brings it to its place. Downloads live in
`.tmp/<uuid>/`, one folder a process, whose lock tells the living from the dead: what a dead process left is swept when
the next one opens the store.
"""

import errno
import fcntl
import os
import shutil
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from forecourt import process_lock
from forecourt.errors import StoreUnavailable, WrongUse
from forecourt.storage.keeping import Keeping

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
        self._keeping = Keeping(root)
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
        if self._place(storage_path) is None:
            raise ValueError(f"not a storage path: {storage_path!r}")
        error = await self._keeping.keep(storage_path, file)
        if error is not None:
            raise self._unavailable(error)

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
        self._keeping.close()
        if self._lock is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)
            os.close(self._lock)
            self._lock = None

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
