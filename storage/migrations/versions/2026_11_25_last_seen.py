"""What was last seen through a token stands in a row of its own, so that a click finds it without reading events."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_last_seen"
down_revision = "2026_11_25_campaign_choices"
branch_labels = None
depends_on = None

FROM_EVENTS = """
    INSERT INTO last_seen (address_id, mail_id, campaign_id, rule, group_id, first_at, last_at)
    SELECT address_id, mail_id, campaign_id, rule, group_id, first_at, at FROM (
        SELECT coalesce(address_id, 0) AS address_id, mail_id, campaign_id, rule, group_id, at,
            min(at) OVER (PARTITION BY mail_id, coalesce(address_id, 0)) AS first_at,
            row_number() OVER (PARTITION BY mail_id, coalesce(address_id, 0) ORDER BY at DESC, id DESC) AS place
        FROM event WHERE kind = 1 AND mail_id IS NOT NULL AND campaign_id IS NOT NULL) AS views
    WHERE place = 1
    """


def upgrade() -> None:
    op.create_table(
        "last_seen",
        sa.Column("address_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mail_id", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address_id", "mail_id"),
        sqlite_with_rowid=False,
    )
    op.execute(FROM_EVENTS)
    op.drop_index("ix_event_mail_id_address_id_kind_at", "event")
