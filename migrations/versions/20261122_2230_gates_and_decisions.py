"""Review groups, gates and votes, decisions, hypercare, and what people attest again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "20261122_2230"
down_revision = "20261122_2215"
branch_labels = None
depends_on = None

# Given once, never changed: the database itself refuses it, as it does for the history.
APPENDED = ("gate_vote", "decision", "decision_voice", "guard_reading")


def _guard() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in APPENDED:
        for verb in ("UPDATE", "DELETE"):
            if postgresql:
                action = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            else:
                action = f"BEGIN SELECT RAISE(ABORT, '{table} rows are never changed'); END"
            name = f"{table}_no_{verb.lower()}"
            op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {action}")


def _unguard() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in APPENDED:
        for verb in ("update", "delete"):
            suffix = f" ON {table}" if postgresql else ""
            op.execute(f"DROP TRIGGER {table}_no_{verb}{suffix}")


def upgrade() -> None:
    op.create_table(
        "gate_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "one_of",
                "n_of",
                "all",
                name="rule",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("groups", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("signs", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("types", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("regions", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("max_tier", sa.Integer(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("self_certify", sa.Boolean(), nullable=False),
        sa.Column("questions", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("needed > 0", name="ck_gate_template_needed"),
        sa.PrimaryKeyConstraint("id", name="pk_gate_template"),
        sa.UniqueConstraint("code", name="uq_gate_template_code"),
    )
    op.create_table(
        "usual_duration",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_usual_duration"),
    )
    op.create_table(
        "verdict_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("parts", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verdict_snapshot"),
        sa.UniqueConstraint("digest", name="uq_verdict_snapshot_digest"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("phase_position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "go",
                "conditional",
                "no_go",
                "emergency_go",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("word", sa.String(length=20), nullable=False),
        sa.Column("rules_version", sa.String(length=20), nullable=False),
        sa.Column("facts_digest", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("evidence_digest", sa.String(length=64), nullable=False),
        sa.Column("seal_seq", sa.Integer(), nullable=True),
        sa.Column("seal_hash", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "kind <> 'emergency_go' OR (expires_on IS NOT NULL AND review_on IS NOT NULL)",
            name="ck_decision_emergency",
        ),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_decision_launch_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name="fk_decision_recorded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_launch", "decision", ["launch_id", "id"])
    op.create_table(
        "freshness_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('asked', 'escalated', 'uncommitted')", name="ck_freshness_step_step"
        ),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_freshness_step_launch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_freshness_step"),
        sa.UniqueConstraint(
            "launch_id", "week", "step", name="uq_freshness_step_launch_id_week_step"
        ),
    )
    op.create_table(
        "gate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "one_of",
                "n_of",
                "all",
                name="rule",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("signs", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("from_phase", sa.Integer(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("self_certify", sa.Boolean(), nullable=False),
        sa.Column("questions", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("needed > 0", name="ck_gate_needed"),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_gate_launch_id"),
        sa.ForeignKeyConstraint(["template_id"], ["gate_template.id"], name="fk_gate_template_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gate"),
        sa.UniqueConstraint("launch_id", "code", name="uq_gate_launch_id_code"),
    )
    op.create_table(
        "guard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("phase_position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("limit", sa.Double(), nullable=False),
        sa.Column("floor", sa.Boolean(), nullable=False),
        sa.Column("max_age_hours", sa.Double(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("max_age_hours > 0", name="ck_guard_age"),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_guard_launch_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_guard_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_guard"),
        sa.UniqueConstraint(
            "launch_id", "phase_position", "name", name="uq_guard_launch_id_phase_position_name"
        ),
    )
    op.create_table(
        "hypercare",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("phase_position", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_hypercare_launch_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_hypercare_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hypercare"),
        sa.UniqueConstraint(
            "launch_id", "phase_position", name="uq_hypercare_launch_id_phase_position"
        ),
    )
    op.create_table(
        "review_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("market_code", sa.String(length=2), nullable=True),
        sa.Column("respond_days", sa.Integer(), nullable=False),
        sa.Column("resolve_days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("resolve_days >= respond_days", name="ck_review_group_resolve"),
        sa.CheckConstraint("respond_days > 0", name="ck_review_group_respond"),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name="fk_review_group_market_code"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_group"),
        sa.UniqueConstraint("code", name="uq_review_group_code"),
    )
    op.create_table(
        "standing_attestation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=60), nullable=False),
        sa.Column("market_code", sa.String(length=2), nullable=False),
        sa.Column("surface_code", sa.String(length=40), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("attested_by", sa.Integer(), nullable=False),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attested_by"], ["person.id"], name="fk_standing_attestation_attested_by"
        ),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name="fk_standing_attestation_market_code"
        ),
        sa.ForeignKeyConstraint(
            ["surface_code"], ["surface.code"], name="fk_standing_attestation_surface_code"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_standing_attestation"),
    )
    op.create_index(
        "ix_standing_attestation_place",
        "standing_attestation",
        ["market_code", "surface_code", "item_code"],
    )
    op.create_table(
        "template_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("choice IN ('taken', 'kept')", name="ck_template_choice_choice"),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_template_choice_launch_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_template_choice_person_id"),
        sa.ForeignKeyConstraint(
            ["template_id"], ["checklist_template.id"], name="fk_template_choice_template_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_template_choice"),
        sa.UniqueConstraint(
            "launch_id", "template_id", name="uq_template_choice_launch_id_template_id"
        ),
    )
    op.create_table(
        "weekly_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_weekly_word_launch_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_weekly_word_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_weekly_word"),
        sa.UniqueConstraint("launch_id", "week", name="uq_weekly_word_launch_id_week"),
    )
    op.create_table(
        "decision_condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("checklist_item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checklist_item_id"],
            ["checklist_item.id"],
            name="fk_decision_condition_checklist_item_id",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name="fk_decision_condition_decision_id"
        ),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name="fk_decision_condition_launch_id"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_decision_condition_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision_condition"),
    )
    op.create_index("ix_decision_condition_decision_id", "decision_condition", ["decision_id"])
    op.create_index("ix_decision_condition_launch_id", "decision_condition", ["launch_id"])
    op.create_table(
        "decision_voice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "decider",
                "dissent",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name="fk_decision_voice_decision_id"
        ),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_decision_voice_launch_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_decision_voice_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision_voice"),
        sa.UniqueConstraint(
            "decision_id", "person_id", name="uq_decision_voice_decision_id_person_id"
        ),
    )
    op.create_index("ix_decision_voice_launch_id", "decision_voice", ["launch_id"])
    op.create_table(
        "gate_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name="fk_gate_review_assignee_id"),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name="fk_gate_review_gate_id"),
        sa.ForeignKeyConstraint(["group_id"], ["review_group.id"], name="fk_gate_review_group_id"),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_gate_review_launch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gate_review"),
        sa.UniqueConstraint("gate_id", "group_id", name="uq_gate_review_gate_id_group_id"),
    )
    op.create_index("ix_gate_review_assignee", "gate_review", ["assignee_id", "launch_id"])
    op.create_index("ix_gate_review_group_id", "gate_review", ["group_id"])
    op.create_index("ix_gate_review_launch_id", "gate_review", ["launch_id"])
    op.create_table(
        "gate_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "vote",
            sa.Enum(
                "review_requested",
                "in_review",
                "needs_work",
                "approved",
                "denied",
                "na_requested",
                "not_applicable",
                "withdrawn",
                name="vote",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("spot_check", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name="fk_gate_vote_gate_id"),
        sa.ForeignKeyConstraint(["group_id"], ["review_group.id"], name="fk_gate_vote_group_id"),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_gate_vote_launch_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_gate_vote_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gate_vote"),
    )
    op.create_index("ix_gate_vote_gate", "gate_vote", ["gate_id", "id"])
    op.create_index("ix_gate_vote_launch_id", "gate_vote", ["launch_id"])
    op.create_index("ix_gate_vote_person_id", "gate_vote", ["person_id"])
    op.create_table(
        "guard_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("guard_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["guard_id"], ["guard.id"], name="fk_guard_reading_guard_id"),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_guard_reading_launch_id"),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name="fk_guard_reading_recorded_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_guard_reading"),
    )
    op.create_index("ix_guard_reading_guard", "guard_reading", ["guard_id", "observed_at", "id"])
    op.create_index("ix_guard_reading_launch_id", "guard_reading", ["launch_id"])
    op.create_table(
        "review_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["review_group.id"], name="fk_review_member_group_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_review_member_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_member"),
        sa.UniqueConstraint("group_id", "person_id", name="uq_review_member_group_id_person_id"),
    )
    op.create_index("ix_review_member_person_id", "review_member", ["person_id"])
    op.create_table(
        "review_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["review_group.id"], name="fk_review_turn_group_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_review_turn_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_turn"),
        sa.UniqueConstraint("group_id", "week", name="uq_review_turn_group_id_week"),
    )
    for table in ("checklist_item", "template_item"):
        op.add_column(table, sa.Column("bound_to", sa.String(length=40), nullable=True))
        for name in ("standing", "before_commit"):
            flag: sa.Column[bool] = sa.Column(
                name, sa.Boolean(), nullable=False, server_default=sa.false()
            )
            op.add_column(table, flag)
    op.add_column(
        "checklist_item",
        sa.Column("from_phase", sa.Integer(), nullable=False, server_default="1"),
    )
    # Plain SQL where a column names another table or has a check: SQLite then keeps the table.
    op.execute(
        "ALTER TABLE verdict ADD COLUMN snapshot_id INTEGER "
        "CONSTRAINT fk_verdict_snapshot_id REFERENCES verdict_snapshot (id)"
    )
    op.execute(
        "ALTER TABLE waiver ADD COLUMN risk VARCHAR(20) "
        "CONSTRAINT ck_waiver_risk CHECK (risk IN ('low', 'medium', 'high'))"
    )
    op.execute(
        "ALTER TABLE waiver ADD COLUMN renews_id INTEGER "
        "CONSTRAINT fk_waiver_renews_id REFERENCES waiver (id)"
    )
    _guard()


def downgrade() -> None:
    _unguard()
    op.execute("ALTER TABLE waiver DROP COLUMN renews_id")
    op.execute("ALTER TABLE waiver DROP COLUMN risk")
    op.execute("ALTER TABLE verdict DROP COLUMN snapshot_id")
    op.execute("ALTER TABLE checklist_item DROP COLUMN from_phase")
    for table in ("checklist_item", "template_item"):
        for name in ("before_commit", "standing", "bound_to"):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    op.drop_table("review_turn")
    op.drop_table("review_member")
    op.drop_table("guard_reading")
    op.drop_table("gate_vote")
    op.drop_table("gate_review")
    op.drop_table("decision_voice")
    op.drop_table("decision_condition")
    op.drop_table("weekly_word")
    op.drop_table("template_choice")
    op.drop_table("standing_attestation")
    op.drop_table("review_group")
    op.drop_table("hypercare")
    op.drop_table("guard")
    op.drop_table("gate")
    op.drop_table("freshness_step")
    op.drop_table("decision")
    op.drop_table("verdict_snapshot")
    op.drop_table("usual_duration")
    op.drop_table("gate_template")
