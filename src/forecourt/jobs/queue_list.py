"""import-queue add, list and retry."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine

from forecourt.db import hosts, import_queue, import_queue_admin, organizations
from forecourt.db.engine import database_now, reading, writing
from forecourt.errors import Trouble, WrongUse
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.address import host_of, judge_url
from forecourt.jobs.organization_list import normalised_website
from forecourt.jobs.report import Report
from forecourt.settings import Settings

_STATUSES = ("pending", "complete", "failed", "duplicate", "rejected")


@dataclass(frozen=True)
class Wanted:
    """Which entries; None is all."""

    status: str | None
    failure_kind: str | None
    organization_id: int | None

    def __post_init__(self) -> None:
        """Refuse words that no entry has."""
        if self.status is not None and self.status not in _STATUSES:
            raise WrongUse(f"--status {self.status}: there is {', '.join(_STATUSES)}")
        if self.failure_kind is not None and self.failure_kind not in set(FailureKind):
            raise WrongUse(f"--failure-kind {self.failure_kind}: there is {', '.join(FailureKind)}")


def add(engine: Engine, settings: Settings, urls: Sequence[str], *, organization_id: int | None) -> Report:
    """Queue them, all or none."""
    if not urls:
        raise WrongUse("no URL was given")
    for url in urls:
        try:
            judge_url(url, allowed_networks=settings.allowed_networks)
        except Trouble as trouble:
            raise WrongUse(f"a URL cannot be asked: {trouble.detail}") from trouble
    with writing(engine) as connection:
        now = database_now(connection)
        if organization_id is not None and not organizations.exists(connection, organization_id):
            raise WrongUse(f"there is no organization {organization_id}; `forecourt organizations list` shows them")
        host_ids = hosts.ids_of(connection, {host_of(url) for url in urls})
        reread = timedelta(0)  # a person who names a listing wants it read
        done = [
            import_queue.enqueue(
                connection,
                organization_id or _organization_of(connection, url),
                [(url, host_ids[host_of(url)])],
                reread=reread,
                now=now,
            )
            for url in dict.fromkeys(urls)
        ]
    added, again = sum(each.added for each in done), sum(each.again for each in done)
    answer = {"success": True, "added": added, "again": again, "known": len(done) - added - again}
    return Report(answer, (f"{added} listings queued, {again} to be read again, {answer['known']} waiting already.",))


def entries(engine: Engine, wanted: Wanted, *, limit: int) -> Report:
    """The newest."""
    with reading(engine) as connection:
        found = import_queue_admin.entries(connection, **asdict(wanted), limit=limit)
    lines = [f"{row['id']}  {row['status']}  {row['failure_kind'] or '-'}  {row['listing_url']}" for row in found]
    return Report({"items": [dict(row) for row in found]}, tuple(lines) or ("There are none.",))


def retry(engine: Engine, wanted: Wanted) -> Report:
    """Due again, with a clean record."""
    with writing(engine) as connection:
        number = import_queue_admin.retry(connection, **asdict(wanted), now=database_now(connection))
    return Report({"success": True, "retried": number}, (f"{number} listings are due again.",))


def _organization_of(connection: Connection, url: str) -> int:
    """The organization with this website. A new one is not public: one listing is no order to read a whole site."""
    parts = urlsplit(url)
    website = normalised_website(f"{parts.scheme}://{parts.netloc}")
    known = organizations.find(connection, website=website)
    if known is not None:
        return known
    now = database_now(connection)
    return organizations.put(connection, name=parts.netloc, website=website, is_public=False, now=now)[0]
