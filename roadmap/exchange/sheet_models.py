"""The table of launch sheets: one row a file sent, and how the sheet looked when it was stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base


class LaunchSheet(Base):
    """A roadmap sheet somebody sent: previewed, then stored or forgotten.

    The bytes lie under the instance folder until it is stored. A stored row keeps the columns and
    the order of the sheet, so that it can be given back as it was.
    """

    __tablename__ = "launch_sheet"
    __table_args__ = (
        CheckConstraint("state IN ('preview', 'storing', 'done', 'failed')", name="state"),
        Index("ix_launch_sheet_source", "source", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Unguessable; names the file and stands in the address.
    token: Mapped[str] = mapped_column(String(40), unique=True)
    # None for what the command line stored.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    # The sheet's name, by which the next file finds its launches again.
    source: Mapped[str] = mapped_column(String(120))
    # sheet_answers.SheetAnswers.as_json(): only what was said explicitly.
    answers: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    job_id: Mapped[int | None]
    # sheet_report.SheetReport.as_json() of the preview or of the import.
    report: Mapped[dict[str, Any] | None]
    # {"columns": labels in the sheet's order, "keys": source keys in its order}.
    layout: Mapped[dict[str, Any] | None]
    error: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
