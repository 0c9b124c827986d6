"""Listings that vanish: what an inventory no longer names is counted, and asked for before the others.

The importer reads what is asked for, and its page decides: gone, sold, or still there.
"""

from collections.abc import Collection
from datetime import datetime

import structlog
from sqlalchemy import Connection

from forecourt.db import hosts, import_queue, listings_seen
from forecourt.db.engine import database_now
from forecourt.db.listings_seen import Counted
from forecourt.db.organizations import Organization
from forecourt.discovery import Found
from forecourt.fetch.address import host_of
from forecourt.jobs.house import House

_log = structlog.get_logger()


async def count_listings(house: House, organization: Organization, found: Found, *, began_at: datetime) -> Counted:
    """Note which of an organization's listings a reading of its inventory names, and which it misses.

    Args:
        found: What the reading gave. One that is not complete changes nothing.
        began_at: When it began, by the database's clock.
    """
    organization_id = organization.organization_id
    if found.incomplete_because is not None:
        active = await house.database.read(lambda connection: listings_seen.active(connection, organization_id))
        return Counted(active, missing=0, unchanged_because=found.incomplete_because if active else None)
    named = found.listing_urls.keys()
    counted = await house.database.write(lambda connection: _count(connection, organization_id, named, began_at))
    if counted.unchanged_because:
        _log.warning("inventory.changes_nothing", organization=organization.website, reason=counted.unchanged_because)
    return counted


def _count(connection: Connection, organization_id: int, named: Collection[str], began_at: datetime) -> Counted:
    now = database_now(connection)
    counted = listings_seen.count(connection, organization_id, named, began_at=began_at, now=now)
    if counted.asked:
        host_ids = hosts.ids_of(connection, {host_of(url) for url in counted.asked})
        urls = [(url, host_ids[host_of(url)]) for url in counted.asked]
        import_queue.ask_first(connection, organization_id, urls, now=now)
    return counted
