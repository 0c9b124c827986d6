"""The tables. What a column means is told in docs/data-model.md.

Invariants live here, as CHECKs and unique indexes, so that no code path can break them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    UniqueConstraint,
    false,
    text,
    true,
)

from forecourt.db.types import Id, Json, Text, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite uses a partial index only where a query repeats its predicate to the letter: always interpolate these.
IMAGE_OPEN = "is_external AND status IN ('pending', 'blocked')"
IMAGE_READY = f"{IMAGE_OPEN} AND next_attempt_at IS NULL AND lease_owner IS NULL"
IMAGE_WAITING = f"{IMAGE_OPEN} AND next_attempt_at IS NOT NULL AND lease_owner IS NULL"
QUEUE_READY = "status = 'pending' AND next_attempt_at IS NULL AND lease_owner IS NULL"
QUEUE_WAITING = "status = 'pending' AND next_attempt_at IS NOT NULL AND lease_owner IS NULL"
HELD = "lease_owner IS NOT NULL"


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


applied_settings = Table(
    "applied_settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    CheckConstraint("id = 1", name="one"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("machine", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("alive_until", UtcDateTime, nullable=False),
)

hosts = Table(
    "hosts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("host", Text, nullable=False, unique=True),
    Column("joined_to", Id),
    Column("interval_seconds", Float),
    Column("slowed_interval_seconds", Float),
    Column("max_concurrency", Integer),
    Column("next_allowed_at", UtcDateTime),
    Column("lease_owner", Text, ForeignKey("workers.id")),
    Column("wanted_at", UtcDateTime),
    Column("consecutive_failures", Integer, nullable=False, server_default="0"),
    Column("last_answered_at", UtcDateTime),
    Column("unreachable_since", UtcDateTime),
    Column("paused_reason", Text),
    Column("robots", Json),
    _partial("ix_hosts_held", "lease_owner", where=HELD),
)

organizations = Table(
    "organizations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("website", Text, nullable=False, unique=True),
    Column("business_type", Text),
    Column("is_public", Boolean, nullable=False, server_default=true()),
    Column("feed_url", Text),
    Column("feed_mapping", Json),
    Column("last_extracted_at", UtcDateTime),
    Column("last_outcome", Text),
    Column("created_at", UtcDateTime, nullable=False),
)

vehicles = Table(
    "vehicles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("year", Integer),
    Column("make", Text),
    Column("model", Text),
    Column("trim", Text),
    Column("vin", Text),
    Column("mileage", Integer),
    Column("mileage_unit", Text),
    Column("price", Numeric(14, 2)),
    Column("currency", Text),
    Column("exterior_color", Text),
    Column("interior_color", Text),
    Column("body_type", Text),
    Column("engine", Text),
    Column("transmission", Text),
    Column("drivetrain", Text),
    Column("fuel_type", Text),
    Column("title", Text),
    Column("description", Text),
    Column("stock_number", Text),
    Column("dealer_name", Text),
    Column("sale_status", Text),
    Column("auction_ends_at", UtcDateTime),
    Column("listing_url", Text, nullable=False),
    Column("is_public", Boolean, nullable=False, server_default=true()),
    Column("origin_metadata", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("mileage_unit IN ('mi', 'km')", name="mileage_unit"),
    CheckConstraint("sale_status IN ('for_sale', 'sold', 'auction')", name="sale_status"),
    _partial("uq_vehicles_vin", "vin", where="vin IS NOT NULL", unique=True),
)

organization_vehicles = Table(
    "organization_vehicles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organization_id", Id, ForeignKey("organizations.id"), nullable=False),
    Column("listing_url", Text, nullable=False),
    Column("vehicle_id", Id, ForeignKey("vehicles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("relationship_type", Text, nullable=False, server_default="seller"),
    Column("status", Text, nullable=False, server_default="active"),
    Column("missed_readings", Integer, nullable=False, server_default="0"),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    UniqueConstraint("organization_id", "listing_url"),
    CheckConstraint("status IN ('active', 'sold', 'gone')", name="status"),
    Index("ix_organization_vehicles_turn", "organization_id", "turn"),
)

import_queue = Table(
    "import_queue",
    metadata,
    Column("id", Id, primary_key=True),
    Column("listing_url", Text, nullable=False, unique=True),
    Column("organization_id", Id, ForeignKey("organizations.id"), nullable=False, index=True),
    Column("host_id", Id, ForeignKey("hosts.id"), nullable=False),
    Column("status", Text, nullable=False, server_default="pending"),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", UtcDateTime),
    Column("failure_kind", Text),
    Column("last_error", Text),
    Column("next_attempt_at", UtcDateTime),
    Column("lease_owner", Text, ForeignKey("workers.id")),
    Column("vehicle_id", Id, ForeignKey("vehicles.id", ondelete="SET NULL")),
    Column("raw_data", Json),
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("fetch_url", Text),
    Column("read_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("status IN ('pending', 'complete', 'failed', 'duplicate', 'rejected')", name="status"),
    _partial("ix_import_queue_ready", "host_id", "priority", "id", where=QUEUE_READY),
    _partial("ix_import_queue_waiting", "next_attempt_at", where=QUEUE_WAITING),
    _partial("ix_import_queue_held", "lease_owner", where=HELD),
)

vehicle_images = Table(
    "vehicle_images",
    metadata,
    Column("id", Id, primary_key=True),
    Column("vehicle_id", Id, ForeignKey("vehicles.id", ondelete="CASCADE"), nullable=False),
    Column("listing_id", Id, ForeignKey("organization_vehicles.id", ondelete="SET NULL")),
    Column("position", Integer, nullable=False),
    Column("is_primary", Boolean, nullable=False),
    Column("source_url", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("image_url", Text, nullable=False),
    Column("is_external", Boolean, nullable=False),
    Column("storage_path", Text),
    Column("status", Text, nullable=False, server_default="pending"),
    Column("failure_kind", Text),
    Column("last_error", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", UtcDateTime),
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("decoder_deaths", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", UtcDateTime),
    Column("lease_owner", Text, ForeignKey("workers.id")),
    Column("host_id", Id, ForeignKey("hosts.id"), nullable=False),
    Column("candidates", Json),
    Column("fetch_url", Text),
    Column("fetch_hops", Integer, nullable=False, server_default="0"),
    Column("priority", Integer, nullable=False),
    Column("sort_key", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("suspect_hash", Text),
    Column("suspect_at", UtcDateTime),
    Column("suspect_count", Integer, nullable=False, server_default="0"),
    Column("file_hash", Text),
    Column("file_size", BigInteger),
    Column("mime_type", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("is_damaged", Boolean, nullable=False, server_default=false()),
    Column("thumbhash", Text),
    Column("dhash", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("stored_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("vehicle_id", "source_key"),
    UniqueConstraint("vehicle_id", "position"),
    CheckConstraint(
        "CASE WHEN status = 'removed' THEN NOT is_external AND storage_path IS NULL"
        " ELSE is_external = (storage_path IS NULL) END",
        name="external_or_stored",
    ),
    CheckConstraint("(status IN ('stored', 'removed')) = (NOT is_external)", name="status_agrees"),
    CheckConstraint(
        "status IN ('pending', 'blocked', 'gone', 'failed', 'rejected', 'stored', 'removed')", name="status"
    ),
    _partial("ix_vehicle_images_ready", "host_id", "priority", "sort_key", where=IMAGE_READY),
    _partial("ix_vehicle_images_waiting", "next_attempt_at", where=IMAGE_WAITING),
    _partial("ix_vehicle_images_held", "lease_owner", where=HELD),
    _partial("uq_vehicle_images_primary", "vehicle_id", where="is_primary", unique=True),
    Index("ix_vehicle_images_changed", "changed_at", "id"),
)
