"""What recipients ask for on their own page, until it is done."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_privacy_requests"
down_revision = "2026_11_25_api_keys"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "privacy_request",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("address_id", BIG_ID, nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_privacy_request_address_id_wish", "privacy_request", ["address_id", "wish"], unique=True)
