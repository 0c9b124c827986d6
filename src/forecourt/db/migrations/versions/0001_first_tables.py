"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only forwards: an older program never meets a newer database."""
    op.create_table(
        "applied_settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_applied_settings")),
    )
    op.create_table(
        "organizations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("business_type", sa.Text(), nullable=True),
        sa.Column("is_public", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("feed_url", sa.Text(), nullable=True),
        sa.Column("last_extracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("website", name=op.f("uq_organizations_website")),
    )
    op.create_table(
        "vehicles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("make", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("trim", sa.Text(), nullable=True),
        sa.Column("vin", sa.Text(), nullable=True),
        sa.Column("mileage", sa.Integer(), nullable=True),
        sa.Column("mileage_unit", sa.Text(), nullable=True),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("exterior_color", sa.Text(), nullable=True),
        sa.Column("interior_color", sa.Text(), nullable=True),
        sa.Column("body_type", sa.Text(), nullable=True),
        sa.Column("engine", sa.Text(), nullable=True),
        sa.Column("transmission", sa.Text(), nullable=True),
        sa.Column("drivetrain", sa.Text(), nullable=True),
        sa.Column("fuel_type", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("stock_number", sa.Text(), nullable=True),
        sa.Column("dealer_name", sa.Text(), nullable=True),
        sa.Column("sale_status", sa.Text(), nullable=True),
        sa.Column("auction_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listing_url", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column(
            "origin_metadata",
            sa.JSON().with_variant(JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mileage_unit IN ('mi', 'km')", name=op.f("ck_vehicles_mileage_unit")),
        sa.CheckConstraint("sale_status IN ('for_sale', 'sold', 'auction')", name=op.f("ck_vehicles_sale_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
    )
    op.create_index(
        "uq_vehicles_vin",
        "vehicles",
        ["vin"],
        unique=True,
        sqlite_where=sa.text("vin IS NOT NULL"),
        postgresql_where=sa.text("vin IS NOT NULL"),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.create_table(
        "hosts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("interval_seconds", sa.Float(), nullable=True),
        sa.Column("slowed_interval_seconds", sa.Float(), nullable=True),
        sa.Column("max_concurrency", sa.Integer(), nullable=True),
        sa.Column("next_allowed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consecutive_failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unreachable_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("robots", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(["lease_owner"], ["workers.id"], name=op.f("fk_hosts_lease_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosts")),
        sa.UniqueConstraint("host", name=op.f("uq_hosts_host")),
    )
    op.create_index(
        "ix_hosts_held",
        "hosts",
        ["lease_owner"],
        unique=False,
        sqlite_where=sa.text("lease_owner IS NOT NULL"),
        postgresql_where=sa.text("lease_owner IS NOT NULL"),
    )
    op.create_table(
        "organization_vehicles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_url", sa.Text(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("relationship_type", sa.Text(), server_default="seller", nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("missed_readings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('active', 'sold', 'gone')", name=op.f("ck_organization_vehicles_status")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_organization_vehicles_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicles.id"], name=op.f("fk_organization_vehicles_vehicle_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_vehicles")),
        sa.UniqueConstraint(
            "organization_id", "listing_url", name=op.f("uq_organization_vehicles_organization_id_listing_url")
        ),
    )
    op.create_index("ix_organization_vehicles_turn", "organization_vehicles", ["organization_id", "turn"], unique=False)
    op.create_index(op.f("ix_organization_vehicles_vehicle_id"), "organization_vehicles", ["vehicle_id"], unique=False)
    op.create_table(
        "import_queue",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_url", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure_kind", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("raw_data", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'complete', 'failed', 'duplicate', 'rejected')", name=op.f("ck_import_queue_status")
        ),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name=op.f("fk_import_queue_host_id")),
        sa.ForeignKeyConstraint(["lease_owner"], ["workers.id"], name=op.f("fk_import_queue_lease_owner")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_import_queue_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicles.id"], name=op.f("fk_import_queue_vehicle_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_queue")),
        sa.UniqueConstraint("listing_url", name=op.f("uq_import_queue_listing_url")),
    )
    op.create_index(
        "ix_import_queue_held",
        "import_queue",
        ["lease_owner"],
        unique=False,
        sqlite_where=sa.text("lease_owner IS NOT NULL"),
        postgresql_where=sa.text("lease_owner IS NOT NULL"),
    )
    op.create_index(op.f("ix_import_queue_organization_id"), "import_queue", ["organization_id"], unique=False)
    op.create_index(
        "ix_import_queue_ready",
        "import_queue",
        ["host_id", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'pending' AND next_attempt_at IS NULL AND lease_owner IS NULL"),
        postgresql_where=sa.text("status = 'pending' AND next_attempt_at IS NULL AND lease_owner IS NULL"),
    )
    op.create_index(
        "ix_import_queue_waiting",
        "import_queue",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("status = 'pending' AND next_attempt_at IS NOT NULL AND lease_owner IS NULL"),
        postgresql_where=sa.text("status = 'pending' AND next_attempt_at IS NOT NULL AND lease_owner IS NULL"),
    )
    op.create_table(
        "vehicle_images",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=False),
        sa.Column("is_external", sa.Boolean(), nullable=False),
        sa.Column("storage_path", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("failure_kind", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("sort_key", sa.BigInteger(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("mime_type", sa.Text(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("thumbhash", sa.Text(), nullable=True),
        sa.Column("dhash", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status IN ('stored', 'removed')) = (NOT is_external)", name=op.f("ck_vehicle_images_status_agrees")
        ),
        sa.CheckConstraint(
            "CASE WHEN status = 'removed' THEN NOT is_external AND storage_path IS NULL"
            " ELSE is_external = (storage_path IS NULL) END",
            name=op.f("ck_vehicle_images_external_or_stored"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'blocked', 'gone', 'failed', 'rejected', 'stored', 'removed')",
            name=op.f("ck_vehicle_images_status"),
        ),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name=op.f("fk_vehicle_images_host_id")),
        sa.ForeignKeyConstraint(["lease_owner"], ["workers.id"], name=op.f("fk_vehicle_images_lease_owner")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["organization_vehicles.id"], name=op.f("fk_vehicle_images_listing_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicles.id"], name=op.f("fk_vehicle_images_vehicle_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_images")),
        sa.UniqueConstraint("vehicle_id", "position", name=op.f("uq_vehicle_images_vehicle_id_position")),
        sa.UniqueConstraint("vehicle_id", "source_key", name=op.f("uq_vehicle_images_vehicle_id_source_key")),
    )
    op.create_index("ix_vehicle_images_changed", "vehicle_images", ["changed_at", "id"], unique=False)
    op.create_index(
        "ix_vehicle_images_held",
        "vehicle_images",
        ["lease_owner"],
        unique=False,
        sqlite_where=sa.text("lease_owner IS NOT NULL"),
        postgresql_where=sa.text("lease_owner IS NOT NULL"),
    )
    op.create_index(
        "ix_vehicle_images_ready",
        "vehicle_images",
        ["host_id", "priority", "sort_key"],
        unique=False,
        sqlite_where=sa.text(
            "is_external AND status IN ('pending', 'blocked') AND next_attempt_at IS NULL AND lease_owner IS NULL"
        ),
        postgresql_where=sa.text(
            "is_external AND status IN ('pending', 'blocked') AND next_attempt_at IS NULL AND lease_owner IS NULL"
        ),
    )
    op.create_index(
        "ix_vehicle_images_waiting",
        "vehicle_images",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text(
            "is_external AND status IN ('pending', 'blocked') AND next_attempt_at IS NOT NULL AND lease_owner IS NULL"
        ),
        postgresql_where=sa.text(
            "is_external AND status IN ('pending', 'blocked') AND next_attempt_at IS NOT NULL AND lease_owner IS NULL"
        ),
    )
    op.create_index(
        "uq_vehicle_images_primary",
        "vehicle_images",
        ["vehicle_id"],
        unique=True,
        sqlite_where=sa.text("is_primary"),
        postgresql_where=sa.text("is_primary"),
    )
