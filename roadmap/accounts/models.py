"""Tables of people, teams and the links and attempts around signing in."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roadmap.db import Base
from roadmap.history.capture import Recorded
from roadmap.kept import Kept

PERSONAL = {"personal": True}
# Left out of the history: secrets and counters say nothing to a reader.
UNTOLD = {"derived": True}


class Person(Recorded, Base):
    """Somebody who may sign in, or once did."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_name", "name", "id"),)
    record_type: ClassVar[str] = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Lower case, unique; what a person types to sign in.
    email: Mapped[str] = mapped_column(String(254), unique=True, info=PERSONAL)
    name: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    password_hash: Mapped[str | None] = mapped_column(String(255), info=UNTOLD)
    # Role codes; accounts.permissions says what each may do.
    roles: Mapped[list[Any]] = mapped_column(default=list)
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    active: Mapped[bool] = mapped_column(default=True)
    # Raised to end every session of the person at once.
    session_epoch: Mapped[int] = mapped_column(default=1, info=UNTOLD)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(info=UNTOLD)
    created_at: Mapped[datetime]


class Team(Recorded, Kept, Base):
    """A group of people that asks for, owns or reviews things."""

    __tablename__ = "team"
    record_type: ClassVar[str] = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    active: Mapped[bool] = mapped_column(default=True)
    members: Mapped[list["TeamMember"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="TeamMember.person_id"
    )


class TeamMember(Recorded, Base):
    """One person in one team."""

    __tablename__ = "team_member"
    __table_args__ = (UniqueConstraint("team_id", "person_id"),)
    record_type: ClassVar[str] = "team"
    record_key: ClassVar[str] = "team_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    lead: Mapped[bool] = mapped_column(default=False)


class AccountLink(Base):
    """A link to set a password once: an invitation or a reset. Only the token's digest is kept."""

    __tablename__ = "account_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Recorded, Base):
    """What a program shows to act as its person; told among what happens to that person."""

    __tablename__ = "api_token"
    record_type: ClassVar[str] = "person"
    record_key: ClassVar[str] = "person_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # Says where it is used, so that people dare to revoke it.
    name: Mapped[str] = mapped_column(String(120))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True, info=UNTOLD)
    # Codes of accounts.tokens.SCOPES.
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    # A day is enough to see what is no longer used.
    last_used_on: Mapped[date | None] = mapped_column(info=UNTOLD)
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class SignInAttempt(Base):
    """A failed sign-in, counted per account and per address for a quarter of an hour."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Digest of `email:` or `ip:` with its value: counting needs no plain address.
    subject: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
