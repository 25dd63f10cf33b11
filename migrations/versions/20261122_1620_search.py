"""Search in requirements: FTS5 trigrams kept by triggers on SQLite, pg_trgm on PostgreSQL."""

from alembic import op

revision = "20261122_1620"
down_revision = "20261122_1610"
branch_labels = None
depends_on = None

REMOVE = (
    "INSERT INTO search_requirement(search_requirement, rowid, search_text) "
    "VALUES ('delete', old.id, old.search_text);"
)
ADD = "INSERT INTO search_requirement(rowid, search_text) VALUES (new.id, new.search_text);"
TRIGGERS = {
    "added": f"AFTER INSERT ON requirement BEGIN {ADD} END",
    "removed": f"AFTER DELETE ON requirement BEGIN {REMOVE} END",
    "changed": (
        "AFTER UPDATE OF search_text ON requirement WHEN old.search_text IS NOT new.search_text "
        f"BEGIN {REMOVE} {ADD} END"
    ),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute(
            "CREATE INDEX search_requirement_text ON requirement "
            "USING gin (search_text gin_trgm_ops)"
        )
        return
    # The text is normalised before it is stored, so the index folds nothing itself.
    op.execute(
        "CREATE VIRTUAL TABLE search_requirement USING fts5(search_text, content='requirement', "
        "content_rowid='id', tokenize='trigram case_sensitive 1')"
    )
    for name, body in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER search_requirement_{name} {body}")
    op.execute("INSERT INTO search_requirement(search_requirement) VALUES ('rebuild')")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # The extension stays: it may have been there before, and others may use it.
        op.execute("DROP INDEX search_requirement_text")
        return
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER search_requirement_{name}")
    op.execute("DROP TABLE search_requirement")
