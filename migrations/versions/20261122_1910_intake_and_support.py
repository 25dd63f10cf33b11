"""Drafts, files, pasted threads, own fields, support by team, and who does triage."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1910"
down_revision = "20261122_1900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "requirement_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "typed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "origin_kind",
            sa.Enum(
                "chat",
                "mail",
                name="origin_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("origin_text", sa.Text(), nullable=True),
        sa.Column(
            "files", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_requirement_draft_person_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_requirement_draft"),
    )
    op.create_index("ix_requirement_draft_person", "requirement_draft", ["person_id", "updated_at"])
    op.create_table(
        "triage_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_triage_turn_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_triage_turn"),
        sa.UniqueConstraint("week", name="uq_triage_turn_week"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("size >= 0", name="ck_attachment_size"),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name="fk_attachment_requirement_id"
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name="fk_attachment_uploaded_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_digest", "attachment", ["digest"])
    op.create_index("ix_attachment_requirement_id", "attachment", ["requirement_id"])
    op.create_table(
        "requirement_field_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("sort_text", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["field_id"], ["custom_field.id"], name="fk_requirement_field_value_field_id"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_requirement_field_value_person_id"
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name="fk_requirement_field_value_requirement_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_requirement_field_value"),
        sa.UniqueConstraint(
            "field_id", "requirement_id", name="uq_requirement_field_value_field_id_requirement_id"
        ),
    )
    op.create_index(
        "ix_requirement_field_value_day",
        "requirement_field_value",
        ["field_id", "day", "requirement_id"],
    )
    op.create_index(
        "ix_requirement_field_value_number",
        "requirement_field_value",
        ["field_id", "number", "requirement_id"],
    )
    op.create_index(
        "ix_requirement_field_value_of", "requirement_field_value", ["requirement_id", "field_id"]
    )
    op.create_index(
        "ix_requirement_field_value_person",
        "requirement_field_value",
        ["field_id", "person_id", "requirement_id"],
    )
    op.create_index(
        "ix_requirement_field_value_sort",
        "requirement_field_value",
        ["field_id", "sort_text", "requirement_id"],
    )
    op.create_table(
        "requirement_origin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "chat", "mail", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name="fk_requirement_origin_requirement_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_requirement_origin"),
        sa.UniqueConstraint("requirement_id", name="uq_requirement_origin_requirement_id"),
    )
    # Plain SQL where a column names another table: SQLite then keeps the table, and with it the
    # triggers of the search.
    op.add_column(
        "requirement",
        sa.Column(
            "answers",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
            server_default="{}",
        ),
    )
    op.execute(
        "ALTER TABLE requirement ADD COLUMN submitted_by_id INTEGER "
        "CONSTRAINT fk_requirement_submitted_by_id REFERENCES person (id)"
    )
    op.add_column(
        "requirement", sa.Column("paused_seconds", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("requirement", sa.Column("snoozed_for", sa.String(length=40), nullable=True))
    op.add_column("requirement", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("requirement", sa.Column("waited_seconds", sa.Integer(), nullable=True))
    op.create_index("ix_requirement_decided", "requirement", ["decided_at"])
    op.create_index("ix_requirement_snoozed_for", "requirement", ["snoozed_for"])
    with op.batch_alter_table("requirement_support") as table:
        table.add_column(sa.Column("team_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("entered_by_id", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column("source", sa.String(length=500), nullable=False, server_default="")
        )
        table.add_column(sa.Column("market", sa.String(length=40), nullable=True))
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=True)
        table.create_index("ix_requirement_support_team_id", ["team_id"])
        table.create_foreign_key("fk_requirement_support_team_id", "team", ["team_id"], ["id"])
        table.create_foreign_key(
            "fk_requirement_support_entered_by_id", "person", ["entered_by_id"], ["id"]
        )
        table.create_check_constraint(
            "ck_requirement_support_whose", "person_id IS NOT NULL OR team_id IS NOT NULL"
        )
        table.create_check_constraint(
            "ck_requirement_support_source", "entered_by_id IS NULL OR source <> ''"
        )


def downgrade() -> None:
    # What only the newer schema can hold goes with it.
    op.execute("DELETE FROM requirement_support WHERE person_id IS NULL")
    with op.batch_alter_table("requirement_support") as table:
        table.drop_constraint("ck_requirement_support_source", type_="check")
        table.drop_constraint("ck_requirement_support_whose", type_="check")
        table.drop_constraint("fk_requirement_support_entered_by_id", type_="foreignkey")
        table.drop_constraint("fk_requirement_support_team_id", type_="foreignkey")
        table.drop_index("ix_requirement_support_team_id")
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
        table.drop_column("market")
        table.drop_column("source")
        table.drop_column("entered_by_id")
        table.drop_column("team_id")
    op.drop_index("ix_requirement_snoozed_for", "requirement")
    op.drop_index("ix_requirement_decided", "requirement")
    gone = ("waited_seconds", "decided_at", "snoozed_for", "paused_seconds")
    for name in (*gone, "submitted_by_id", "answers"):
        op.execute(f"ALTER TABLE requirement DROP COLUMN {name}")
    op.drop_table("requirement_origin")
    op.drop_table("requirement_field_value")
    op.drop_table("attachment")
    op.drop_table("triage_turn")
    op.drop_table("requirement_draft")
