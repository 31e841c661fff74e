"""That somebody was erased is remembered until their bytes are gone from the files."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_erased_bytes"
down_revision = "2026_11_25_editions"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "erased_bytes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
