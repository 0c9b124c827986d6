"""What the trickle remembers: deaths, expiry, redirects to other hosts, damage, joined hosts, a pause of everything."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Only forwards: an older program never meets a newer database."""
    for column in (
        sa.Column("deaths", sa.Integer, nullable=False, server_default="0"),
        sa.Column("fetch_url", sa.Text),
        sa.Column("fetch_hops", sa.Integer, nullable=False, server_default="0"),
        sa.Column("expires_at", _MOMENT),
        sa.Column("suspect_hash", sa.Text),
        sa.Column("suspect_at", _MOMENT),
        sa.Column("is_damaged", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("vehicle_images", column)
    op.add_column("import_queue", sa.Column("deaths", sa.Integer, nullable=False, server_default="0"))
    op.add_column("import_queue", sa.Column("fetch_url", sa.Text))
    op.add_column("hosts", sa.Column("joined_to", _ID))
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pauses"),
        sa.CheckConstraint("id = 1", name="ck_pauses_one"),
    )
