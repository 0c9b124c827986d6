"""The operator's pause: one row for all workers of all machines, at most."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from forecourt.db.tables import pauses


@dataclass(frozen=True)
class Pause:
    """Since when nothing new begins, and why."""

    reason: str
    since: datetime

    def __str__(self) -> str:
        return f"paused since {self.since:%Y-%m-%d %H:%M:%S} UTC ({self.reason})"


def pause(connection: Connection, *, reason: str, now: datetime) -> None:
    """on or paused → paused for this reason; the moment of the first one stays."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = dialect.insert(pauses).values(id=1, reason=reason, since=now)
    connection.execute(row.on_conflict_do_update(index_elements=["id"], set_={"reason": reason}))


def resume(connection: Connection) -> bool:
    """paused → on. False: it was on."""
    return connection.execute(delete(pauses)).rowcount > 0


def current(connection: Connection) -> Pause | None:
    """None where nothing is paused."""
    row = connection.execute(select(pauses)).one_or_none()
    return None if row is None else Pause(row.reason, row.since)
