"""A file that is written once, hashed while it is written, and gone again unless somebody keeps it."""

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from forecourt.errors import StoreUnavailable


class NewFile:
    """A context manager; leaving it removes the file, unless `keep` was called.

    Raises:
        StoreUnavailable: The folder is missing, full or read-only: our trouble, not the photo's.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{secrets.token_hex(16)}.tmp"
        self._hash = hashlib.sha256()
        self._kept = False
        try:
            self._file = self.path.open("xb", buffering=0)
        except OSError as error:
            raise _unavailable(error) from error

    def write(self, data: bytes) -> None:
        """Append."""
        self._hash.update(data)
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise _unavailable(error) from error

    def keep(self) -> str:
        """The file stays. Returns its sha256, in hex."""
        try:
            self._file.close()
        except OSError as error:
            raise _unavailable(error) from error
        self._kept = True
        return self._hash.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._kept:
            return
        with suppress(OSError):  # a full disk may complain again; what matters is on its way up already
            self._file.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def _unavailable(error: OSError) -> StoreUnavailable:
    return StoreUnavailable(f"a download cannot be written: {error.strerror}")
