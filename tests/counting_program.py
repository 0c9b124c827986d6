"""`counting_program.py FILE COMMAND …` is `forecourt COMMAND …`, and notes what a photo costs, a line each time.

    open                  a file of the photo store, by the worker
    connect               to a photo server
    decoder, keeper       something is handed over to that process
    fsync, sync, rename   by the keeper: of one file or folder, of the whole volume, of one file

The program knows nothing of this: Python announces some of it, and the rest is wrapped before its main is called.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from forecourt.children.process import ChildProcess
from forecourt.cli import main
from forecourt.storage import keeping

PROGRAM = Path(__file__)


def counted(path: Path) -> Counter[str]:
    """What a run has noted."""
    return Counter(path.read_text(encoding="utf-8").split())


def _note_worker(path: Path) -> None:
    note = notes(path)
    ask, ask_at_once = ChildProcess.ask, ChildProcess.ask_at_once

    def announced(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and "/images/" in str(arguments[0]) and not str(arguments[0]).endswith("/lock"):
            note("open")
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            note("connect")

    async def asked(child: ChildProcess, jobs: Sequence[Any], *rest: Any, **named: Any) -> None:
        note("keeper" if keeping._KEEPER in str(child.process.args) else "decoder")
        await ask(child, jobs, *rest, **named)

    def asked_at_once(child: ChildProcess, jobs: Sequence[Any], descriptors: Sequence[int]) -> None:
        note("decoder")
        ask_at_once(child, jobs, descriptors)

    keeping._KEEPER = "counting_keeper"
    ChildProcess.ask = asked  # type: ignore[assignment,method-assign]  # noted, and as before
    ChildProcess.ask_at_once = asked_at_once  # type: ignore[assignment,method-assign]
    sys.addaudithook(announced)


def notes(path: Path) -> Callable[[str], None]:
    """Takes what is to be noted; several processes may."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(what: str) -> None:
        os.write(descriptor, f"{what}\n".encode())

    return note


if __name__ == "__main__":
    _note_worker(Path(sys.argv.pop(1)))
    sys.exit(main())
