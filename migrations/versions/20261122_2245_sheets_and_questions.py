"""Roadmap sheets as they were sent; questions to owners, each asked once."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_2245"
down_revision = "20261122_2240"
branch_labels = None
depends_on = None

KINDS = "kind IN ('digest', 'immediate', 'account'{})"


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _mail_kinds(more: str) -> None:
    with op.batch_alter_table("mail") as table:
        table.drop_constraint(op.f("ck_mail_kind"), type_="check")
        table.create_check_constraint(op.f("ck_mail_kind"), KINDS.format(more))


def upgrade() -> None:
    op.create_table(
        "launch_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("answers", _json(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("report", _json(), nullable=True),
        sa.Column("layout", _json(), nullable=True),
        sa.Column("error", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('preview', 'storing', 'done', 'failed')", name=op.f("ck_launch_sheet_state")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_launch_sheet_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_launch_sheet"),
        sa.UniqueConstraint("token", name="uq_launch_sheet_token"),
    )
    op.create_index("ix_launch_sheet_person_id", "launch_sheet", ["person_id"])
    op.create_index("ix_launch_sheet_source", "launch_sheet", ["source", "id"])
    op.create_table(
        "asked_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name="fk_asked_question_asked_by"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_asked_question_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_asked_question"),
        sa.UniqueConstraint("person_id", "question", name="uq_asked_question_person_id_question"),
    )
    _mail_kinds(", 'questions'")


def downgrade() -> None:
    op.execute("DELETE FROM mail WHERE kind = 'questions'")
    _mail_kinds("")
    op.drop_table("asked_question")
    op.drop_table("launch_sheet")
