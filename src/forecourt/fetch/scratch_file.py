"""A file without a name, for what is read once and then forgotten: no crash leaves it behind."""

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from forecourt.errors import StoreUnavailable


class ScratchFile:
    """A context manager; leaving it lets go of the bytes.

    Raises:
        StoreUnavailable: The folder is missing, full or read-only: our trouble, not the feed's.
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

    def write(self, data: bytes) -> None:
        """Append."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise _unavailable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()


def _unavailable(error: OSError) -> StoreUnavailable:
    return StoreUnavailable(f"a feed cannot be kept while it is read: {error.strerror}")
