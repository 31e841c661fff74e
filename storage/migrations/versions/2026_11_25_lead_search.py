"""Leads are found by any part of their addresses."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_lead_search"
down_revision = "2026_11_25_erased_bytes"
branch_labels = None
depends_on = None

# Clicks make leads without knowing of the search, so the database names them. An address is never respelt.
# Whoever makes the table anew (a batch migration) has to make its triggers anew.
SQLITE = (
    "CREATE VIRTUAL TABLE lead_search USING fts5("
    "search_text, content='lead', content_rowid='id', tokenize='trigram', detail='full')",
    "INSERT INTO lead_search (rowid, search_text) SELECT id, search_text FROM lead",
    "CREATE TRIGGER lead_search_insert AFTER INSERT ON lead BEGIN "
    "UPDATE lead SET search_text = (SELECT email FROM address WHERE id = new.address_id) WHERE id = new.id; "
    "INSERT INTO lead_search (rowid, search_text) SELECT id, search_text FROM lead WHERE id = new.id; END",
    "CREATE TRIGGER lead_search_delete AFTER DELETE ON lead BEGIN "
    "INSERT INTO lead_search (lead_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); END",
)
POSTGRESQL = (
    "CREATE FUNCTION name_lead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "new.search_text := (SELECT email FROM address WHERE id = new.address_id); RETURN new; END $$",
    "CREATE TRIGGER lead_search_insert BEFORE INSERT ON lead FOR EACH ROW EXECUTE FUNCTION name_lead()",
)


def upgrade() -> None:
    text = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
    op.add_column("lead", sa.Column("search_text", text, nullable=False, server_default=""))
    op.create_index("ix_lead_search_text", "lead", ["search_text"])
    op.execute("UPDATE lead SET search_text = (SELECT email FROM address WHERE id = lead.address_id)")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        op.execute(statement)
    if not is_sqlite and op.get_bind().scalar(sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")):
        op.execute("CREATE INDEX lead_search_trigrams ON lead USING gin (search_text gin_trgm_ops)")
