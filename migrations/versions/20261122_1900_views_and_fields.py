"""Saved views with their addresses, and the fields admins define."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1900"
down_revision = "20261122_1620"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custom_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_type_of", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("help", sa.String(length=300), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "number",
                "choice",
                "date",
                "person",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custom_field"),
        sa.UniqueConstraint("record_type_of", "code", name="uq_custom_field_record_type_of_code"),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("sort", sa.String(length=60), nullable=False),
        sa.Column(
            "columns", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> ''", name="ck_saved_view_name"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_saved_view_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
    )
    op.create_index("ix_saved_view_owner", "saved_view", ["list_code", "owner_id"])
    op.create_index("ix_saved_view_shared", "saved_view", ["list_code", "shared"])
    op.create_table(
        "default_view",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("list_code", sa.String(length=40), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_default_view_person_id"),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name="fk_default_view_view_id"),
        sa.PrimaryKeyConstraint("person_id", "list_code", name="pk_default_view"),
    )
    op.create_table(
        "view_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_view_address_person_id"),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name="fk_view_address_view_id"),
        sa.PrimaryKeyConstraint("id", name="pk_view_address"),
        sa.UniqueConstraint("token_digest", name="uq_view_address_token_digest"),
    )
    op.create_index("ix_view_address_view_id", "view_address", ["view_id"])
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "bulk_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_code", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "done",
                "refused",
                "undone",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("spec", json, nullable=False),
        sa.Column("previewed", json, nullable=False),
        sa.Column("stamp", sa.String(length=64), nullable=False),
        sa.Column("kept", json, nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_bulk_edit_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_edit"),
    )
    op.create_index("ix_bulk_edit_person", "bulk_edit", ["person_id", "list_code", "id"])


def downgrade() -> None:
    op.drop_table("bulk_edit")
    op.drop_table("view_address")
    op.drop_table("default_view")
    op.drop_table("saved_view")
    op.drop_table("custom_field")
