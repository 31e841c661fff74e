"""Groups kept by hand name people whom HubSpot has not delivered yet; they join when it does."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_groups_by_hand"
down_revision = "2026_11_25_hours"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "group_address",
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("address_id", BIG_ID, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["target_group.id"]),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.PrimaryKeyConstraint("group_id", "address_id"),
    )
    op.create_index("ix_group_address_address_id", "group_address", ["address_id"])
