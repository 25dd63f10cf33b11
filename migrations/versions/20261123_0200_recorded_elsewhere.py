"""Decisions recorded elsewhere, and approvals that a file brought but nobody here could give."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "20261123_0200"
down_revision = "20261122_2255"
branch_labels = None
depends_on = None

TABLE = "decision_elsewhere"
CLAIMS = ("waiver", "standing_attestation")


def _guard() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for verb in ("UPDATE", "DELETE"):
        if postgresql:
            action = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        else:
            action = f"BEGIN SELECT RAISE(ABORT, '{TABLE} rows are never changed'); END"
        name = f"{TABLE}_no_{verb.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {TABLE} {action}")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("phase_position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "go",
                "conditional",
                "no_go",
                "emergency_go",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("word", sa.String(length=20), nullable=False),
        sa.Column("rules_version", sa.String(length=20), nullable=False),
        sa.Column("facts_digest", sa.String(length=64), nullable=False),
        sa.Column("evidence_digest", sa.String(length=64), nullable=False),
        sa.Column("seal_seq", sa.Integer(), nullable=True),
        sa.Column("seal_hash", sa.String(length=64), nullable=True),
        sa.Column("voices", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("conditions", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name="fk_decision_elsewhere_launch_id"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name="fk_decision_elsewhere_recorded_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decision_elsewhere"),
    )
    op.create_index("ix_decision_elsewhere_launch", TABLE, ["launch_id", "id"])
    for table in CLAIMS:
        flag: sa.Column[bool] = sa.Column(
            "claimed", sa.Boolean(), nullable=False, server_default=sa.false()
        )
        op.add_column(table, flag)
    _guard()


def downgrade() -> None:
    for table in CLAIMS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN claimed")
    op.drop_table(TABLE)
