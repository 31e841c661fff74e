"""What is kept of old views and clicks of a person tells by which target group's choice they came, from now on."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_kept_by_group"
down_revision = "2026_11_25_lead_indexes"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
OVER = """
    INSERT INTO kept_by_group (address_id, campaign_id, group_id, kind, counts_as, number)
    SELECT address_id, campaign_id, 0, kind, counts_as, number FROM kept_count
    """


def upgrade() -> None:
    op.create_table(
        "kept_by_group",
        sa.Column("address_id", BIG_ID, nullable=False),
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("counts_as", sa.SmallInteger(), nullable=False),
        sa.Column("number", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.PrimaryKeyConstraint("address_id", "campaign_id", "group_id", "kind", "counts_as"),
        sqlite_with_rowid=False,
    )
    op.execute(OVER)
    op.drop_table("kept_count")
    op.rename_table("kept_by_group", "kept_count")
