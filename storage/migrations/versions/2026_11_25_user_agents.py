"""A view or a click has the agent itself for 30 days, so that changed filter rules can be tried on it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_user_agents"
down_revision = "2026_11_25_privacy_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("user_agent", sa.String(), nullable=True))
