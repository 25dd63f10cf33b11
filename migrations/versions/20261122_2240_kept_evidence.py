"""Old evidence is added up, cited rows are kept, metrics are watched for their control limits.

A measurement row can be deleted if, and only if, the ledger of retired rows names it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_2240"
down_revision = "20261122_2230"
branch_labels = None
depends_on = None

GUARDED = ("measurement_sum", "measurement_retired", "signal_answer")


def upgrade() -> None:
    op.create_table(
        "control_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("void_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_control_mark"),
    )
    op.create_table(
        "measurement_cited",
        sa.Column(
            "measurement_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("measurement_id", name="pk_measurement_cited"),
    )
    op.create_table(
        "roll_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cutoff", sa.Date(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("sum_count", sa.Integer(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ran_by"], ["person.id"], name="fk_roll_up_ran_by"),
        sa.PrimaryKeyConstraint("id", name="pk_roll_up"),
    )
    op.create_table(
        "signal_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=300), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("outcome IN ('reported', 'dismissed')", name="ck_signal_answer_outcome"),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name="fk_signal_answer_answered_by"
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_signal_answer_mechanism_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signal_answer"),
        sa.UniqueConstraint(
            "mechanism_id", "series", "since", name="uq_signal_answer_mechanism_id_series_since"
        ),
    )
    op.create_table(
        "measurement_sum",
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
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("denominator >= 0", name="ck_measurement_sum_denominator"),
        sa.CheckConstraint(
            "numerator >= 0 AND numerator <= denominator", name="ck_measurement_sum_numerator"
        ),
        sa.CheckConstraint("row_count > 0", name="ck_measurement_sum_row_count"),
        sa.ForeignKeyConstraint(["batch_id"], ["roll_up.id"], name="fk_measurement_sum_batch_id"),
        sa.ForeignKeyConstraint(
            ["configuration_id"], ["configuration.id"], name="fk_measurement_sum_configuration_id"
        ),
        sa.ForeignKeyConstraint(
            ["language_code"], ["language.code"], name="fk_measurement_sum_language_code"
        ),
        sa.ForeignKeyConstraint(
            ["market_code"], ["market.code"], name="fk_measurement_sum_market_code"
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_measurement_sum_mechanism_id"
        ),
        sa.ForeignKeyConstraint(
            ["policy_area_code"], ["policy_area.code"], name="fk_measurement_sum_policy_area_code"
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name="fk_measurement_sum_policy_version_id",
        ),
        sa.ForeignKeyConstraint(
            ["surface_code"], ["surface.code"], name="fk_measurement_sum_surface_code"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_measurement_sum"),
    )
    op.create_index("ix_measurement_sum_batch", "measurement_sum", ["batch_id", "id"], unique=False)
    op.create_index(
        "ix_measurement_sum_period",
        "measurement_sum",
        ["mechanism_id", "metric", "period_end"],
        unique=False,
    )
    op.create_table(
        "metric_signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=300), nullable=False),
        sa.Column("configuration_id", sa.Integer(), nullable=True),
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
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("worse", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("labelled", sa.Integer(), nullable=False),
        sa.Column("centre", sa.Double(), nullable=False),
        sa.Column("lower", sa.Double(), nullable=False),
        sa.Column("upper", sa.Double(), nullable=False),
        sa.Column(
            "points", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["configuration_id"], ["configuration.id"], name="fk_metric_signal_configuration_id"
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_metric_signal_mechanism_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_metric_signal"),
        sa.UniqueConstraint("mechanism_id", "series", name="uq_metric_signal_mechanism_id_series"),
    )
    op.create_table(
        "measurement_retired",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("sum_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.Column("content", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["roll_up.id"], name="fk_measurement_retired_batch_id"
        ),
        sa.ForeignKeyConstraint(
            ["sum_id"], ["measurement_sum.id"], name="fk_measurement_retired_sum_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_measurement_retired"),
    )
    op.create_index(
        "ix_measurement_retired_batch", "measurement_retired", ["batch_id", "id"], unique=False
    )
    op.create_index(
        "ix_measurement_retired_identity", "measurement_retired", ["identity"], unique=False
    )
    op.create_index(
        "ix_measurement_retired_sum_id", "measurement_retired", ["sum_id"], unique=False
    )
    op.drop_index("ix_measurement_deciding", table_name="measurement")
    op.create_index(
        "ix_measurement_deciding",
        "measurement",
        ["mechanism_id", "metric", "window_end", "configuration_id"],
    )
    # Asked for each row that is deleted.
    op.create_index(
        "ix_measurement_void_corrected_by_id",
        "measurement_void",
        ["corrected_by_id"],
        sqlite_where=sa.text("corrected_by_id IS NOT NULL"),
        postgresql_where=sa.text("corrected_by_id IS NOT NULL"),
    )
    # Nobody knows what verdicts stored until now rested on, so what there is stays.
    op.execute("INSERT INTO measurement_cited (measurement_id) SELECT id FROM measurement")
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute("DROP TRIGGER measurement_no_delete ON measurement")
        op.execute(
            "CREATE FUNCTION refuse_unless_retired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF EXISTS (SELECT 1 FROM measurement_retired WHERE id = OLD.id) "
            "THEN RETURN OLD; END IF; "
            "RAISE EXCEPTION 'measurement rows are never changed'; END $$"
        )
        op.execute(
            "CREATE TRIGGER measurement_no_delete BEFORE DELETE ON measurement "
            "FOR EACH ROW EXECUTE FUNCTION refuse_unless_retired()"
        )
    else:
        op.execute("DROP TRIGGER measurement_no_delete")
        op.execute(
            "CREATE TRIGGER measurement_no_delete BEFORE DELETE ON measurement "
            "WHEN NOT EXISTS (SELECT 1 FROM measurement_retired WHERE id = OLD.id) "
            "BEGIN SELECT RAISE(ABORT, 'measurement rows are never changed'); END"
        )
    for table in GUARDED:
        for verb in ("UPDATE", "DELETE"):
            _guard(table, verb, on_postgresql)


def _guard(table: str, verb: str, on_postgresql: bool) -> None:
    action = (
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        if on_postgresql
        else f"BEGIN SELECT RAISE(ABORT, '{table} rows are never changed'); END"
    )
    op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {action}")


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute("DROP TRIGGER measurement_no_delete ON measurement")
        op.execute("DROP FUNCTION refuse_unless_retired()")
    else:
        op.execute("DROP TRIGGER measurement_no_delete")
    op.drop_index("ix_measurement_void_corrected_by_id", table_name="measurement_void")
    op.drop_index("ix_measurement_deciding", table_name="measurement")
    op.create_index(
        "ix_measurement_deciding", "measurement", ["mechanism_id", "metric", "window_end"]
    )
    _guard("measurement", "DELETE", on_postgresql)
    for table in (
        "measurement_retired",
        "measurement_sum",
        "roll_up",
        "measurement_cited",
        "metric_signal",
        "signal_answer",
        "control_mark",
    ):
        op.drop_table(table)
