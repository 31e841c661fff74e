"""Many opt-outs at once wait for a yes; the admin chooses what HubSpot and Footlight tell each other of opt-outs."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_opt_outs_waiting"
down_revision = "2026_11_25_paging"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "hubspot_choice",
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("property", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("choice"),
    )
    op.create_table(
        "opt_out_request",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("domain", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "opt_out_waiting",
        sa.Column("request_id", BIG_ID, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hubspot_id", sa.String(), nullable=True),
        sa.Column("address_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["opt_out_request.id"]),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.PrimaryKeyConstraint("request_id", "hash"),
    )
    op.create_index("ix_opt_out_waiting_hash", "opt_out_waiting", ["hash"])
    op.create_index("ix_opt_out_waiting_address_id", "opt_out_waiting", ["address_id"])
