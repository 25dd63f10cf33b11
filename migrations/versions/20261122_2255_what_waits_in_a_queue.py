"""What was counted waiting in a queue, and when."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2255"
down_revision = "20261122_2250"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_backlog",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("items", sa.Double(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("items >= 0", name="ck_queue_backlog_items"),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_queue_backlog_mechanism_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_queue_backlog"),
        sa.UniqueConstraint("mechanism_id", name="uq_queue_backlog_mechanism_id"),
    )


def downgrade() -> None:
    op.drop_table("queue_backlog")
