"""hosts: list, pause, resume, set, join."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from forecourt.db import host_list, joined_hosts, troubled_rows
from forecourt.db.engine import database_now, reading, writing
from forecourt.db.host_list import MOST_COUNTED, ListedHost
from forecourt.db.hosts import Manners
from forecourt.errors import Trouble, WrongUse
from forecourt.fetch.address import host_of
from forecourt.jobs.report import Report
from forecourt.settings import Settings


@dataclass(frozen=True)
class Known:
    """A host that we have a row of; its name is in its usual spelling."""

    host_id: int
    name: str


def everyone(engine: Engine, settings: Settings, *, paused: bool, limit: int) -> Report:
    """Paused ones first, then those in trouble, then by name."""
    manners = Manners(settings.host_interval_seconds, settings.host_concurrency)
    with reading(engine) as connection:
        now = database_now(connection)
        found = host_list.listed(connection, paused=paused, limit=limit, manners=manners, now=now)
    return Report({"items": [_as_json(each) for each in found]}, tuple(map(_line, found)) or ("There are none.",))


def pause(engine: Engine, name: str, *, reason: str) -> Report:
    """Nobody asks it until it is resumed."""
    reason = " ".join(reason.split())
    if not reason:
        raise WrongUse("--reason is empty")
    with writing(engine) as connection:
        host = _known(connection, name)
        host_list.pause(connection, host.host_id, reason=reason)
    return Report({"success": True, "host": host.name, "paused_reason": reason}, (f"{host.name} is paused: {reason}.",))


def resume(engine: Engine, name: str) -> Report:
    """It may be asked again."""
    with writing(engine) as connection:
        host = _known(connection, name)
        reason = host_list.resume(connection, host.host_id)
    line = f"{host.name} was not paused." if reason is None else f"{host.name} is asked again; it was paused: {reason}."
    return Report({"success": True, "host": host.name, "was_paused": reason is not None}, (line,))


def set_pace(
    engine: Engine, settings: Settings, name: str, *, interval: float | None, concurrency: int | None, usual: bool
) -> Report:
    """A pace of its own, or the settings' again."""
    if interval is None and concurrency is None and not usual:
        raise WrongUse("nothing to set: give --interval, --concurrency or --usual")
    with writing(engine) as connection:
        host = _known(connection, name)
        host_list.set_pace(
            connection, host.host_id, interval_seconds=interval, max_concurrency=concurrency, usual=usual
        )
        pace = host_list.pace_of(connection, host.host_id)
    seconds = settings.host_interval_seconds if pace.interval_seconds is None else pace.interval_seconds
    most = pace.max_concurrency or settings.host_concurrency
    answer = {"success": True, "host": host.name, "interval_seconds": seconds, "max_concurrency": most}
    return Report(answer, (f"{host.name}: {seconds:g} s between the starts of requests, {most} at once.",))


def join(engine: Engine, name: str, others: Sequence[str], *, dry_run: bool) -> Report:
    """One lease, one interval and one concurrency for all of them."""
    if not others:
        raise WrongUse(f"nothing to join to {name}: name another host")
    with writing(engine) as connection:
        first, *rest = (_known(connection, each) for each in dict.fromkeys(map(_usual, (name, *others))))
        if not rest:
            raise WrongUse(f"{first.name} is one host already")
        if not dry_run:
            host_list.join(connection, first.host_id, [each.host_id for each in rest])
    names = [each.name for each in rest]
    answer = {"success": True, "host": first.name, "joined": names}
    if dry_run:
        return Report(answer | {"rows": 0}, (f"{first.name} and {', '.join(names)} would be one host.",))
    rows = joined_hosts.gather(engine, first.host_id)
    line = f"{first.name} and {', '.join(names)} are one host; {rows} photos and listings follow."
    return Report(answer | {"rows": rows}, (line,))


def _known(connection: Connection, name: str) -> Known:
    """A host that is one for itself, or the first of several that were joined."""
    usual = _usual(name)
    found = host_list.find(connection, usual)
    if found is None:
        alike = troubled_rows.hosts_like(connection, usual) or []
        raise WrongUse(f"there is no host {usual}; there is {', '.join(alike) or 'none yet'}")
    host_id, leader = found
    if leader is not None:
        raise WrongUse(f"{usual} was joined to {leader}; name that one")
    return Known(host_id, usual)


def _usual(name: str) -> str:
    """The spelling in our rows of a name or a URL."""
    try:
        return host_of(name if "://" in name else f"http://{name}/")
    except Trouble as trouble:
        raise WrongUse(f"{name!r} is no host: {trouble.detail}") from trouble


def _as_json(host: ListedHost) -> dict[str, object]:
    return {
        "host": host.host,
        "joined": list(host.joined),
        "held_by": host.held_by,
        "interval_seconds": host.interval_seconds,
        "max_concurrency": host.max_concurrency,
        "waits_until": host.waits_until and host.waits_until.isoformat(),
        "troubles": host.troubles,
        "paused_reason": host.paused_reason,
        "photos_ready": host.photos_ready,
    }


def _line(host: ListedHost) -> str:
    ready = f"{host.photos_ready:,} photos ready" if host.photos_ready < MOST_COUNTED else f"{MOST_COUNTED:,} or more"
    told = [host.host, f"{host.interval_seconds:g} s, {host.max_concurrency} at once", ready]
    if host.joined:
        told.append(f"with {', '.join(host.joined)}")
    if host.held_by:
        told.append(f"held by {host.held_by}")
    if host.waits_until:
        told.append(f"waits until {host.waits_until:%Y-%m-%d %H:%M:%S} UTC")
    if host.troubles:
        told.append(f"troubles in a row: {host.troubles}")
    if host.paused_reason:
        told.append(f"paused: {host.paused_reason}")
    return "  ".join(told)
