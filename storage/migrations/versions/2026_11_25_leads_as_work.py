"""A lead is held by somebody, who need not be who moved it last; it may be snoozed, or dismissed for a reason."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_leads_as_work"
down_revision = "2026_11_25_last_seen"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lead", sa.Column("held_by", sa.String(), nullable=True))
    op.add_column("lead", sa.Column("reason", sa.String(), nullable=True))
    op.add_column("lead", sa.Column("snoozed_until", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("woke_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE lead SET held_by = changed_by WHERE stage = 'claimed'")
