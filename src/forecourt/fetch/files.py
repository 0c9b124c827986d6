"""What is downloaded, written once: a photo into a file that may be kept, a feed into one without a name."""

import hashlib
import itertools
import tempfile
from contextlib import suppress
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from forecourt.errors import StoreUnavailable

_numbers = itertools.count(1)


class NewFile:
    """A context manager; leaving it removes the file, unless `keep` was called. It is hashed while it is written.

    Args:
        folder: Of this process alone.

    Raises:
        StoreUnavailable: The folder is missing, full or read-only: our trouble, not the photo's.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{next(_numbers)}.tmp"
        self._hash = hashlib.sha256()
        self._kept = False
        try:
            self._file = FileIO(self.path, "xb")
        except OSError as error:
            raise _unavailable(error) from error

    def write(self, data: bytes | memoryview) -> None:
        """Append."""
        self._hash.update(data)
        _append(self._file, data)

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


class ScratchFile:
    """A file without a name, for what is read once and then forgotten: no crash leaves it behind.

    A context manager; leaving it lets go of the bytes.

    Raises:
        StoreUnavailable: As `NewFile`.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 (we are the context)
        except OSError as error:
            raise _unavailable(error) from error

    @property
    def descriptor(self) -> int:
        """Of the open file."""
        return self._file.fileno()

    def write(self, data: bytes | memoryview) -> None:
        """Append."""
        _append(self._file, data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()


def _append(file: FileIO, data: bytes | memoryview) -> None:
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        raise _unavailable(error) from error


def _unavailable(error: OSError) -> StoreUnavailable:
    return StoreUnavailable(f"a download cannot be written: {error.strerror}")
