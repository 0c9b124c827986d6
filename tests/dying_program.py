"""`forecourt`, but it stops dead at a point between claim and lease release: `dying_program.py POINT COMMAND …`

The program knows nothing of this. Before its main is called, the function at the point is wrapped: the real one runs,
and the process sends itself SIGKILL before it begins or when it has ended. No handler, no `finally` and no buffer
tidies up after that, and the code that dies is the code that is shipped.
"""

import inspect
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from threading import Event
from typing import Any

import dying_keeper
from sqlalchemy.engine.default import DefaultDialect

from forecourt import backfill, settling
from forecourt.cli import main
from forecourt.db import hosts
from forecourt.fetch.body import Body
from forecourt.fetch.files import NewFile
from forecourt.photo.verify import Verifier
from forecourt.storage import keeping
from forecourt.storage.local import LocalStore

PROGRAM = Path(__file__)
_settled = Event()


def _die_before(owner: Any, name: str, *, if_so: Callable[[], object] = lambda: True) -> None:
    _wrap(owner, name, before=lambda: _die() if if_so() else None)


def _die_after(owner: Any, name: str, *, if_so: Callable[[], object] = lambda: True) -> None:
    _wrap(owner, name, after=lambda: _die() if if_so() else None)


def _die_with_the_keeper() -> None:
    keeping._KEEPER = dying_keeper.__name__


def _once_settled(die: Callable[..., None], owner: Any, name: str) -> None:
    """Not the commit of a claim or a heartbeat, but the one that makes the photo ours, or what comes behind it."""
    _wrap(settling, "settle", after=_settled.set)
    die(owner, name, if_so=_settled.is_set)


# In the order of their coming, each with what a death there leaves: of the photo, and of its row.
POINTS: dict[str, tuple[Callable[[], None], str]] = {
    "claim": (lambda: _die_before(backfill, "backfill_one"), "nothing"),
    "headers": (lambda: _die_after(Body, "begin"), "a request"),
    "half a body": (lambda: _die_after(NewFile, "write"), "a part"),
    "whole body": (lambda: _die_after(NewFile, "keep"), "all of it"),
    "verify": (lambda: _die_after(Verifier, "verify"), "all of it"),
    dying_keeper.BEFORE_SYNC: (_die_with_the_keeper, "all of it"),
    dying_keeper.AFTER_SYNC: (_die_with_the_keeper, "all of it"),
    dying_keeper.AFTER_RENAME: (_die_with_the_keeper, "an orphan"),
    "stored": (lambda: _die_after(LocalStore, "put"), "an orphan"),
    "before the commit": (lambda: _once_settled(_die_before, DefaultDialect, "do_commit"), "an orphan"),
    "after the commit": (lambda: _once_settled(_die_after, DefaultDialect, "do_commit"), "a stored photo"),
    "before the lease is let go": (lambda: _once_settled(_die_before, hosts, "release"), "a stored photo"),
}


def _wrap(
    owner: Any, name: str, *, before: Callable[[], None] = lambda: None, after: Callable[[], None] = lambda: None
) -> None:
    real = getattr(owner, name)

    @wraps(real)
    def plain(*given: Any, **named: Any) -> Any:
        before()
        result = real(*given, **named)
        after()
        return result

    @wraps(real)
    async def awaited(*given: Any, **named: Any) -> Any:
        before()
        result = await real(*given, **named)
        after()
        return result

    setattr(owner, name, awaited if inspect.iscoroutinefunction(real) else plain)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    install, _ = POINTS[sys.argv.pop(1)]
    install()
    sys.exit(main())
