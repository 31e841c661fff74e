"""What people of one account do within a week is one message, with each of them in its thread."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_account_activities"
down_revision = "2026_11_25_mentions"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account_activity",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_account_activity_account_id_channel", "account_activity", ["account_id", "channel"])
    op.add_column("posted", sa.Column("thread_ts", sa.String(), nullable=True))
