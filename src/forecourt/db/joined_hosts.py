"""Rows of a host that was joined to another → rows of that one, in batches."""

from sqlalchemy import Engine, Table, and_, select, text, true, update

from forecourt.db.engine import reading, writing
from forecourt.db.tables import IMAGE_READY, QUEUE_READY, hosts, import_queue, vehicle_images

_BATCH = 1000
_READY = ((vehicle_images, IMAGE_READY), (import_queue, QUEUE_READY))


def gather(engine: Engine, host_id: int) -> int:
    """All external images and queue entries of those that were joined to this host → its own; their number.

    What a worker settles at that moment is passed over and looked for again.
    """
    moved = 0
    while number := sum(_gather(engine, table, host_id) for table in (vehicle_images, import_queue)):
        moved += number
    return moved


def gather_late(engine: Engine) -> None:
    """Ready rows that an import wrote down for a joined host while it was being joined → rows of its leader."""
    with reading(engine) as connection:
        pairs = connection.execute(select(hosts.c.id, hosts.c.joined_to).where(hosts.c.joined_to.is_not(None))).all()
        late = [
            (table, follower, leader)
            for follower, leader in pairs
            for table, ready in _READY
            if connection.scalar(select(table.c.id).where(text(ready), table.c.host_id == follower).limit(1))
        ]
    for table, _, leader in late:
        _gather(engine, table, leader)


def _gather(engine: Engine, table: Table, host_id: int) -> int:
    joined = select(hosts.c.id).where(hosts.c.joined_to == host_id)
    theirs = and_(table.c.host_id.in_(joined), table.c.is_external if table is vehicle_images else true())
    moved, last = 0, 0
    while True:
        with writing(engine) as connection:
            some = select(table.c.id).where(table.c.id > last, theirs).order_by(table.c.id).limit(_BATCH)
            ids = connection.scalars(some.with_for_update(skip_locked=True)).all()
            connection.execute(update(table).where(table.c.id.in_(ids)).values(host_id=host_id))
        if not ids:
            return moved
        moved, last = moved + len(ids), ids[-1]
