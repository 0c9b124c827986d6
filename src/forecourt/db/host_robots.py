"""The robots.txt of each host, kept for all workers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from forecourt.db.hosts import CRAWL_DELAY, JOINED_DELAY
from forecourt.db.tables import hosts


def kept(connection: Connection, host: str) -> dict[str, Any] | None:
    """What `keep` has kept: {"text": …, "fetched_at": …, "crawl_delay_seconds": …}."""
    found: dict[str, Any] | None = connection.scalar(select(hosts.c.robots).where(hosts.c.host == host))
    return found if found and "text" in found else None


def keep(connection: Connection, host: str, *, rules: str, crawl_delay_seconds: float | None, now: datetime) -> None:
    """Unknown or old rules → these. Each of several joined hosts has its own; the slowest delay counts for all."""
    row = connection.execute(select(hosts.c.joined_to, hosts.c.robots).where(hosts.c.host == host)).one()
    read = {"text": rules, "fetched_at": now.isoformat(), "crawl_delay_seconds": crawl_delay_seconds}
    _write(connection, hosts.c.host == host, (row.robots or {}) | read)
    if row.joined_to is not None:
        slowest = select(func.max(CRAWL_DELAY)).where(hosts.c.joined_to == row.joined_to)
        joined = {JOINED_DELAY: connection.scalar(slowest)}
        of_leader = connection.scalar(select(hosts.c.robots).where(hosts.c.id == row.joined_to)) or {}
        _write(connection, hosts.c.id == row.joined_to, of_leader | joined)


def _write(connection: Connection, which: ColumnElement[bool], kept: Mapping[str, object]) -> None:
    connection.execute(update(hosts).where(which).values(robots=kept))
