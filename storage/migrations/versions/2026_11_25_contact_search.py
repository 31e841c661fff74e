"""Contacts are found by any part of their names and addresses."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_contact_search"
down_revision = "2026_11_25_first_tables"
branch_labels = None
depends_on = None

# The index holds no text of its own; triggers keep it in step with the column, whoever writes it.
SQLITE = (
    "CREATE VIRTUAL TABLE contact_search USING fts5("
    "search_text, content='contact', content_rowid='id', tokenize='trigram', detail='full')",
    "CREATE TRIGGER contact_search_insert AFTER INSERT ON contact BEGIN "
    "INSERT INTO contact_search (rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER contact_search_delete AFTER DELETE ON contact BEGIN "
    "INSERT INTO contact_search (contact_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER contact_search_update AFTER UPDATE OF search_text ON contact BEGIN "
    "INSERT INTO contact_search (contact_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); "
    "INSERT INTO contact_search (rowid, search_text) VALUES (new.id, new.search_text); END",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE:
            op.execute(statement)
    elif _may_have_trigrams():
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute("CREATE INDEX contact_search_trigrams ON contact USING gin (search_text gin_trgm_ops)")


def _may_have_trigrams() -> bool:
    """Without the extension (it is in PostgreSQL's contrib) search reads every contact."""
    query = """
        SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm')
            OR EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')
               AND has_database_privilege(current_database(), 'CREATE')
    """
    return bool(op.get_bind().execute(sa.text(query)).scalar())
