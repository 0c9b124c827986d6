"""The photo store: where the bytes live.

Paths are content-addressed, `ab/cd/<sha256>.<ext>`: twice is once. What `put` has returned for is durable.
"""

from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from forecourt.errors import SettingsError
from forecourt.storage.local import LocalStore


class PhotoStore(Protocol):
    """What the rest of the program knows of a store."""

    @property
    def scratch(self) -> Path:
        """A folder of this process, on the store's own file system, for downloads that are not proven yet."""

    async def put(self, storage_path: str, file: Path) -> None:
        """Take `file` over and make it durable under `storage_path`. Already there is success.

        Raises:
            StoreUnavailable: Full, read-only, gone. The file is removed all the same.
        """

    def free_bytes(self) -> int | None:
        """What the store can still take; None where nobody can say."""

    def path_of(self, storage_path: str) -> Path | None:
        """Where a stored file lies on this machine; None for what is not there, not ours, or not local."""

    def url(self, storage_path: str) -> str | None:
        """The public address of a stored file; None where no public URL is set."""

    def close(self) -> None:
        """Remove the scratch folder."""


def open_store(url: str, *, public_url: str | None) -> PhotoStore:
    """Open the store that FORECOURT_STORE_URL names.

    Args:
        url: `file://` and an absolute path, percent-encoded or not.
        public_url: FORECOURT_PUBLIC_IMAGE_URL, the address under which a web server shows the same folder.

    Raises:
        SettingsError: Another scheme, or a path that is not absolute.
        WrongUse: The folder cannot be written.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() != "file":
        raise SettingsError(f"FORECOURT_STORE_URL is {url!r}; supported is a folder: file:///path/to/images")
    folder = Path(unquote(rest.removeprefix("localhost")))
    if not folder.is_absolute():
        raise SettingsError(f"FORECOURT_STORE_URL is {url!r}; the path must be absolute: file:///path/to/images")
    return LocalStore(folder, public_url=public_url)
