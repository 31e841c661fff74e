"""What people write in the thread of a lead's message is kept on the lead."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_lead_notes"
down_revision = "2026_11_25_follows"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "lead_note",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("address_id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("revised_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_lead_note_address_id", "lead_note", ["address_id"])
    op.create_index("ux_lead_note_channel_ts", "lead_note", ["channel", "ts"], unique=True)
