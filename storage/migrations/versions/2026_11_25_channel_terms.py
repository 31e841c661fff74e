"""What a channel wants to hear and when, what waits for its digest, and who else is permitted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_25_channel_terms"
down_revision = "2026_11_25_lead_search"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("subscription", sa.Column("terms", JSON, nullable=True))
    op.add_column("subscription", sa.Column("ended_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "digest_entry",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("subject", BIG_ID, nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_digest_entry_channel_topic_subject", "digest_entry", ["channel", "topic", "subject"])
    op.create_index("ix_digest_entry_channel_ts", "digest_entry", ["channel", "ts"])
    op.create_table(
        "permitted_user",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "welcomed_user",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
