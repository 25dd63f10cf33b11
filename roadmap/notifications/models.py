"""Tables of watches, notices, what people want mailed, and the mails themselves."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base, choice
from roadmap.history.models import BigKey
from roadmap.notifications.rules import MailKind, MailState, Pace, Reason, WatchKind


class Watch(Base):
    """Somebody wants to hear of a record, of what enters a view, or of what a team asks.

    Nobody else's business, so the history does not tell it.
    """

    __tablename__ = "watch"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "target_id"),
        Index("ix_watch_target", "kind", "target_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[WatchKind] = mapped_column(choice(WatchKind, "kind"))
    # Id of the record, view or team.
    target_id: Mapped[int]
    created_at: Mapped[datetime]


class Notice(Base):
    """One thing one person should hear of: an event of the history and why it is theirs.

    Ids and codes only; the sentence is rendered for its reader after authorisation.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "event_id"),
        Index("ix_notice_inbox", "person_id", "read_at", "id"),
        Index("ix_notice_mail", "mailed_at", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("history_event.id"))
    record_type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    reason: Mapped[Reason] = mapped_column(choice(Reason, "reason"))
    # The watch it came by, so that one click ends it.
    watch_id: Mapped[int | None]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    # Taken into a mail, or nothing to mail.
    mailed_at: Mapped[datetime | None]


class ViewMember(Base):
    """A requirement that was in a watched view when last looked, so that it can newly enter."""

    __tablename__ = "view_member"

    watch_id: Mapped[int] = mapped_column(
        ForeignKey("watch.id", ondelete="CASCADE"), primary_key=True
    )
    requirement_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Preference(Base):
    """How a person wants to be told for one reason; without a row the usual way."""

    __tablename__ = "notice_preference"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    reason: Mapped[Reason] = mapped_column(choice(Reason, "reason"), primary_key=True)
    pace: Mapped[Pace] = mapped_column(choice(Pace, "pace"))


class WeeklyChoice(Base):
    """Whether a person wants the weekly report; without a row as `rules.weekly_by_default`."""

    __tablename__ = "weekly_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    wanted: Mapped[bool]


class Mail(Base):
    """A mail to one person, stored before it is sent; a digest once a person and day."""

    __tablename__ = "mail"
    __table_args__ = (
        # The promise "one a day, never two" is kept by the database.
        UniqueConstraint("person_id", "digest_day"),
        # And one weekly report a week: it rides in the mail of a day.
        UniqueConstraint("person_id", "report_week"),
        Index("ix_mail_state", "state", "next_try_at", "id"),
        CheckConstraint("(kind = 'digest') = (digest_day IS NOT NULL)", name="digest_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[MailKind] = mapped_column(choice(MailKind, "kind"))
    # The day of the digest in the person's zone.
    digest_day: Mapped[date | None]
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    # Ids of the notices it tells of.
    notices: Mapped[list[Any]]
    # The Monday of the week whose report it carries, and ids of the launches the report names.
    report_week: Mapped[date | None]
    launches: Mapped[list[Any]] = mapped_column(default=list)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[MailState] = mapped_column(choice(MailState, "state"))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    # When it may be tried; while it is being sent, when another worker may take it over.
    next_try_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class FeedCursor(Base):
    """How far a reader of the sealed event stream has come."""

    __tablename__ = "feed_cursor"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(BigKey)
