"""Whom people in Slack follow, and which clicks each message told them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_follows"
down_revision = "2026_11_25_user_agents"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "follow",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("address_id", BIG_ID, nullable=True),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("after_event", BIG_ID, nullable=False),
        sa.Column("last_event", BIG_ID, nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("user_id", "address_id", "account_id"):
        op.create_index(f"ix_follow_{column}", "follow", [column])
    op.create_table(
        "followed_clicks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("follow_id", BIG_ID, nullable=False),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("address_id", BIG_ID, nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["follow_id"], ["follow.id"]),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_followed_clicks_address_id", "followed_clicks", ["address_id"])
    op.create_index(
        "ux_followed_clicks_follow_id_message_address_id",
        "followed_clicks",
        ["follow_id", "message", "address_id"],
        unique=True,
    )
