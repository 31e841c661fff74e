"""The leads that are free, that somebody is on, and that are new are found without looking through all of them."""

from alembic import op

revision = "2026_11_25_lead_indexes"
down_revision = "2026_11_25_missed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_lead_stage_snoozed_until_changed_at", "lead", ["stage", "snoozed_until", "changed_at"])
    op.create_index("ix_lead_held_by", "lead", ["held_by"])
    op.create_index("ix_lead_since", "lead", ["since"])
