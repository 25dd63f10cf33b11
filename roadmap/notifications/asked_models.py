"""The table of questions sent to owners, so that none is sent twice."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base


class AskedQuestion(Base):
    """One question one person was asked; the promise "never twice" is the database's."""

    __tablename__ = "asked_question"
    __table_args__ = (UniqueConstraint("person_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # readiness.questions.Question.key.
    question: Mapped[str] = mapped_column(String(200))
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    # Numbers of the launches it was asked about: while it is open on one of them, it waits.
    launches: Mapped[list[Any]] = mapped_column(default=list)
