"""The keeper, and it notes what it does, where its worker was told to (counting_program.py)."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from counting_program import notes

from forecourt.storage import keeper
from forecourt.storage.volume import Volume


def main() -> None:
    """As the real one."""
    given = Path(f"/proc/{os.getppid()}/cmdline").read_bytes().split(b"\0")
    note = notes(Path(given[2].decode()))

    def noted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> None:
            real(*arguments)
            note(name)

        return call

    os.fsync = noted("fsync", os.fsync)
    os.rename = noted("rename", os.rename)
    setattr(Volume, "sync", noted("sync", Volume.sync))  # noqa: B010 (mypy)
    keeper.main()
