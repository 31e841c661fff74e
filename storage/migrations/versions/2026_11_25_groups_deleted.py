"""Target groups that are kept by hand can be deleted; their rows stay."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_groups_deleted"
down_revision = "2026_11_25_account_shown"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("target_group", sa.Column("deleted_at", sa.BigInteger(), nullable=True))
