"""What people named in a decision say to it, and denials taken over from people who left."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "20261123_0150"
down_revision = "20261123_0210"
branch_labels = None
depends_on = None

TABLE = "decision_answer"
# Added as plain SQL: SQLite adds no constraint to a table that stands, and a table made anew would
# lose the triggers that keep votes from being changed.
COLUMNS = {"takes_over_id": "gate_vote", "named_by": "person"}


def _guard() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for verb in ("UPDATE", "DELETE"):
        if postgresql:
            action = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        else:
            action = f"BEGIN SELECT RAISE(ABORT, '{TABLE} rows are never changed'); END"
        op.execute(f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} {action}")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "confirmed",
                "contested",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_to", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_decision_answer_launch_id"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name="fk_decision_answer_decision_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_decision_answer_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision_answer"),
    )
    op.create_index("ix_decision_answer_launch_id", TABLE, ["launch_id"])
    op.create_index("ix_decision_answer_decision", TABLE, ["decision_id", "id"])
    op.create_index("ix_decision_voice_person_id", "decision_voice", ["person_id"])
    for column, target in COLUMNS.items():
        op.execute(
            f"ALTER TABLE gate_vote ADD COLUMN {column} INTEGER "
            f"CONSTRAINT fk_gate_vote_{column} REFERENCES {target} (id)"
        )
    _guard()


def downgrade() -> None:
    for column in COLUMNS:
        op.execute(f"ALTER TABLE gate_vote DROP COLUMN {column}")
    op.drop_index("ix_decision_voice_person_id", "decision_voice")
    op.drop_table(TABLE)
