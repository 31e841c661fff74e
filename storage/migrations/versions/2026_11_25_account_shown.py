"""When a channel was last shown what people of an account do: by the message on it, or by a reply shown beside it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_account_shown"
down_revision = "2026_11_25_kept_by_group"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account_activity", sa.Column("shown_at", sa.BigInteger(), nullable=True))
    op.execute(sa.text("UPDATE account_activity SET shown_at = last_at"))
    with op.batch_alter_table("account_activity") as table:
        table.alter_column("shown_at", existing_type=sa.BigInteger(), nullable=False)
