"""What an operator sees of the import queue, and sends back into it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, select, true, update

from forecourt.db.tables import import_queue


def entries(
    connection: Connection, *, status: str | None, failure_kind: str | None, organization_id: int | None, limit: int
) -> Sequence[RowMapping]:
    """The newest first."""
    found = select(import_queue).where(_matching(status, failure_kind, organization_id))
    return connection.execute(found.order_by(import_queue.c.id.desc()).limit(limit)).mappings().all()


def retry(
    connection: Connection, *, status: str | None, failure_kind: str | None, organization_id: int | None, now: datetime
) -> int:
    """failed, rejected or waiting → pending and due now, with a clean record. What is held is left alone."""
    trouble = and_(
        _matching(status, failure_kind, organization_id),
        import_queue.c.failure_kind.is_not(None),
        import_queue.c.lease_owner.is_(None),
    )
    clean = {"status": "pending", "failures": 0, "failing_since": None, "next_attempt_at": None, "updated_at": now}
    return connection.execute(update(import_queue).where(trouble).values(**clean)).rowcount


def _matching(status: str | None, failure_kind: str | None, organization_id: int | None) -> Any:  # noqa: ANN401 (SQL)
    wanted = {"status": status, "failure_kind": failure_kind, "organization_id": organization_id}
    return and_(true(), *(import_queue.c[key] == value for key, value in wanted.items() if value is not None))
