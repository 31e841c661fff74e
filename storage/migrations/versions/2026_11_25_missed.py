"""What a channel missed, or what was held up, is told in one message that says so."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_missed"
down_revision = "2026_11_25_clicks_noted"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscription", sa.Column("resumed_at", sa.BigInteger(), nullable=True))
    op.add_column("digest_entry", sa.Column("gathered", sa.Text(), nullable=True))
