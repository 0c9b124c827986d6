"""Listings that vanish: what an inventory no longer names is counted, and asked for before the others.

The importer reads what is asked for, and its page decides: gone, sold, or still there. A listing that a feed tells
without a page has nobody else to ask: when the feed has missed it twice, it is gone.
"""

from collections.abc import Container
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from forecourt.db import hosts, import_queue, listings, listings_seen
from forecourt.db.engine import database_now
from forecourt.db.image_places import assign_priorities
from forecourt.db.listings_seen import Counted
from forecourt.db.organizations import Organization
from forecourt.fetch.address import host_of
from forecourt.jobs.house import House

_log = structlog.get_logger()


async def count_listings(
    house: House, organization: Organization, named: Container[str], *, gap: str | None, began_at: datetime
) -> Counted:
    """Note which of an organization's listings a reading of its inventory names, and which it misses.

    Args:
        named: What the reading gave.
        gap: Why it is not the whole inventory; then it changes nothing.
        began_at: When it began, by the database's clock.
    """
    organization_id = organization.organization_id
    if gap is not None:
        active = await house.database.read(lambda connection: listings_seen.active(connection, organization_id))
        return Counted(active, missing=0, unchanged_because=gap if active else None)
    cap = house.settings.max_images_per_vehicle
    counted = await house.database.write(
        lambda connection: _count(connection, organization, named, cap=cap, began_at=began_at)
    )
    if counted.unchanged_because:
        _log.warning("inventory.changes_nothing", organization=organization.website, reason=counted.unchanged_because)
    return counted


def _count(
    connection: Connection, organization: Organization, named: Container[str], *, cap: int, began_at: datetime
) -> Counted:
    now = database_now(connection)
    organization_id = organization.organization_id
    counted = listings_seen.count(connection, organization_id, named, began_at=began_at, now=now)
    without_page = {url for url in counted.asked if url.startswith(f"{organization.feed_url}#")}
    asked = [url for url in counted.asked if url not in without_page]
    if asked:
        host_ids = hosts.ids_of(connection, {host_of(url) for url in asked})
        urls = [(url, host_ids[host_of(url)]) for url in asked]
        import_queue.ask_first(connection, organization_id, urls, now=now)
    for url in without_page:
        gone = listings.vanish(connection, organization_id=organization_id, listing_url=url)
        assign_priorities(connection, gone, cap=cap, now=now)
    return replace(counted, asked=asked, gone=len(without_page))
