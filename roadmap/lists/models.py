"""Tables of saved views, their addresses, the fields admins define, and edits of many rows."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roadmap.db import Base, choice
from roadmap.history.capture import Recorded
from roadmap.kept import Kept
from roadmap.lists.kinds import BulkState, FieldKind

UNTOLD = {"derived": True}


class CustomField(Recorded, Kept, Base):
    """A field admins added to a kind of record; a retired one keeps its values, out of sight."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("record_type_of", "code"),)
    record_type: ClassVar[str] = "custom_field"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The kind of record that has it: `requirement`.
    record_type_of: Mapped[str] = mapped_column(String(40))
    # What the query language calls it; never changed.
    code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(80))
    help: Mapped[str] = mapped_column(String(300), default="")
    kind: Mapped[FieldKind] = mapped_column(choice(FieldKind, "kind"))
    # Of a choice: objects with `code`, `label` and `active`, in order.
    choices: Mapped[list[Any]] = mapped_column(default=list)
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SavedView(Recorded, Base):
    """A named query with its sort and columns; its owner's alone, or shared with everybody."""

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("ix_saved_view_owner", "list_code", "owner_id"),
        Index("ix_saved_view_shared", "list_code", "shared"),
        CheckConstraint("name <> ''", name="name"),
    )
    record_type: ClassVar[str] = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The list it is a view of: `requirements`.
    list_code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    shared: Mapped[bool] = mapped_column(default=False)
    query: Mapped[str] = mapped_column(Text, default="")
    sort: Mapped[str] = mapped_column(String(60), default="")
    # Codes of the columns shown, in order; empty means those of the list.
    columns: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(info=UNTOLD)

    __mapper_args__ = {"version_id_col": version}


class DefaultView(Base):
    """The view a list opens with for one person."""

    __tablename__ = "default_view"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    list_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id"))


class ViewAddress(Recorded, Base):
    """An address with a token that serves a view as CSV, with the rights of who made it.

    Only the token's digest is kept: the address is shown once.
    """

    __tablename__ = "view_address"
    record_type: ClassVar[str] = "saved_view"
    record_key: ClassVar[str] = "view_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_view.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True, info=UNTOLD)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(info=UNTOLD)
    revoked_at: Mapped[datetime | None]


class BulkEdit(Base):
    """One edit of many rows; each record's history tells it, this keeps what undoing it needs."""

    __tablename__ = "bulk_edit"
    __table_args__ = (Index("ix_bulk_edit_person", "person_id", "list_code", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_code: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[BulkState] = mapped_column(choice(BulkState, "state"))
    # What was set, as the form said it.
    spec: Mapped[dict[str, Any]]
    # Pairs of key and version of the rows as the preview showed them.
    previewed: Mapped[list[Any]] = mapped_column(default=list)
    # The digest of what the preview said; another one now means that something changed.
    stamp: Mapped[str] = mapped_column(String(64))
    # Per changed row its key, its version afterwards and what it held; emptied when undo ends.
    kept: Mapped[list[Any]] = mapped_column(default=list)
    changed: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[int | None]
    # Why nothing was stored, where it was refused.
    message: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
