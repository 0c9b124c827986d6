"""`noting_program.py FILE COMMAND …` is `forecourt COMMAND …`, and notes down when each request starts.

The moment is that of the clock that all processes of a machine share, taken as the request is handed to its
connection. The program knows nothing of this: before its main is called, one function is wrapped.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
from yarl import URL

from forecourt.cli import main
from forecourt.fetch.session import Send


def note_starts(path: Path) -> None:
    """A line a request: the moment, and the host."""
    file = path.open("a", encoding="utf-8", buffering=1)
    get = Send.get

    async def noted(
        send: Send, url: URL, headers: dict[str, str], is_on_its_way: Callable[[], None]
    ) -> aiohttp.ClientResponse:
        def note() -> None:
            moment = time.monotonic()  # before the program takes its own: a busy machine may stop us in between
            is_on_its_way()
            file.write(f"{moment:.6f} {url.host}\n")

        return await get(send, url, headers, note)

    Send.get = noted  # type: ignore[assignment,method-assign]  # noted, and as before


if __name__ == "__main__":
    note_starts(Path(sys.argv.pop(1)))
    sys.exit(main())
