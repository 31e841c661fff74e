"""A lead says who wanted it in HubSpot and what HubSpot answered; an event of Slack is leased by who answers it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_lead_asked_for"
down_revision = "2026_11_25_contact_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lead", sa.Column("asked_by", sa.String(), nullable=True))
    op.add_column("lead", sa.Column("asked_at", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("refusal", sa.Text(), nullable=True))
    op.add_column("slack_event", sa.Column("leased_until", sa.BigInteger(), nullable=True))
