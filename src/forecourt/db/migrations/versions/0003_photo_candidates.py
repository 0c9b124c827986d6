"""The other forms of a photo that its page names."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only forwards: an older program never meets a newer database."""
    op.add_column(
        "vehicle_images", sa.Column("candidates", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True)
    )
