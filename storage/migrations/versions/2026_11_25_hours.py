"""Numbers by the hour that name nobody, and what retention took of each person's events; both from what is held."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_hours"
down_revision = "2026_11_25_channel_terms"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

HOURS_FROM_EVENTS = """
    INSERT INTO hour_counter (campaign_id, hour, group_id, kind, counts_as, number)
    SELECT campaign_id, hour, group_id, kind, counts_as, sum(number) FROM (
        SELECT coalesce(campaign_id, 0) AS campaign_id, at - at % 3600000000 AS hour, coalesce(group_id, 0) AS group_id,
            kind, counts_as, 1 AS number
        FROM event WHERE kind IN (1, 2)
        UNION ALL SELECT campaign_id, day, group_id, kind, counts_as, number FROM kept_total) AS known
    GROUP BY campaign_id, hour, group_id, kind, counts_as
    """
# What a counter has beyond the events that are left was thinned out.
KEPT_FROM_COUNTERS = """
    INSERT INTO kept_count (address_id, campaign_id, kind, counts_as, number)
    SELECT counter.address_id, counter.campaign_id, {kind}, {counts_as}, {column} - coalesce(number, 0)
    FROM counter LEFT JOIN (
        SELECT address_id, coalesce(campaign_id, 0) AS campaign_id, count(*) AS number
        FROM event WHERE kind = {kind} AND counts_as = {counts_as} AND address_id IS NOT NULL
        GROUP BY address_id, coalesce(campaign_id, 0)) AS held
        ON held.address_id = counter.address_id AND held.campaign_id = counter.campaign_id
    WHERE {column} > coalesce(number, 0)
    """
COLUMNS = {"views": (1, 1), "machine_views": (1, 2), "proxy_views": (1, 3), "clicks": (2, 1), "machine_clicks": (2, 2)}


def upgrade() -> None:
    op.create_table(
        "hour_counter",
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("counts_as", sa.SmallInteger(), nullable=False),
        sa.Column("number", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "hour", "group_id", "kind", "counts_as"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_count",
        sa.Column("address_id", BIG_ID, nullable=False),
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("counts_as", sa.SmallInteger(), nullable=False),
        sa.Column("number", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.PrimaryKeyConstraint("address_id", "campaign_id", "kind", "counts_as"),
        sqlite_with_rowid=False,
    )
    op.execute(HOURS_FROM_EVENTS)
    for column, (kind, counts_as) in COLUMNS.items():
        op.execute(KEPT_FROM_COUNTERS.format(column=column, kind=kind, counts_as=counts_as))
