"""Counts that decide: a third damage is not a second one, and a decoder's sixth death is not a worker's."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only forwards: an older program never meets a newer database."""
    op.add_column("vehicle_images", sa.Column("suspect_count", sa.Integer, nullable=False, server_default="0"))
    op.add_column("vehicle_images", sa.Column("decoder_deaths", sa.Integer, nullable=False, server_default="0"))
