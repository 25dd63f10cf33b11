"""Tables of the event stream. Rows are inserted and never changed; triggers refuse the rest."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base

# SQLite gives ever-growing keys only to INTEGER primary keys.
BigKey = BigInteger().with_variant(Integer(), "sqlite")


class HistoryEvent(Base):
    """One change of one record: who, when, what before and after, why."""

    __tablename__ = "history_event"
    __table_args__ = (Index("ix_history_event_record", "record_type", "record_id", "id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    record_type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    action: Mapped[str] = mapped_column(String(60))
    # column -> [before, after]; personal text stands as its digest, its words in HistoryText.
    changes: Mapped[dict[str, Any]]
    # Rows touched, each with the digest `roadmap verify` compares with the table.
    rows: Mapped[list[Any]]
    why_digest: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(40))


class HistoryText(Base):
    """Personal words of an event, apart so that they can be erased without breaking the chain."""

    __tablename__ = "history_text"

    event_id: Mapped[int] = mapped_column(ForeignKey("history_event.id"), primary_key=True)
    # `why`, or the name of the changed column with `.before` or `.after`.
    path: Mapped[str] = mapped_column(String(120), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)


class HistorySeal(Base):
    """The place of a committed event in the chain."""

    __tablename__ = "history_seal"

    seq: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("history_event.id"), unique=True)
    hash: Mapped[str] = mapped_column(String(64))
