"""How far HubSpot's webhooks journal was read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_25_journal"
down_revision = "2026_11_25_lead_asked_for"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "journal_place",
        sa.Column("portal_id", sa.String(), nullable=False),
        sa.Column("offset", sa.String(), nullable=True),
        sa.Column("list_ids", JSON, nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("portal_id"),
    )
