"""A target group's members change all at once, though they are written in small parts."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_editions"
down_revision = "2026_11_25_drift"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("target_group", "group_member", "group_account"):
        op.add_column(table, sa.Column("edition", sa.Integer(), nullable=False, server_default="0"))
    for table in ("group_member", "group_account"):
        op.create_index(f"ix_{table}_group_id_edition", table, ["group_id", "edition"])
