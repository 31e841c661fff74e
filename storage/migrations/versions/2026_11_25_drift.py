"""Up to when changes in HubSpot were read, and the nightly passes over everything."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_drift"
down_revision = "2026_11_25_leads_as_work"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "changes_read",
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("up_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("searched"),
    )
    op.create_table(
        "full_pass",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("after_contact", BIG_ID, nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("drifted", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("companies", sa.Integer(), nullable=False),
        sa.Column("companies_drifted", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
