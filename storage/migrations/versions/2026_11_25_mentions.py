"""Which Slack users HubSpot's owners are, and who wants to be mentioned."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_mentions"
down_revision = "2026_11_25_workspaces"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mentioned_user",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_index("ix_mentioned_user_email", "mentioned_user", ["email"])
    op.create_table(
        "matched_owner",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["owner.hubspot_id"]),
        sa.PrimaryKeyConstraint("owner_id"),
    )
