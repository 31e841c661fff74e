"""How far clicks were noted in HubSpot, and which event was looked at last, so that late ones are found."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_clicks_noted"
down_revision = "2026_11_25_account_activities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clicks_noted",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.Column("up_to", sa.String(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    # What was noted so far is not noted again; events are looked through once.
    op.execute(
        "INSERT INTO clicks_noted (id, since, up_to, event_id)"
        " SELECT 1, value, value, 0 FROM hubspot_choice WHERE choice = 'clicks'"
    )
