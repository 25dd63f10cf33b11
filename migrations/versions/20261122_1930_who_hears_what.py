"""Watches, the inbox, what people want mailed, and the mails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1930"
down_revision = "20261122_1920"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_cursor",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_feed_cursor"),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "digest",
                "immediate",
                "account",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("digest_day", sa.Date(), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column(
            "notices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'digest') = (digest_day IS NOT NULL)", name="ck_mail_digest_day"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mail_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
        sa.UniqueConstraint("message_id", name="uq_mail_message_id"),
        sa.UniqueConstraint("person_id", "digest_day", name="uq_mail_person_id_digest_day"),
    )
    op.create_index("ix_mail_state", "mail", ["state", "next_try_at", "id"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_type", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "mention",
                "decision",
                "own",
                "turn",
                "supported",
                "watched",
                "view",
                "team",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("watch_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["history_event.id"], name="fk_notice_event_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("person_id", "event_id", name="uq_notice_person_id_event_id"),
    )
    op.create_index("ix_notice_inbox", "notice", ["person_id", "read_at", "id"])
    op.create_index("ix_notice_mail", "notice", ["mailed_at", "person_id", "id"])
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "mention",
                "decision",
                "own",
                "turn",
                "supported",
                "watched",
                "view",
                "team",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "pace",
            sa.Enum(
                "now",
                "daily",
                "inbox",
                "off",
                name="pace",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_notice_preference_person_id"
        ),
        sa.PrimaryKeyConstraint("person_id", "reason", name="pk_notice_preference"),
    )
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "requirement",
                "launch",
                "mechanism",
                "view",
                "team",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_watch_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_watch"),
        sa.UniqueConstraint(
            "person_id", "kind", "target_id", name="uq_watch_person_id_kind_target_id"
        ),
    )
    op.create_index("ix_watch_target", "watch", ["kind", "target_id"])
    op.create_table(
        "view_member",
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watch.id"], name="fk_view_member_watch_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("watch_id", "requirement_id", name="pk_view_member"),
    )
    # Nobody is told of what happened before there were notices.
    op.execute(
        "INSERT INTO feed_cursor (name, seq) "
        "SELECT 'notices', coalesce(max(seq), 0) FROM history_seal"
    )


def downgrade() -> None:
    op.drop_table("view_member")
    op.drop_table("watch")
    op.drop_table("notice_preference")
    op.drop_table("notice")
    op.drop_table("mail")
    op.drop_table("feed_cursor")
