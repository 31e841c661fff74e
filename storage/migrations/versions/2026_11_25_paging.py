"""Where a walk over a list stands, the budget of requests, and what lets an unchanged contact be left alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_25_paging"
down_revision = "2026_11_25_groups_by_hand"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
# The moment is no longer that of the last walk, but the one up to which it can know: ten minutes less.
TEN_MINUTES = 600_000_000


def upgrade() -> None:
    op.create_table(
        "list_walk",
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        *_told(),
        sa.ForeignKeyConstraint(["group_id"], ["target_group.id"]),
        sa.PrimaryKeyConstraint("group_id"),
    )
    op.create_table(
        "list_paged",
        sa.Column("group_id", BIG_ID, nullable=False),
        *_told(),
        sa.ForeignKeyConstraint(["group_id"], ["target_group.id"]),
        sa.PrimaryKeyConstraint("group_id"),
    )
    op.create_table(
        "request_budget",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("budget", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("contact", sa.Column("modified_at", sa.BigInteger(), nullable=True))
    op.add_column("sync_run", sa.Column("reason", sa.String(), nullable=True))
    for name in ("lists", "lists_drifted", "lists_unequal"):
        op.add_column("full_pass", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute(sa.text("UPDATE changes_read SET up_to = up_to - :shift").bindparams(shift=TEN_MINUTES))


def _told() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("last_added_at", sa.BigInteger(), nullable=True),
        sa.Column("last_removed_at", sa.BigInteger(), nullable=True),
    )
