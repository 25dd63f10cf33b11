"""Tables of imports: what people answered about a header, and files waiting to be confirmed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base


class ImportMapping(Base):
    """What a person answered about files with one header, for the next file that has it."""

    __tablename__ = "import_mapping"

    id: Mapped[int] = mapped_column(primary_key=True)
    # columns.header_fingerprint of the header.
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    # The namespace the keys were taken into.
    source: Mapped[str] = mapped_column(String(120))
    # answers.Answers.as_json(): only what was said explicitly.
    mapping: Mapped[dict[str, Any]]
    used_at: Mapped[datetime]


class ImportUpload(Base):
    """A file somebody sent through the browser: previewed, then confirmed or forgotten.

    The bytes lie under the instance folder while the state is not ``done`` or ``failed``.
    """

    __tablename__ = "import_upload"
    __table_args__ = (
        CheckConstraint(
            "state IN ('reading', 'preview', 'storing', 'done', 'failed')", name="state"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Unguessable; names the file and stands in the address.
    token: Mapped[str] = mapped_column(String(40), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # What the file holds: requirements or evidence.
    kind: Mapped[str] = mapped_column(String(20), default="requirements")
    file_name: Mapped[str] = mapped_column(String(200))
    answers: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    job_id: Mapped[int | None]
    # report.RequirementReport.as_json() of the preview or of the import.
    report: Mapped[dict[str, Any] | None]
    # Why the file cannot be read as a table at all.
    error: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
