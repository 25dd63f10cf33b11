"""Tables of the words all rooms share: where, in which language, on what, under which policy."""

from datetime import date
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roadmap.db import Base
from roadmap.history.capture import Recorded
from roadmap.kept import Kept


class Region(Recorded, Kept, Base):
    """A group of markets, such as EU."""

    __tablename__ = "region"
    record_type: ClassVar[str] = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))


class Market(Recorded, Kept, Base):
    """A country one sells in, by ISO 3166-1 alpha-2 code."""

    __tablename__ = "market"
    record_type: ClassVar[str] = "market"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(2), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    active: Mapped[bool] = mapped_column(default=True)


class Language(Recorded, Kept, Base):
    """A language by BCP 47 tag."""

    __tablename__ = "language"
    record_type: ClassVar[str] = "language"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(35), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    active: Mapped[bool] = mapped_column(default=True)


class Surface(Recorded, Kept, Base):
    """A place where items are shown: listing, live, video, search."""

    __tablename__ = "surface"
    record_type: ClassVar[str] = "surface"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    active: Mapped[bool] = mapped_column(default=True)


class PolicyArea(Recorded, Kept, Base):
    """A field of policy with its DSA statement-of-reasons category."""

    __tablename__ = "policy_area"
    record_type: ClassVar[str] = "policy_area"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    dsa_category: Mapped[str] = mapped_column(String(60))
    active: Mapped[bool] = mapped_column(default=True)


class PolicyVersion(Recorded, Base):
    """One version of an area's guideline; ``sweeps`` means existing listings are re-reviewed."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("policy_area_code", "version"),)
    record_type: ClassVar[str] = "policy_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_area_code: Mapped[str] = mapped_column(ForeignKey("policy_area.code"))
    version: Mapped[str] = mapped_column(String(40))
    sweeps: Mapped[bool] = mapped_column(default=False)
    # Who answers for its guideline's languages.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    markets: Mapped[list["PolicyMarket"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="PolicyMarket.market_code"
    )
    languages: Mapped[list["PolicyLanguage"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="PolicyLanguage.language_code"
    )

    @property
    def label(self) -> str:
        """Return the text form, as in ``weapons@v3``."""
        return f"{self.policy_area_code}@{self.version}"


class PolicyMarket(Recorded, Base):
    """From when a policy version holds in a market; without one, wherever no own date is set."""

    __tablename__ = "policy_market"
    __table_args__ = (UniqueConstraint("policy_version_id", "market_code"),)
    record_type: ClassVar[str] = "policy_version"
    record_key: ClassVar[str] = "policy_version_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    market_code: Mapped[str | None] = mapped_column(ForeignKey("market.code"))
    effective_on: Mapped[date]


class PolicyLanguage(Recorded, Base):
    """A language in which the guideline of a policy version is published to reviewers."""

    __tablename__ = "policy_language"
    __table_args__ = (UniqueConstraint("policy_version_id", "language_code"),)
    record_type: ClassVar[str] = "policy_version"
    record_key: ClassVar[str] = "policy_version_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    language_code: Mapped[str] = mapped_column(ForeignKey("language.code"))
    published_on: Mapped[date]


class CalendarDay(Recorded, Base):
    """Days without work, of a campaign or of a freeze, in one market or everywhere."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        UniqueConstraint("kind", "market_code", "starts_on", "name"),
        CheckConstraint("ends_on >= starts_on", name="order"),
        CheckConstraint("kind IN ('holiday', 'campaign', 'freeze')", name="kind"),
    )
    record_type: ClassVar[str] = "calendar_day"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    market_code: Mapped[str | None] = mapped_column(ForeignKey("market.code"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
