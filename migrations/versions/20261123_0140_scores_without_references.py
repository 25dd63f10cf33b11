"""Scores are derived, and written by the hundred thousand: no reference of theirs is checked.

Each row cost two look-ups in other tables, a fifth of what the database worked for a new ranking.
The one that writes them reads framework and requirements first, and neither is ever deleted.
"""

from alembic import op

revision = "20261123_0140"
down_revision = "20261123_0150"
branch_labels = None
depends_on = None

# Constraint -> (column, table it refers to).
REFERENCES = {
    "fk_score_framework_id": ("framework_id", "framework"),
    "fk_score_requirement_id": ("requirement_id", "requirement"),
}


def upgrade() -> None:
    with op.batch_alter_table("score") as batch:
        for name in REFERENCES:
            batch.drop_constraint(name, type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table("score") as batch:
        for name, (column, other) in REFERENCES.items():
            batch.create_foreign_key(name, other, [column], ["id"])
