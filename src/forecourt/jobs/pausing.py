"""pause and resume."""

from sqlalchemy import Engine

from forecourt.db import pauses
from forecourt.db.engine import database_now, writing
from forecourt.errors import WrongUse
from forecourt.jobs.report import Report


def pause(engine: Engine, *, reason: str) -> Report:
    """Nothing new begins."""
    if not reason.strip() or not reason.isprintable():
        raise WrongUse("--reason must be one line of printable text")
    with writing(engine) as connection:
        pauses.pause(connection, reason=reason, now=database_now(connection))
    line = "Nothing new begins; `forecourt resume` ends the pause."
    return Report({"success": True, "paused": True, "reason": reason}, (line,))


def resume(engine: Engine) -> Report:
    """On again."""
    with writing(engine) as connection:
        was_paused = pauses.resume(connection)
    line = "The pause is over." if was_paused else "Nothing was paused."
    return Report({"success": True, "paused": False, "was_paused": was_paused}, (line,))
