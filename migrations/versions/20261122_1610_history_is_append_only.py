"""The history is append-only: the database itself refuses to change or remove its rows."""

from alembic import op

revision = "20261122_1610"
down_revision = "20261122_1600"
branch_labels = None
depends_on = None

# Words kept apart may be erased for a person's sake, so history_text refuses changes only.
GUARDED = {
    "history_event": ("UPDATE", "DELETE"),
    "history_seal": ("UPDATE", "DELETE"),
    "history_text": ("UPDATE",),
    "measurement": ("UPDATE", "DELETE"),
    "measurement_void": ("UPDATE", "DELETE"),
}


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% rows are never changed', TG_TABLE_NAME; END $$"
        )
    for table, verbs in GUARDED.items():
        for verb in verbs:
            name = f"{table}_no_{verb.lower()}"
            if postgresql:
                action = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            else:
                action = f"BEGIN SELECT RAISE(ABORT, '{table} rows are never changed'); END"
            op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {action}")


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, verbs in GUARDED.items():
        for verb in verbs:
            suffix = f" ON {table}" if postgresql else ""
            op.execute(f"DROP TRIGGER {table}_no_{verb.lower()}{suffix}")
    if postgresql:
        op.execute("DROP FUNCTION refuse_change()")
