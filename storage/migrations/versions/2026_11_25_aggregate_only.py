"""A target group can be set to count its members only in groups."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_aggregate_only"
down_revision = "2026_11_25_lead_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "target_group", sa.Column("is_aggregate_only", sa.Boolean(), nullable=False, server_default=sa.false())
    )
