"""robots.txt of each host, asked once a day by whoever needs it first, kept in `hosts` for all."""

import asyncio
import time
from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import Connection

from forecourt.db import host_robots, hosts
from forecourt.db.database import Database
from forecourt.db.engine import database_now
from forecourt.errors import Blocked
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.address import host_of
from forecourt.fetch.client import Fetcher
from forecourt.fetch.robots import Robots

_LAST = timedelta(hours=24)
_IN_MEMORY_SECONDS = 600.0  # then the database is looked at, which knows how old they are


class HostRules:
    """What hosts let us read. Fetcher and database are its caller's."""

    def __init__(self, *, fetcher: Fetcher, database: Database, user_agent: str) -> None:
        self._fetcher = fetcher
        self._database = database
        self._user_agent = user_agent
        self._rules: dict[str, tuple[float, Robots]] = {}  # with the moment from which they are asked for again
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def check(self, url: str, *, at_once: bool = False) -> None:
        """Raise Blocked where robots.txt keeps us out, HostTrouble where it could not be read now.

        Args:
            at_once: Raise HostTaken where it must be asked for and its host is not free now.
        """
        if not (await self.of(url, at_once=at_once)).allows(url, self._user_agent):
            raise Blocked(FailureKind.ROBOTS, f"robots.txt of {host_of(url)} keeps us out of this")

    async def of(self, url: str, *, at_once: bool = False) -> Robots:
        """The rules for a URL: from memory, from `hosts` if they are of today, else asked."""
        host = host_of(url)
        async with self._asking[host]:  # of many that are read at once one asks
            until, rules = self._rules.get(host, (0.0, None))
            if rules is None or time.monotonic() >= until:
                text = await self._database.read(lambda connection: _kept(connection, host))
                if text is None:
                    text = await self._fetcher.get_robots(url, at_once=at_once)
                    delay = Robots(text).crawl_delay(self._user_agent)
                    await self._database.write(lambda connection: _keep(connection, host, text, delay))
                rules = Robots(text)
                self._rules[host] = (time.monotonic() + _IN_MEMORY_SECONDS, rules)
            return rules


def _kept(connection: Connection, host: str) -> str | None:
    kept = host_robots.kept(connection, host)
    if kept is None or database_now(connection) - datetime.fromisoformat(kept["fetched_at"]) > _LAST:
        return None
    return str(kept["text"])


def _keep(connection: Connection, host: str, text: str, crawl_delay_seconds: float | None) -> None:
    hosts.ids_of(connection, [host])  # it may be new
    host_robots.keep(
        connection, host, rules=text, crawl_delay_seconds=crawl_delay_seconds, now=database_now(connection)
    )
