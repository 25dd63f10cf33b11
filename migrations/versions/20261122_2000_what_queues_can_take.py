"""What queues and steps can take, who is on duty, what arrives, what it costs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_2000"
down_revision = "20261122_1930"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_holiday_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_site_holiday"),
        sa.UniqueConstraint("site_id", "day", name="uq_site_holiday_site_id_day"),
    )
    op.create_table(
        "base_load",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("language_code", sa.String(length=35), nullable=True),
        sa.Column("weekly", sa.Double(), nullable=False),
        sa.Column("handling_seconds", sa.Double(), nullable=True),
        sa.Column(
            "profile", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "season", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("measured_until", sa.Date(), nullable=False),
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
        sa.CheckConstraint("handling_seconds > 0", name="ck_base_load_handling"),
        sa.CheckConstraint("weekly >= 0", name="ck_base_load_weekly"),
        sa.ForeignKeyConstraint(
            ["language_code"], ["language.code"], name="fk_base_load_language_code"
        ),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_base_load_mechanism_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_base_load"),
        sa.UniqueConstraint(
            "mechanism_id", "language_code", name="uq_base_load_mechanism_id_language_code"
        ),
    )
    op.create_table(
        "handling_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("handling_seconds", sa.Double(), nullable=False),
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
        sa.CheckConstraint("handling_seconds > 0", name="ck_handling_change_handling"),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_handling_change_launch_id"),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_handling_change_mechanism_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_handling_change"),
        sa.UniqueConstraint(
            "launch_id", "mechanism_id", name="uq_handling_change_launch_id_mechanism_id"
        ),
    )
    op.create_index("ix_handling_change_mechanism_id", "handling_change", ["mechanism_id"])

    op.create_table(
        "launch_limit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("budget_days", sa.Integer(), nullable=False),
        sa.Column("active_sellers", sa.Integer(), nullable=True),
        sa.Column("wrongful_per_thousand", sa.Double(), nullable=True),
        sa.CheckConstraint("active_sellers > 0", name="ck_launch_limit_sellers"),
        sa.CheckConstraint("budget > 0", name="ck_launch_limit_budget"),
        sa.CheckConstraint("budget_days > 0", name="ck_launch_limit_budget_days"),
        sa.CheckConstraint("wrongful_per_thousand >= 0", name="ck_launch_limit_wrongful"),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_launch_limit_launch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_launch_limit"),
        sa.UniqueConstraint("launch_id", name="uq_launch_limit_launch_id"),
    )
    op.create_table(
        "queue_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("handling_seconds", sa.Double(), nullable=True),
        sa.Column(
            "handling_grade",
            sa.Enum(
                "measured",
                "estimated",
                "borrowed",
                "default",
                name="handling_grade",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("occupancy", sa.Double(), nullable=False),
        sa.Column("in_shift_shrinkage", sa.Double(), nullable=False),
        sa.Column("shrinkage", sa.Double(), nullable=False),
        sa.Column("attrition", sa.Double(), nullable=False),
        sa.Column("contract_hours", sa.Double(), nullable=False),
        sa.Column("sla_hours", sa.Double(), nullable=True),
        sa.Column("sla_share", sa.Double(), nullable=False),
        sa.Column("patience_hours", sa.Double(), nullable=True),
        sa.Column("review_share", sa.Double(), nullable=True),
        sa.Column(
            "review_grade",
            sa.Enum(
                "measured",
                "estimated",
                "borrowed",
                "default",
                name="review_grade",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("appeal_true", sa.Double(), nullable=True),
        sa.Column("appeal_false", sa.Double(), nullable=True),
        sa.Column("appeal_days", sa.Integer(), nullable=False),
        sa.Column("hourly_rate", sa.Integer(), nullable=True),
        sa.Column("item_price", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.CheckConstraint("appeal_days > 0", name="ck_queue_plan_appeal_days"),
        sa.CheckConstraint(
            "appeal_false >= 0 AND appeal_false <= 1", name="ck_queue_plan_appeal_false"
        ),
        sa.CheckConstraint(
            "appeal_true >= 0 AND appeal_true <= 1", name="ck_queue_plan_appeal_true"
        ),
        sa.CheckConstraint("attrition >= 0 AND attrition < 1", name="ck_queue_plan_attrition"),
        sa.CheckConstraint("contract_hours > 0", name="ck_queue_plan_contract"),
        sa.CheckConstraint("handling_seconds > 0", name="ck_queue_plan_handling"),
        sa.CheckConstraint(
            "in_shift_shrinkage >= 0 AND in_shift_shrinkage < 1", name="ck_queue_plan_in_shift"
        ),
        sa.CheckConstraint("occupancy > 0 AND occupancy <= 1", name="ck_queue_plan_occupancy"),
        sa.CheckConstraint(
            "review_share >= 0 AND review_share <= 1", name="ck_queue_plan_review_share"
        ),
        sa.CheckConstraint("shrinkage >= 0 AND shrinkage < 1", name="ck_queue_plan_shrinkage"),
        sa.CheckConstraint("sla_hours > 0", name="ck_queue_plan_sla_hours"),
        sa.CheckConstraint("sla_share > 0 AND sla_share <= 1", name="ck_queue_plan_sla_share"),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_queue_plan_mechanism_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_queue_plan"),
        sa.UniqueConstraint("mechanism_id", name="uq_queue_plan_mechanism_id"),
    )
    op.create_table(
        "queue_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column(
            "weekdays", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("rostered", sa.Double(), nullable=False),
        sa.Column("present", sa.Double(), nullable=True),
        sa.Column("ramp", sa.Double(), nullable=False),
        sa.Column(
            "languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.CheckConstraint("ends >= 0 AND ends <= 1440", name="ck_queue_shift_ends"),
        sa.CheckConstraint("last_day >= first_day", name="ck_queue_shift_days"),
        sa.CheckConstraint("present >= 0 AND present <= rostered", name="ck_queue_shift_present"),
        sa.CheckConstraint("ramp >= 0 AND ramp <= 1", name="ck_queue_shift_ramp"),
        sa.CheckConstraint("rostered >= 0", name="ck_queue_shift_rostered"),
        sa.CheckConstraint("starts >= 0 AND starts < 1440", name="ck_queue_shift_starts"),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_queue_shift_mechanism_id"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_queue_shift_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_queue_shift"),
    )
    op.create_index("ix_queue_shift_days", "queue_shift", ["mechanism_id", "last_day", "first_day"])
    op.create_index("ix_queue_shift_site_id", "queue_shift", ["site_id"])

    op.create_table(
        "queue_throughput",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("per_day", sa.Double(), nullable=False),
        sa.CheckConstraint("per_day >= 0", name="ck_queue_throughput_per_day"),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_queue_throughput_mechanism_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_queue_throughput"),
        sa.UniqueConstraint("mechanism_id", "week", name="uq_queue_throughput_mechanism_id_week"),
    )
    op.create_table(
        "step_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column(
            "rates", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
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
        sa.Column("outage_hours", sa.Integer(), nullable=True),
        sa.Column("clear_hours", sa.Integer(), nullable=True),
        sa.Column("hold_minutes", sa.Integer(), nullable=True),
        sa.CheckConstraint("clear_hours > 0", name="ck_step_plan_clear"),
        sa.CheckConstraint("hold_minutes >= 0", name="ck_step_plan_hold"),
        sa.CheckConstraint("outage_hours > 0", name="ck_step_plan_outage"),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_step_plan_mechanism_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_step_plan"),
        sa.UniqueConstraint("mechanism_id", name="uq_step_plan_mechanism_id"),
    )
    op.create_table(
        "sweep",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column("language_code", sa.String(length=35), nullable=True),
        sa.Column("listings", sa.Double(), nullable=False),
        sa.Column("flagged", sa.Double(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("from_phase", sa.Integer(), nullable=False),
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
        sa.CheckConstraint("days > 0", name="ck_sweep_days"),
        sa.CheckConstraint("flagged >= 0 AND flagged <= 1", name="ck_sweep_flagged"),
        sa.CheckConstraint("listings >= 0", name="ck_sweep_listings"),
        sa.ForeignKeyConstraint(
            ["language_code"], ["language.code"], name="fk_sweep_language_code"
        ),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_sweep_launch_id"),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name="fk_sweep_mechanism_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sweep"),
    )
    op.create_index("ix_sweep_launch_id", "sweep", ["launch_id"])
    op.create_index("ix_sweep_mechanism_id", "sweep", ["mechanism_id"])

    op.create_table(
        "campaign_load",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_day_id", sa.Integer(), nullable=False),
        sa.Column("multiplier", sa.Double(), nullable=False),
        sa.Column(
            "profile", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.CheckConstraint("multiplier >= 0", name="ck_campaign_load_multiplier"),
        sa.ForeignKeyConstraint(
            ["calendar_day_id"], ["calendar_day.id"], name="fk_campaign_load_calendar_day_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_load"),
        sa.UniqueConstraint("calendar_day_id", name="uq_campaign_load_calendar_day_id"),
    )
    op.create_table(
        "forecast_shape",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("forecast_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column(
            "profile", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "season", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["forecast_id"], ["forecast.id"], name="fk_forecast_shape_forecast_id"
        ),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_forecast_shape_launch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_forecast_shape"),
        sa.UniqueConstraint("forecast_id", name="uq_forecast_shape_forecast_id"),
    )
    op.create_index("ix_forecast_shape_launch_id", "forecast_shape", ["launch_id"])

    op.create_table(
        "route_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("forecast_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mechanism_id", sa.Integer(), nullable=False),
        sa.Column(
            "rates", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
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
        sa.ForeignKeyConstraint(["forecast_id"], ["forecast.id"], name="fk_route_step_forecast_id"),
        sa.ForeignKeyConstraint(["launch_id"], ["launch.id"], name="fk_route_step_launch_id"),
        sa.ForeignKeyConstraint(
            ["mechanism_id"], ["mechanism.id"], name="fk_route_step_mechanism_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_route_step"),
        sa.UniqueConstraint("forecast_id", "position", name="uq_route_step_forecast_id_position"),
    )
    op.create_index("ix_route_step_launch_id", "route_step", ["launch_id"])
    op.create_index("ix_route_step_mechanism_id", "route_step", ["mechanism_id"])


def downgrade() -> None:
    op.drop_index("ix_route_step_mechanism_id", "route_step")
    op.drop_index("ix_route_step_launch_id", "route_step")

    op.drop_table("route_step")
    op.drop_index("ix_forecast_shape_launch_id", "forecast_shape")

    op.drop_table("forecast_shape")
    op.drop_table("campaign_load")
    op.drop_index("ix_sweep_mechanism_id", "sweep")
    op.drop_index("ix_sweep_launch_id", "sweep")

    op.drop_table("sweep")
    op.drop_table("step_plan")
    op.drop_table("queue_throughput")
    op.drop_index("ix_queue_shift_site_id", "queue_shift")
    op.drop_index("ix_queue_shift_days", "queue_shift")

    op.drop_table("queue_shift")
    op.drop_table("queue_plan")
    op.drop_table("launch_limit")
    op.drop_index("ix_handling_change_mechanism_id", "handling_change")

    op.drop_table("handling_change")
    op.drop_table("base_load")
    op.drop_table("site_holiday")
