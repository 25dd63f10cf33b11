"""Searched text lies beside the requirements on PostgreSQL: ranking again must not index it again.

A row that changes is a new row there and enters every index once more, the trigrams too, though no
word changed. On SQLite the search table always lay apart.
"""

from alembic import op

revision = "20261122_2010"
down_revision = "20261122_2000"
branch_labels = None
depends_on = None

# Deleted with its requirement; like the search table of SQLite it is nobody's record.
TABLE = """
CREATE TABLE search_requirement (
    id INTEGER PRIMARY KEY REFERENCES requirement (id) ON DELETE CASCADE,
    search_text TEXT NOT NULL
)
"""
FUNCTION = """
CREATE FUNCTION search_requirement_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_requirement (id, search_text) VALUES (new.id, new.search_text)
    ON CONFLICT (id) DO UPDATE SET search_text = excluded.search_text;
    RETURN NULL;
END $$
"""
TRIGGERS = {
    "added": "AFTER INSERT ON requirement FOR EACH ROW",
    # Not even looked at where the column is not among those an update sets.
    "changed": (
        "AFTER UPDATE OF search_text ON requirement FOR EACH ROW "
        "WHEN (old.search_text IS DISTINCT FROM new.search_text)"
    ),
}
INDEX = "CREATE INDEX search_requirement_text ON {} USING gin (search_text gin_trgm_ops)"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("DROP INDEX search_requirement_text")
    op.execute(TABLE)
    op.execute(
        "INSERT INTO search_requirement (id, search_text) SELECT id, search_text FROM requirement"
    )
    op.execute(INDEX.format("search_requirement"))
    op.execute(FUNCTION)
    for name, when in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER search_requirement_{name} {when} "
            "EXECUTE FUNCTION search_requirement_keep()"
        )
    # What the planner knows of a new table is nothing until then.
    op.execute("ANALYZE search_requirement")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER search_requirement_{name} ON requirement")
    op.execute("DROP FUNCTION search_requirement_keep()")
    op.execute("DROP TABLE search_requirement")
    op.execute(INDEX.format("requirement"))
