"""API tokens; keys of measurements that programs send; which row corrects which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_2215"
down_revision = "20261122_2010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "scopes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_api_token_created_by"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_api_token_person_id"),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"], name="fk_api_token_revoked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("token_digest", name="uq_api_token_token_digest"),
    )
    op.create_index("ix_api_token_person_id", "api_token", ["person_id"])
    op.add_column("measurement", sa.Column("external_key", sa.String(length=200), nullable=True))
    op.create_index(
        "ix_measurement_external",
        "measurement",
        ["source", "external_key"],
        sqlite_where=sa.text("external_key IS NOT NULL"),
        postgresql_where=sa.text("external_key IS NOT NULL"),
    )
    # Plain SQL where a column names another table: SQLite then keeps the table and its triggers.
    key = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute(
        f"ALTER TABLE measurement_void ADD COLUMN corrected_by_id {key} "
        "CONSTRAINT fk_measurement_void_corrected_by_id REFERENCES measurement (id)"
    )
    op.add_column(
        "import_upload",
        sa.Column("kind", sa.String(length=20), nullable=False, server_default="requirements"),
    )


def downgrade() -> None:
    op.execute("ALTER TABLE import_upload DROP COLUMN kind")
    op.execute("ALTER TABLE measurement_void DROP COLUMN corrected_by_id")
    op.drop_index("ix_measurement_external", table_name="measurement")
    op.execute("ALTER TABLE measurement DROP COLUMN external_key")
    op.drop_index("ix_api_token_person_id", table_name="api_token")
    op.drop_table("api_token")
