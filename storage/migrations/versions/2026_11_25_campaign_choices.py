"""Campaigns for our own people, UTM parameters on targets, and pictures that are known to move."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_campaign_choices"
down_revision = "2026_11_25_journal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What leads to a target by now goes on as it was.
    op.add_column("campaign", sa.Column("adds_utm", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("campaign", sa.Column("is_for_own", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("banner_file", sa.Column("frames", sa.Integer(), nullable=False, server_default="1"))
