"""import-queue add."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine

from forecourt.db import hosts, import_queue, organizations
from forecourt.db.engine import database_now, writing
from forecourt.errors import Trouble, WrongUse
from forecourt.fetch.address import host_of, judge_url
from forecourt.jobs.organization_list import normalised_website
from forecourt.jobs.report import Report
from forecourt.settings import Settings


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


def _organization_of(connection: Connection, url: str) -> int:
    """The organization with this website. A new one is not public: one listing is no order to read a whole site."""
    parts = urlsplit(url)
    website = normalised_website(f"{parts.scheme}://{parts.netloc}")
    known = organizations.find(connection, website=website)
    if known is not None:
        return known
    now = database_now(connection)
    return organizations.put(connection, name=parts.netloc, website=website, is_public=False, now=now)[0]
