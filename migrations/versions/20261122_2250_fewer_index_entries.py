"""Ranking the backlog again writes every row of it: fewer indexes have to hear of each.

The value of a score is never searched for; few requirements sleep, repeat another or were imported.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2250"
down_revision = "20261122_2245"
branch_labels = None
depends_on = None

# Of few requirements: index -> (columns, unique).
RARE = {
    "ix_requirement_snoozed_for": (["snoozed_for"], False),
    "ix_requirement_duplicate_of_id": (["duplicate_of_id"], False),
    "uq_requirement_source": (["source", "source_key"], True),
}


def upgrade() -> None:
    op.drop_index("ix_score_framework_value", "score")
    for name, (columns, unique) in RARE.items():
        has = sa.text(f"{columns[0]} IS NOT NULL")
        op.drop_index(name, "requirement")
        op.create_index(
            name, "requirement", columns, unique=unique, postgresql_where=has, sqlite_where=has
        )


def downgrade() -> None:
    for name, (columns, unique) in RARE.items():
        op.drop_index(name, "requirement")
        op.create_index(name, "requirement", columns, unique=unique)
    op.create_index("ix_score_framework_value", "score", ["framework_id", "value"])
