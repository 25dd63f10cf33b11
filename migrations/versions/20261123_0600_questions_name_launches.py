"""A question remembers which launches it was about, so that home can tell whether it is open."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0600"
down_revision = "20261123_0140"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    # Questions asked before name none: they were mailed, and stay where they are read.
    op.add_column(
        "asked_question", sa.Column("launches", JSON, nullable=False, server_default="[]")
    )
    with op.batch_alter_table("asked_question") as batch:
        batch.alter_column("launches", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("asked_question") as batch:
        batch.drop_column("launches")
