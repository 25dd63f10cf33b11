"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1600"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checklist_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_template")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_checklist_template_code_version")),
    )
    op.create_table(
        "counter",
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_counter")),
    )
    op.create_table(
        "framework",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("expression", sa.Text(), nullable=True),
        sa.Column(
            "criteria", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("ranks_backlog", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_framework_code_version")),
    )
    op.create_table(
        "history_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("record_type", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column(
            "changes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("rows", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("why_digest", sa.String(length=64), nullable=True),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_event")),
    )
    with op.batch_alter_table("history_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_event_at"), ["at"], unique=False)
        batch_op.create_index(
            "ix_history_event_record", ["record_type", "record_id", "id"], unique=False
        )

    op.create_table(
        "import_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column(
            "mapping", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_import_mapping_fingerprint")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("dedupe", sa.String(length=120), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_steps", sa.Integer(), nullable=False),
        sa.Column("total_steps", sa.Integer(), nullable=True),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column(
            "result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_job_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_dedupe", ["dedupe", "state"], unique=False)
        batch_op.create_index("ix_job_due", ["state", "run_after", "id"], unique=False)

    op.create_table(
        "language",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_language")),
        sa.UniqueConstraint("code", name=op.f("uq_language_code")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column(
            "roles", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_name", ["name", "id"], unique=False)

    op.create_table(
        "policy_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("dsa_category", sa.String(length=60), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_area")),
        sa.UniqueConstraint("code", name=op.f("uq_policy_area_code")),
    )
    op.create_table(
        "region",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("code", name=op.f("uq_region_code")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_subject"), ["subject"], unique=False)

    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("vendor", sa.String(length=120), nullable=False),
        sa.Column("contract_hours", sa.Double(), nullable=True),
        sa.Column("notice_weeks", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
    )
    op.create_table(
        "surface",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surface")),
        sa.UniqueConstraint("code", name=op.f("uq_surface_code")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("code", name=op.f("uq_team_code")),
    )
    op.create_table(
        "worker_beat",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_beat")),
    )
    op.create_table(
        "account_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_link_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_account_link_token_digest")),
    )
    with op.batch_alter_table("account_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "history_seal",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["history_event.id"], name=op.f("fk_history_seal_event_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_history_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_history_seal_event_id")),
    )
    op.create_table(
        "history_text",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["history_event.id"], name=op.f("fk_history_text_event_id")
        ),
        sa.PrimaryKeyConstraint("event_id", "path", name=op.f("pk_history_text")),
    )
    op.create_table(
        "import_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column(
            "answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column(
            "report", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column("error", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('reading', 'preview', 'storing', 'done', 'failed')",
            name=op.f("ck_import_upload_state"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_import_upload_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_upload")),
        sa.UniqueConstraint("token", name=op.f("uq_import_upload_token")),
    )
    with op.batch_alter_table("import_upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_upload_person_id"), ["person_id"], unique=False)

    op.create_table(
        "launch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "M",
                "C",
                "S",
                "P",
                "V",
                "T",
                "W",
                "Q",
                name="type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "planned",
                "committed",
                "live",
                "closed",
                "paused",
                "rolled_back",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column(
            "tier_answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("commitment_no", sa.Integer(), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=True),
        sa.Column("source_key", sa.String(length=200), nullable=True),
        sa.Column("copied_from_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("tier BETWEEN 1 AND 3", name=op.f("ck_launch_tier")),
        sa.ForeignKeyConstraint(
            ["copied_from_id"], ["launch.id"], name=op.f("fk_launch_copied_from_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_launch_owner_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_launch_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch")),
        sa.UniqueConstraint("commitment_no", name=op.f("uq_launch_commitment_no")),
    )
    with op.batch_alter_table("launch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_launch_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_launch_state", ["state", "id"], unique=False)
        batch_op.create_index("uq_launch_source", ["source", "source_key"], unique=True)

    op.create_table(
        "market",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region_code", sa.String(length=20), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_market_region_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market")),
        sa.UniqueConstraint("code", name=op.f("uq_market_code")),
    )
    op.create_table(
        "measurement_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_measurement_batch_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement_batch")),
    )
    op.create_table(
        "mechanism",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "review_queue",
                "appeals_queue",
                "escalation_desk",
                "qa_program",
                "user_report_channel",
                "classifier",
                "rule",
                "hash_match",
                "llm_judge",
                "keyword_bank",
                "seller_verification",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "draft",
                "shadow",
                "monitor",
                "enforce",
                "paused",
                "retired",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("vendor", sa.String(length=120), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("routes_to_id", sa.Integer(), nullable=True),
        sa.Column("rollout_ratio", sa.Double(), nullable=False),
        sa.Column("max_daily_actions", sa.Integer(), nullable=True),
        sa.Column("quota_per_minute", sa.Integer(), nullable=True),
        sa.Column(
            "quota_exhausted",
            sa.Enum(
                "closed",
                "open",
                name="quota_exhausted",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "fail_mode",
            sa.Enum(
                "closed",
                "open",
                name="fail_mode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("unit_price_micros", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("kill_switch_who", sa.String(length=200), nullable=False),
        sa.Column("kill_switch_minutes", sa.Integer(), nullable=True),
        sa.Column("kill_switch_rehearsed_on", sa.Date(), nullable=True),
        sa.Column("staffed_until", sa.Date(), nullable=True),
        sa.Column("receives_all", sa.Boolean(), nullable=False),
        sa.Column("automated_only", sa.Boolean(), nullable=False),
        sa.Column("labels_per_week", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("max_daily_actions >= 0", name=op.f("ck_mechanism_daily")),
        sa.CheckConstraint("quota_per_minute > 0", name=op.f("ck_mechanism_quota")),
        sa.CheckConstraint(
            "rollout_ratio >= 0 AND rollout_ratio <= 1", name=op.f("ck_mechanism_ratio")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_mechanism_owner_id")),
        sa.ForeignKeyConstraint(
            ["routes_to_id"], ["mechanism.id"], name=op.f("fk_mechanism_routes_to_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_mechanism_site_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_mechanism_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mechanism")),
    )
    with op.batch_alter_table("mechanism", schema=None) as batch_op:
        batch_op.create_index("ix_mechanism_kind", ["kind", "id"], unique=False)
        batch_op.create_index("ix_mechanism_name", ["name", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mechanism_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "policy_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_area_code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("sweeps", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_policy_version_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_area_code"],
            ["policy_area.code"],
            name=op.f("fk_policy_version_policy_area_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
        sa.UniqueConstraint(
            "policy_area_code", "version", name=op.f("uq_policy_version_policy_area_code_version")
        ),
    )
    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "tool",
                "product",
                "workflow",
                "policy",
                "automation",
                "quality",
                "problem_report",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum(
                "critical",
                "high",
                "medium",
                "low",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("people_affected", sa.Integer(), nullable=True),
        sa.Column("weekly_volume", sa.Integer(), nullable=True),
        sa.Column("sellers_affected", sa.Integer(), nullable=True),
        sa.Column("value_at_stake", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column(
            "links", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column(
            "needed_by_precision",
            sa.Enum(
                "day",
                "week",
                "month",
                "quarter",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("needed_by_reason", sa.String(length=500), nullable=False),
        sa.Column("regulation", sa.String(length=200), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "triaged",
                "accepted",
                "planned",
                "in_progress",
                "delivered",
                "declined",
                "duplicate",
                "snoozed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("state_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_changed_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_word_on", sa.Date(), nullable=True),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("duplicate_of_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=True),
        sa.Column("source_key", sa.String(length=200), nullable=True),
        sa.Column(
            "source_data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("effective_score", sa.Double(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column(
            "before_move", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("people_affected >= 0", name=op.f("ck_requirement_people")),
        sa.CheckConstraint("sellers_affected >= 0", name=op.f("ck_requirement_sellers")),
        sa.CheckConstraint("value_at_stake >= 0", name=op.f("ck_requirement_value")),
        sa.CheckConstraint("weekly_volume >= 0", name=op.f("ck_requirement_volume")),
        sa.ForeignKeyConstraint(
            ["duplicate_of_id"], ["requirement.id"], name=op.f("fk_requirement_duplicate_of_id")
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["person.id"], name=op.f("fk_requirement_requester_id")
        ),
        sa.ForeignKeyConstraint(
            ["state_changed_by"], ["person.id"], name=op.f("fk_requirement_state_changed_by")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_requirement_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
    )
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.create_index("ix_requirement_created", ["created_at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_requirement_duplicate_of_id"), ["duplicate_of_id"], unique=False
        )
        batch_op.create_index("ix_requirement_effective", ["effective_score", "id"], unique=False)
        batch_op.create_index("ix_requirement_needed", ["needed_by", "id"], unique=False)
        batch_op.create_index("ix_requirement_rank", ["rank", "id"], unique=False)
        batch_op.create_index("ix_requirement_requester", ["requester_id", "id"], unique=False)
        batch_op.create_index(
            "ix_requirement_state_created", ["state", "created_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_requirement_state_effective", ["state", "effective_score", "id"], unique=False
        )
        batch_op.create_index(
            "ix_requirement_team_effective", ["team_id", "effective_score", "id"], unique=False
        )
        batch_op.create_index("ix_requirement_title", ["title", "id"], unique=False)
        batch_op.create_index("ix_requirement_updated", ["updated_at", "id"], unique=False)
        batch_op.create_index("uq_requirement_source", ["source", "source_key"], unique=True)

    op.create_table(
        "team_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_team_member_person_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
        sa.UniqueConstraint("team_id", "person_id", name=op.f("uq_team_member_team_id_person_id")),
    )
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "template_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("check_source", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column(
            "types", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "regions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("max_tier", sa.Integer(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "severity IN ('blocker', 'approvable', 'info')", name=op.f("ck_template_item_severity")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["checklist_template.id"], name=op.f("fk_template_item_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_item")),
        sa.UniqueConstraint("template_id", "code", name=op.f("uq_template_item_template_id_code")),
    )
    op.create_table(
        "acceptance_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["person.id"], name=op.f("fk_acceptance_criterion_accepted_by")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirement.id"],
            name=op.f("fk_acceptance_criterion_requirement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_criterion")),
    )
    with op.batch_alter_table("acceptance_criterion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_acceptance_criterion_requirement_id"), ["requirement_id"], unique=False
        )

    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("market_code", sa.String(length=2), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('holiday', 'campaign', 'freeze')", name=op.f("ck_calendar_day_kind")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_calendar_day_order")),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name=op.f("fk_calendar_day_market_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint(
            "kind",
            "market_code",
            "starts_on",
            "name",
            name=op.f("uq_calendar_day_kind_market_code_starts_on_name"),
        ),
    )
    op.create_table(
        "certification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column("language_code", sa.String(length=35), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("certified_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.CheckConstraint("heads >= 0", name=op.f("ck_certification_heads")),
        sa.ForeignKeyConstraint(
            ["language_code"], ["language.code"], name=op.f("fk_certification_language_code")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name=op.f("fk_certification_mechanism_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_certification_policy_version_id"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_certification_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification")),
        sa.UniqueConstraint(
            "mechanism_id",
            "policy_version_id",
            "language_code",
            "site_id",
            name=op.f("uq_certification_mechanism_id_policy_version_id_language_code_site_id"),
        ),
    )
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("template_item_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("check_source", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("claim", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "answer IN ('yes', 'no', 'not_applicable')", name=op.f("ck_checklist_item_answer")
        ),
        sa.CheckConstraint(
            "severity IN ('blocker', 'approvable', 'info')", name=op.f("ck_checklist_item_severity")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_checklist_item_answered_by")
        ),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name=op.f("fk_checklist_item_launch_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_checklist_item_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["template_item_id"],
            ["template_item.id"],
            name=op.f("fk_checklist_item_template_item_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_item")),
        sa.UniqueConstraint("launch_id", "code", name=op.f("uq_checklist_item_launch_id_code")),
    )
    with op.batch_alter_table("checklist_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_item_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "configuration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column(
            "parameters", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name=op.f("fk_configuration_mechanism_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configuration")),
        sa.UniqueConstraint(
            "mechanism_id", "digest", name=op.f("uq_configuration_mechanism_id_digest")
        ),
        sa.UniqueConstraint(
            "mechanism_id", "label", name=op.f("uq_configuration_mechanism_id_label")
        ),
    )
    with op.batch_alter_table("configuration", schema=None) as batch_op:
        batch_op.create_index(
            "uq_configuration_current",
            ["mechanism_id"],
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )

    op.create_table(
        "coverage_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("market_code", sa.String(length=2), nullable=True),
        sa.Column("language_code", sa.String(length=35), nullable=True),
        sa.Column("surface_code", sa.String(length=40), nullable=True),
        sa.Column("policy_area_code", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["language_code"], ["language.code"], name=op.f("fk_coverage_cell_language_code")
        ),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name=op.f("fk_coverage_cell_market_code")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name=op.f("fk_coverage_cell_mechanism_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_area_code"],
            ["policy_area.code"],
            name=op.f("fk_coverage_cell_policy_area_code"),
        ),
        sa.ForeignKeyConstraint(
            ["surface_code"], ["surface.code"], name=op.f("fk_coverage_cell_surface_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_cell")),
    )
    with op.batch_alter_table("coverage_cell", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coverage_cell_mechanism_id"), ["mechanism_id"], unique=False
        )
        batch_op.create_index(
            "ix_coverage_cell_scope",
            ["market_code", "language_code", "surface_code", "policy_area_code"],
            unique=False,
        )

    op.create_table(
        "forecast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("market_code", sa.String(length=2), nullable=True),
        sa.Column("language_code", sa.String(length=35), nullable=True),
        sa.Column("surface_code", sa.String(length=40), nullable=True),
        sa.Column("policy_area_code", sa.String(length=40), nullable=True),
        sa.Column("likely", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("prevalence", sa.Double(), nullable=True),
        sa.Column(
            "grade",
            sa.Enum(
                "measured",
                "estimated",
                "borrowed",
                "default",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.CheckConstraint("high >= likely", name=op.f("ck_forecast_high")),
        sa.CheckConstraint(
            "likely >= 0 AND low >= 0 AND low <= likely", name=op.f("ck_forecast_low")
        ),
        sa.CheckConstraint(
            "prevalence >= 0 AND prevalence <= 1", name=op.f("ck_forecast_prevalence")
        ),
        sa.ForeignKeyConstraint(
            ["language_code"], ["language.code"], name=op.f("fk_forecast_language_code")
        ),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name=op.f("fk_forecast_launch_id")),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name=op.f("fk_forecast_market_code")
        ),
        sa.ForeignKeyConstraint(
            ["policy_area_code"], ["policy_area.code"], name=op.f("fk_forecast_policy_area_code")
        ),
        sa.ForeignKeyConstraint(
            ["surface_code"], ["surface.code"], name=op.f("fk_forecast_surface_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast")),
    )
    with op.batch_alter_table("forecast", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_forecast_launch_id"), ["launch_id"], unique=False)

    op.create_table(
        "gap_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("check_code", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("finish_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name=op.f("fk_gap_plan_launch_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_gap_plan_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_plan")),
        sa.UniqueConstraint(
            "launch_id",
            "check_code",
            "subject",
            name=op.f("uq_gap_plan_launch_id_check_code_subject"),
        ),
    )
    with op.batch_alter_table("gap_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gap_plan_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "launch_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("market_code", sa.String(length=2), nullable=False),
        sa.Column("language_code", sa.String(length=35), nullable=False),
        sa.Column("surface_code", sa.String(length=40), nullable=False),
        sa.Column("policy_area_code", sa.String(length=40), nullable=False),
        sa.Column("from_phase", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["language_code"], ["language.code"], name=op.f("fk_launch_cell_language_code")
        ),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name=op.f("fk_launch_cell_launch_id")
        ),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name=op.f("fk_launch_cell_market_code")
        ),
        sa.ForeignKeyConstraint(
            ["policy_area_code"], ["policy_area.code"], name=op.f("fk_launch_cell_policy_area_code")
        ),
        sa.ForeignKeyConstraint(
            ["surface_code"], ["surface.code"], name=op.f("fk_launch_cell_surface_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch_cell")),
        sa.UniqueConstraint(
            "launch_id",
            "market_code",
            "language_code",
            "surface_code",
            "policy_area_code",
            name=op.f(
                "uq_launch_cell_launch_id_market_code_language_code_surface_code_policy_area_code"
            ),
        ),
    )
    with op.batch_alter_table("launch_cell", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_launch_cell_market_code"), ["market_code"], unique=False
        )

    op.create_table(
        "launch_dependency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("depends_on_id", sa.Integer(), nullable=False),
        sa.Column("phase_position", sa.Integer(), nullable=True),
        sa.CheckConstraint("launch_id <> depends_on_id", name=op.f("ck_launch_dependency_itself")),
        sa.ForeignKeyConstraint(
            ["depends_on_id"], ["launch.id"], name=op.f("fk_launch_dependency_depends_on_id")
        ),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name=op.f("fk_launch_dependency_launch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch_dependency")),
        sa.UniqueConstraint(
            "launch_id", "depends_on_id", name=op.f("uq_launch_dependency_launch_id_depends_on_id")
        ),
    )
    with op.batch_alter_table("launch_dependency", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_launch_dependency_depends_on_id"), ["depends_on_id"], unique=False
        )

    op.create_table(
        "launch_mechanism",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "detect",
                "decide",
                "review",
                "appeal",
                "escalate",
                "audit",
                "report",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "required_stage",
            sa.Enum(
                "draft",
                "shadow",
                "monitor",
                "enforce",
                "paused",
                "retired",
                name="required_stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_phase", sa.Integer(), nullable=False),
        sa.Column("fallback_id", sa.Integer(), nullable=True),
        sa.Column("auto_actions_per_week", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fallback_id"], ["mechanism.id"], name=op.f("fk_launch_mechanism_fallback_id")
        ),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name=op.f("fk_launch_mechanism_launch_id")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name=op.f("fk_launch_mechanism_mechanism_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch_mechanism")),
        sa.UniqueConstraint(
            "launch_id",
            "mechanism_id",
            "role",
            name=op.f("uq_launch_mechanism_launch_id_mechanism_id_role"),
        ),
    )
    with op.batch_alter_table("launch_mechanism", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_launch_mechanism_mechanism_id"), ["mechanism_id"], unique=False
        )

    op.create_table(
        "launch_reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (team_id IS NULL)", name=op.f("ck_launch_reader_one")
        ),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name=op.f("fk_launch_reader_launch_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_launch_reader_person_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_launch_reader_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch_reader")),
        sa.UniqueConstraint(
            "launch_id", "person_id", name=op.f("uq_launch_reader_launch_id_person_id")
        ),
        sa.UniqueConstraint(
            "launch_id", "team_id", name=op.f("uq_launch_reader_launch_id_team_id")
        ),
    )
    with op.batch_alter_table("launch_reader", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_launch_reader_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_launch_reader_team_id"), ["team_id"], unique=False)

    op.create_table(
        "launch_requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("must", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name=op.f("fk_launch_requirement_launch_id")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirement.id"],
            name=op.f("fk_launch_requirement_requirement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch_requirement")),
        sa.UniqueConstraint(
            "launch_id",
            "requirement_id",
            name=op.f("uq_launch_requirement_launch_id_requirement_id"),
        ),
    )
    with op.batch_alter_table("launch_requirement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_launch_requirement_requirement_id"), ["requirement_id"], unique=False
        )

    op.create_table(
        "phase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column(
            "precision",
            sa.Enum(
                "day",
                "week",
                "month",
                "quarter",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "live",
                "halted",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("went_live_on", sa.Date(), nullable=True),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_phase_share")),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name=op.f("fk_phase_launch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("launch_id", "position", name=op.f("uq_phase_launch_id_position")),
    )
    with op.batch_alter_table("phase", schema=None) as batch_op:
        batch_op.create_index("ix_phase_starts", ["starts_on", "launch_id"], unique=False)

    op.create_table(
        "policy_language",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column("language_code", sa.String(length=35), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["language_code"], ["language.code"], name=op.f("fk_policy_language_language_code")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_policy_language_policy_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_language")),
        sa.UniqueConstraint(
            "policy_version_id",
            "language_code",
            name=op.f("uq_policy_language_policy_version_id_language_code"),
        ),
    )
    op.create_table(
        "policy_market",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column("market_code", sa.String(length=2), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name=op.f("fk_policy_market_market_code")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_policy_market_policy_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_market")),
        sa.UniqueConstraint(
            "policy_version_id",
            "market_code",
            name=op.f("uq_policy_market_policy_version_id_market_code"),
        ),
    )
    op.create_table(
        "requirement_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_requirement_comment_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirement.id"],
            name=op.f("fk_requirement_comment_requirement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_comment")),
    )
    with op.batch_alter_table("requirement_comment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_requirement_comment_requirement_id"), ["requirement_id"], unique=False
        )

    op.create_table(
        "requirement_effort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.Double(), nullable=False),
        sa.CheckConstraint("weeks > 0", name=op.f("ck_requirement_effort_weeks")),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirement.id"],
            name=op.f("fk_requirement_effort_requirement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_requirement_effort_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_effort")),
        sa.UniqueConstraint(
            "requirement_id", "team_id", name=op.f("uq_requirement_effort_requirement_id_team_id")
        ),
    )
    op.create_table(
        "requirement_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("blocker_id", sa.Integer(), nullable=False),
        sa.Column("blocked_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("blocker_id <> blocked_id", name=op.f("ck_requirement_link_itself")),
        sa.ForeignKeyConstraint(
            ["blocked_id"], ["requirement.id"], name=op.f("fk_requirement_link_blocked_id")
        ),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["requirement.id"], name=op.f("fk_requirement_link_blocker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_link")),
        sa.UniqueConstraint(
            "blocker_id", "blocked_id", name=op.f("uq_requirement_link_blocker_id_blocked_id")
        ),
    )
    with op.batch_alter_table("requirement_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_requirement_link_blocked_id"), ["blocked_id"], unique=False
        )

    op.create_table(
        "requirement_scope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column(
            "dimension",
            sa.Enum(
                "market",
                "language",
                "surface",
                "policy_area",
                name="dimension",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_requirement_scope_requirement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_scope")),
        sa.UniqueConstraint(
            "requirement_id",
            "dimension",
            "code",
            name=op.f("uq_requirement_scope_requirement_id_dimension_code"),
        ),
    )
    with op.batch_alter_table("requirement_scope", schema=None) as batch_op:
        batch_op.create_index(
            "ix_requirement_scope_code", ["dimension", "code", "requirement_id"], unique=False
        )

    op.create_table(
        "requirement_support",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("weekly_volume", sa.Integer(), nullable=True),
        sa.Column("came_from_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("weekly_volume >= 0", name=op.f("ck_requirement_support_volume")),
        sa.ForeignKeyConstraint(
            ["came_from_id"], ["requirement.id"], name=op.f("fk_requirement_support_came_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_requirement_support_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirement.id"],
            name=op.f("fk_requirement_support_requirement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_support")),
        sa.UniqueConstraint(
            "requirement_id",
            "person_id",
            name=op.f("uq_requirement_support_requirement_id_person_id"),
        ),
    )
    with op.batch_alter_table("requirement_support", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_requirement_support_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("framework_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column(
            "inputs", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "spread", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "parts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "missing", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("set_digest", sa.String(length=64), nullable=True),
        sa.Column("set_size", sa.Integer(), nullable=True),
        sa.Column(
            "ranges", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "notes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["framework.id"], name=op.f("fk_score_framework_id")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_score_requirement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint(
            "requirement_id", "framework_id", name=op.f("uq_score_requirement_id_framework_id")
        ),
    )
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.create_index("ix_score_framework_value", ["framework_id", "value"], unique=False)

    op.create_table(
        "score_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("framework_code", sa.String(length=40), nullable=False),
        sa.Column("scorer_id", sa.Integer(), nullable=True),
        sa.Column(
            "inputs", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_score_entry_requirement_id")
        ),
        sa.ForeignKeyConstraint(
            ["scorer_id"], ["person.id"], name=op.f("fk_score_entry_scorer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_entry")),
        sa.UniqueConstraint(
            "requirement_id",
            "framework_code",
            "scorer_id",
            name=op.f("uq_score_entry_requirement_id_framework_code_scorer_id"),
        ),
    )
    op.create_table(
        "site_market",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("market_code", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name=op.f("fk_site_market_market_code")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_market_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_market")),
        sa.UniqueConstraint(
            "site_id", "market_code", name=op.f("uq_site_market_site_id_market_code")
        ),
    )
    op.create_table(
        "training_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("market_code", sa.String(length=2), nullable=True),
        sa.Column("language_code", sa.String(length=35), nullable=True),
        sa.Column("surface_code", sa.String(length=40), nullable=True),
        sa.Column("policy_area_code", sa.String(length=40), nullable=True),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("from_phase", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("heads >= 0", name=op.f("ck_training_need_heads")),
        sa.ForeignKeyConstraint(
            ["language_code"], ["language.code"], name=op.f("fk_training_need_language_code")
        ),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name=op.f("fk_training_need_launch_id")
        ),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name=op.f("fk_training_need_market_code")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_training_need_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_area_code"],
            ["policy_area.code"],
            name=op.f("fk_training_need_policy_area_code"),
        ),
        sa.ForeignKeyConstraint(
            ["surface_code"], ["surface.code"], name=op.f("fk_training_need_surface_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_need")),
    )
    with op.batch_alter_table("training_need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_need_launch_id"), ["launch_id"], unique=False)

    op.create_table(
        "verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("phase_position", sa.Integer(), nullable=True),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("word", sa.String(length=20), nullable=False),
        sa.Column("outlook", sa.String(length=20), nullable=False),
        sa.Column("rules_version", sa.String(length=20), nullable=False),
        sa.Column("facts_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("borrowed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name=op.f("fk_verdict_launch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
    )
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.create_index("ix_verdict_launch_at", ["launch_id", "evaluated_at"], unique=False)

    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("check_code", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("risk_of_proceeding", sa.Text(), nullable=False),
        sa.Column("risk_of_not", sa.Text(), nullable=False),
        sa.Column("compensating", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> requested_by", name=op.f("ck_waiver_four_eyes")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_waiver_approved_by")),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name=op.f("fk_waiver_launch_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_waiver_owner_id")),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["person.id"], name=op.f("fk_waiver_requested_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.create_index("ix_waiver_launch", ["launch_id"], unique=False)

    op.create_table(
        "launch_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("launch_mechanism_id", sa.Integer(), nullable=False),
        sa.Column(
            "metric",
            sa.Enum(
                "precision",
                "recall",
                "qa_accuracy",
                "overturn_rate",
                "leakage",
                "appeal_rate",
                "prevalence",
                "violation_rate",
                "auto_action_rate",
                "automated_share",
                "human_review_rate",
                name="metric",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("target", sa.Double(), nullable=False),
        sa.Column(
            "dimensions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("max_age_days", sa.Integer(), nullable=False),
        sa.Column(
            "pools", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.CheckConstraint("max_age_days > 0", name=op.f("ck_launch_target_age")),
        sa.CheckConstraint("target >= 0 AND target <= 1", name=op.f("ck_launch_target_target")),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name=op.f("fk_launch_target_launch_id")
        ),
        sa.ForeignKeyConstraint(
            ["launch_mechanism_id"],
            ["launch_mechanism.id"],
            name=op.f("fk_launch_target_launch_mechanism_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch_target")),
        sa.UniqueConstraint(
            "launch_mechanism_id",
            "metric",
            name=op.f("uq_launch_target_launch_mechanism_id_metric"),
        ),
    )
    with op.batch_alter_table("launch_target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_launch_target_launch_id"), ["launch_id"], unique=False)

    op.create_table(
        "measurement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("configuration_id", sa.Integer(), nullable=True),
        sa.Column("policy_version_id", sa.Integer(), nullable=True),
        sa.Column("market_code", sa.String(length=2), nullable=True),
        sa.Column("language_code", sa.String(length=35), nullable=True),
        sa.Column("surface_code", sa.String(length=40), nullable=True),
        sa.Column("policy_area_code", sa.String(length=40), nullable=True),
        sa.Column(
            "metric",
            sa.Enum(
                "precision",
                "recall",
                "qa_accuracy",
                "overturn_rate",
                "leakage",
                "appeal_rate",
                "prevalence",
                "violation_rate",
                "auto_action_rate",
                "automated_share",
                "human_review_rate",
                name="metric",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("window_start", sa.Date(), nullable=False),
        sa.Column("window_end", sa.Date(), nullable=False),
        sa.Column(
            "sampling",
            sa.Enum(
                "random",
                "stratified",
                "flagged_only",
                "census",
                name="sampling",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "strata", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column(
            "label_source",
            sa.Enum(
                "human",
                "expert",
                "qa",
                "appeals",
                "llm_with_human_audit",
                "llm_only",
                name="label_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("denominator >= 0", name=op.f("ck_measurement_denominator")),
        sa.CheckConstraint(
            "numerator >= 0 AND numerator <= denominator", name=op.f("ck_measurement_numerator")
        ),
        sa.CheckConstraint("window_end >= window_start", name=op.f("ck_measurement_window")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["measurement_batch.id"], name=op.f("fk_measurement_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["configuration_id"], ["configuration.id"], name=op.f("fk_measurement_configuration_id")
        ),
        sa.ForeignKeyConstraint(
            ["language_code"], ["language.code"], name=op.f("fk_measurement_language_code")
        ),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name=op.f("fk_measurement_market_code")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name=op.f("fk_measurement_mechanism_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_area_code"], ["policy_area.code"], name=op.f("fk_measurement_policy_area_code")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_measurement_policy_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["surface_code"], ["surface.code"], name=op.f("fk_measurement_surface_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
    )
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.create_index("ix_measurement_batch", ["batch_id", "id"], unique=False)
        batch_op.create_index(
            "ix_measurement_deciding", ["mechanism_id", "metric", "window_end"], unique=False
        )
        batch_op.create_index(
            "ix_measurement_slice",
            [
                "mechanism_id",
                "metric",
                "market_code",
                "language_code",
                "surface_code",
                "policy_area_code",
                "policy_version_id",
                "configuration_id",
                "window_end",
                "recorded_at",
                "id",
                "label_source",
            ],
            unique=False,
        )

    op.create_table(
        "verdict_current",
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("verdict_id", sa.Integer(), nullable=True),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outdated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launch.id"], name=op.f("fk_verdict_current_launch_id")
        ),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdict.id"], name=op.f("fk_verdict_current_verdict_id")
        ),
        sa.PrimaryKeyConstraint("launch_id", name=op.f("pk_verdict_current")),
    )
    with op.batch_alter_table("verdict_current", schema=None) as batch_op:
        batch_op.create_index("ix_verdict_current_due", ["outdated", "valid_until"], unique=False)

    op.create_table(
        "measurement_void",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "measurement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["measurement_id"], ["measurement.id"], name=op.f("fk_measurement_void_measurement_id")
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name=op.f("fk_measurement_void_mechanism_id")
        ),
        sa.ForeignKeyConstraint(
            ["voided_by"], ["person.id"], name=op.f("fk_measurement_void_voided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement_void")),
        sa.UniqueConstraint("measurement_id", name=op.f("uq_measurement_void_measurement_id")),
    )
    with op.batch_alter_table("measurement_void", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_measurement_void_mechanism_id"), ["mechanism_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("measurement_void", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measurement_void_mechanism_id"))

    op.drop_table("measurement_void")
    with op.batch_alter_table("verdict_current", schema=None) as batch_op:
        batch_op.drop_index("ix_verdict_current_due")

    op.drop_table("verdict_current")
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.drop_index("ix_measurement_slice")
        batch_op.drop_index("ix_measurement_deciding")
        batch_op.drop_index("ix_measurement_batch")

    op.drop_table("measurement")
    with op.batch_alter_table("launch_target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_launch_target_launch_id"))

    op.drop_table("launch_target")
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.drop_index("ix_waiver_launch")

    op.drop_table("waiver")
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_index("ix_verdict_launch_at")

    op.drop_table("verdict")
    with op.batch_alter_table("training_need", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_need_launch_id"))

    op.drop_table("training_need")
    op.drop_table("site_market")
    op.drop_table("score_entry")
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_index("ix_score_framework_value")

    op.drop_table("score")
    with op.batch_alter_table("requirement_support", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_support_person_id"))

    op.drop_table("requirement_support")
    with op.batch_alter_table("requirement_scope", schema=None) as batch_op:
        batch_op.drop_index("ix_requirement_scope_code")

    op.drop_table("requirement_scope")
    with op.batch_alter_table("requirement_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_link_blocked_id"))

    op.drop_table("requirement_link")
    op.drop_table("requirement_effort")
    with op.batch_alter_table("requirement_comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_comment_requirement_id"))

    op.drop_table("requirement_comment")
    op.drop_table("policy_market")
    op.drop_table("policy_language")
    with op.batch_alter_table("phase", schema=None) as batch_op:
        batch_op.drop_index("ix_phase_starts")

    op.drop_table("phase")
    with op.batch_alter_table("launch_requirement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_launch_requirement_requirement_id"))

    op.drop_table("launch_requirement")
    with op.batch_alter_table("launch_reader", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_launch_reader_team_id"))
        batch_op.drop_index(batch_op.f("ix_launch_reader_person_id"))

    op.drop_table("launch_reader")
    with op.batch_alter_table("launch_mechanism", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_launch_mechanism_mechanism_id"))

    op.drop_table("launch_mechanism")
    with op.batch_alter_table("launch_dependency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_launch_dependency_depends_on_id"))

    op.drop_table("launch_dependency")
    with op.batch_alter_table("launch_cell", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_launch_cell_market_code"))

    op.drop_table("launch_cell")
    with op.batch_alter_table("gap_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gap_plan_owner_id"))

    op.drop_table("gap_plan")
    with op.batch_alter_table("forecast", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast_launch_id"))

    op.drop_table("forecast")
    with op.batch_alter_table("coverage_cell", schema=None) as batch_op:
        batch_op.drop_index("ix_coverage_cell_scope")
        batch_op.drop_index(batch_op.f("ix_coverage_cell_mechanism_id"))

    op.drop_table("coverage_cell")
    with op.batch_alter_table("configuration", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_configuration_current",
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )

    op.drop_table("configuration")
    with op.batch_alter_table("checklist_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_item_owner_id"))

    op.drop_table("checklist_item")
    op.drop_table("certification")
    op.drop_table("calendar_day")
    with op.batch_alter_table("acceptance_criterion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_acceptance_criterion_requirement_id"))

    op.drop_table("acceptance_criterion")
    op.drop_table("template_item")
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_member_person_id"))

    op.drop_table("team_member")
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.drop_index("uq_requirement_source")
        batch_op.drop_index("ix_requirement_updated")
        batch_op.drop_index("ix_requirement_title")
        batch_op.drop_index("ix_requirement_team_effective")
        batch_op.drop_index("ix_requirement_state_effective")
        batch_op.drop_index("ix_requirement_state_created")
        batch_op.drop_index("ix_requirement_requester")
        batch_op.drop_index("ix_requirement_rank")
        batch_op.drop_index("ix_requirement_needed")
        batch_op.drop_index("ix_requirement_effective")
        batch_op.drop_index(batch_op.f("ix_requirement_duplicate_of_id"))
        batch_op.drop_index("ix_requirement_created")

    op.drop_table("requirement")
    op.drop_table("policy_version")
    with op.batch_alter_table("mechanism", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mechanism_owner_id"))
        batch_op.drop_index("ix_mechanism_name")
        batch_op.drop_index("ix_mechanism_kind")

    op.drop_table("mechanism")
    op.drop_table("measurement_batch")
    op.drop_table("market")
    with op.batch_alter_table("launch", schema=None) as batch_op:
        batch_op.drop_index("uq_launch_source")
        batch_op.drop_index("ix_launch_state")
        batch_op.drop_index(batch_op.f("ix_launch_owner_id"))

    op.drop_table("launch")
    with op.batch_alter_table("import_upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_upload_person_id"))

    op.drop_table("import_upload")
    op.drop_table("history_text")
    op.drop_table("history_seal")
    with op.batch_alter_table("account_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_link_person_id"))

    op.drop_table("account_link")
    op.drop_table("worker_beat")
    op.drop_table("team")
    op.drop_table("surface")
    op.drop_table("site")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_subject"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_at"))

    op.drop_table("sign_in_attempt")
    op.drop_table("region")
    op.drop_table("policy_area")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_name")

    op.drop_table("person")
    op.drop_table("language")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_due")
        batch_op.drop_index("ix_job_dedupe")

    op.drop_table("job")
    op.drop_table("import_mapping")
    with op.batch_alter_table("history_event", schema=None) as batch_op:
        batch_op.drop_index("ix_history_event_record")
        batch_op.drop_index(batch_op.f("ix_history_event_at"))

    op.drop_table("history_event")
    op.drop_table("framework")
    op.drop_table("counter")
    op.drop_table("checklist_template")
