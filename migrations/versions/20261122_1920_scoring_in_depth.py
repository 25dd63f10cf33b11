"""Ranges and overrides of scores, capacity by team, frozen rankings."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1920"
down_revision = "20261122_1910"
branch_labels = None
depends_on = None


def _json(name: str, empty: str) -> sa.Column[Any]:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    return sa.Column(name, kind, nullable=False, server_default=empty)


def upgrade() -> None:
    op.create_table(
        "baseline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("framework_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["framework.id"], name="fk_baseline_framework_id"
        ),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name="fk_baseline_taken_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_baseline"),
        sa.UniqueConstraint("name", name="uq_baseline_name"),
    )
    op.create_table(
        "team_capacity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.Double(), nullable=False),
        sa.CheckConstraint("weeks >= 0", name="ck_team_capacity_weeks"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_capacity_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_team_capacity"),
        sa.UniqueConstraint("team_id", name="uq_team_capacity_team_id"),
    )
    op.create_table(
        "baseline_row",
        sa.Column("baseline_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("effective_score", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["baseline_id"], ["baseline.id"], name="fk_baseline_row_baseline_id"
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name="fk_baseline_row_requirement_id"
        ),
        sa.PrimaryKeyConstraint("baseline_id", "requirement_id", name="pk_baseline_row"),
    )
    op.create_table(
        "score_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("framework_code", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name="fk_score_override_created_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name="fk_score_override_requirement_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_score_override"),
    )
    op.create_index(
        "ix_score_override_live", "score_override", ["framework_code", "withdrawn_at", "expires_on"]
    )
    op.create_index("ix_score_override_requirement_id", "score_override", ["requirement_id"])
    op.add_column("framework", sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "framework", sa.Column("outdated_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "framework", sa.Column("inputs_no", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("framework", _json("standing", "{}"))
    for column in (
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("effective", sa.Double(), nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.Column("overridden", sa.Double(), nullable=True),
        sa.Column("fit", sa.String(length=20), nullable=True),
        _json("stops", "[]"),
        _json("band", "[]"),
    ):
        op.add_column("score", column)
    op.create_index("ix_score_framework_rank", "score", ["framework_id", "rank"])
    op.create_index("ix_requirement_effort_team", "requirement_effort", ["team_id"])
    # What was stored before has no places yet: the worker computes it once more.
    op.execute("UPDATE framework SET outdated_since = CURRENT_TIMESTAMP")
    op.add_column(
        "score",
        sa.Column(
            "uncertainty",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
            server_default="{}",
        ),
    )
    op.add_column(
        "score_entry",
        sa.Column(
            "ranges",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
            server_default="{}",
        ),
    )


def downgrade() -> None:
    op.drop_index("ix_requirement_effort_team", "requirement_effort")
    op.drop_index("ix_score_framework_rank", "score")
    for table, name in (
        ("score", "band"),
        ("score", "stops"),
        ("score", "fit"),
        ("score", "overridden"),
        ("score", "lifted_by"),
        ("score", "effective"),
        ("score", "rank"),
        ("framework", "standing"),
        ("framework", "inputs_no"),
        ("score_entry", "ranges"),
        ("score", "uncertainty"),
        ("framework", "outdated_since"),
        ("framework", "computed_at"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    op.drop_table("score_override")
    op.drop_table("baseline_row")
    op.drop_table("team_capacity")
    op.drop_table("baseline")
