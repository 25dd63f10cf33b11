"""The weekly report in words, and to whom a launch without a weekly word was escalated."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0210"
down_revision = "20261123_0200"
branch_labels = None
depends_on = None

REASONS = (
    "reason IN ('mention', 'decision',{} 'own', 'turn', 'supported', 'watched', 'view', 'team')"
)
TABLES = ("notice", "notice_preference")


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _reasons(more: str) -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_constraint(op.f(f"ck_{name}_reason"), type_="check")
            table.create_check_constraint(op.f(f"ck_{name}_reason"), REASONS.format(more))


def upgrade() -> None:
    op.create_table(
        "weekly_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_weekly_choice_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_weekly_choice"),
    )
    with op.batch_alter_table("mail") as table:
        table.add_column(sa.Column("report_week", sa.Date(), nullable=True))
        table.add_column(
            sa.Column("launches", _json(), nullable=False, server_default=sa.text("'[]'"))
        )
        table.create_unique_constraint(
            op.f("uq_mail_person_id_report_week"), ["person_id", "report_week"]
        )
    op.add_column(
        "freshness_step",
        sa.Column("told_to", _json(), nullable=False, server_default=sa.text("'[]'")),
    )
    _reasons(" 'escalated',")


def downgrade() -> None:
    for name in TABLES:
        op.execute(f"DELETE FROM {name} WHERE reason = 'escalated'")  # noqa: S608 - our own names
    _reasons("")
    op.drop_column("freshness_step", "told_to")
    with op.batch_alter_table("mail") as table:
        table.drop_constraint(op.f("uq_mail_person_id_report_week"), type_="unique")
        table.drop_column("launches")
        table.drop_column("report_week")
    op.drop_table("weekly_choice")
