"""Where an organization's feed has its columns."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only forwards: an older program never meets a newer database."""
    op.add_column(
        "organizations", sa.Column("feed_mapping", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True)
    )
