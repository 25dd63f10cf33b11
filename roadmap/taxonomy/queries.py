"""Reads of the taxonomy: words for forms, policy versions, calendars, and where a code is used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Select, exists, literal, select, true, union_all
from sqlalchemy.orm import Session, selectinload

from roadmap.db import Base
from roadmap.errors import NotFound
from roadmap.kept import kept
from roadmap.taxonomy.models import (
    CalendarDay,
    Language,
    Market,
    PolicyArea,
    PolicyVersion,
    Region,
    Surface,
)
from roadmap.web.i18n import _


class WordKind(StrEnum):
    """The kinds of words all rooms share."""

    REGION = "region"
    MARKET = "market"
    LANGUAGE = "language"
    SURFACE = "surface"
    POLICY_AREA = "policy_area"


Word = Region | Market | Language | Surface | PolicyArea

WORD_MODELS: dict[WordKind, type[Word]] = {
    WordKind.REGION: Region,
    WordKind.MARKET: Market,
    WordKind.LANGUAGE: Language,
    WordKind.SURFACE: Surface,
    WordKind.POLICY_AREA: PolicyArea,
}


@dataclass(frozen=True)
class Options:
    """The active words as (code, name), in order of name; `names` also holds those switched off."""

    regions: tuple[tuple[str, str], ...]
    markets: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...]
    surfaces: tuple[tuple[str, str], ...]
    policy_areas: tuple[tuple[str, str], ...]
    names: dict[tuple[str, str], str]

    def choices(
        self, kind: str, *, empty: str | None = None, keep: Iterable[str] = ()
    ) -> list[tuple[str, str]]:
        """Return the choices of one kind for a form; `keep` adds codes that are switched off."""
        found = list(getattr(self, _PLURALS[WordKind(kind)]))
        known = {code for code, _name in found}
        found += [
            (c, self.names[kind, c]) for c in keep if c not in known and (kind, c) in self.names
        ]
        return found if empty is None else [("", empty), *found]

    def name(self, kind: str, code: str | None) -> str:
        """Return what people call a code, switched off or not; the code itself if it is unknown."""
        return self.names.get((kind, code), code) if code is not None else _("any")


_PLURALS = {
    WordKind.REGION: "regions",
    WordKind.MARKET: "markets",
    WordKind.LANGUAGE: "languages",
    WordKind.SURFACE: "surfaces",
    WordKind.POLICY_AREA: "policy_areas",
}


@cache
def _words_query() -> Any:
    """Return the statement for every word; built once, since most pages send it."""
    parts: list[Select[Any]] = []
    for kind, model in WORD_MODELS.items():
        active = true() if model is Region else model.active  # type: ignore[union-attr]
        parts.append(
            select(
                literal(kind.value).label("kind"),
                model.code.label("code"),
                model.name.label("name"),
                active.label("active"),
            )
        )
    return union_all(*parts)


@kept
def options(session: Session) -> Options:
    """Return every word, in one statement, or as kept."""
    rows = sorted(session.execute(_words_query()), key=lambda r: (r.name.casefold(), r.code))
    active_of = {
        plural: tuple((r.code, r.name) for r in rows if r.kind == kind and r.active)
        for kind, plural in _PLURALS.items()
    }
    return Options(**active_of, names={(r.kind, r.code): r.name for r in rows})


def words(session: Session, kind: WordKind) -> Sequence[Word]:
    """Return all words of a kind by code, those switched off too."""
    model: Any = WORD_MODELS[kind]
    found: Sequence[Word] = session.scalars(select(model).order_by(model.code)).all()
    return found


def find_word(session: Session, kind: WordKind, code: str) -> Word:
    """Return one word by its code, or raise NotFound."""
    model: Any = WORD_MODELS[kind]
    found: Word | None = session.scalar(select(model).where(model.code == code))
    if found is None:
        raise NotFound(_("There is no %(code)s here.", code=code))
    return found


def in_use(session: Session, table: str, column: str, value: Any) -> bool:
    """Tell whether any row of any room refers to this value, in one statement.

    Reads the foreign keys of the whole schema, so that a new room needs no line here.
    """
    target = Base.metadata.tables[table].c[column]
    found = [
        exists().where(key.parent == value)
        for other in Base.metadata.tables.values()
        for key in other.foreign_keys
        if key.column is target and other.name not in _PARTS.get(table, ())
    ]
    if not found:
        return False
    return bool(session.execute(select(*found)).one()[:].count(True))


# Rows that belong to the record itself and go with it.
_PARTS = {
    "policy_version": ("policy_market", "policy_language"),
    "site": ("site_market",),
}


def policy_versions(session: Session, area_code: str | None = None) -> Sequence[PolicyVersion]:
    """Return policy versions with their dates and languages, three statements."""
    query = select(PolicyVersion).order_by(PolicyVersion.policy_area_code, PolicyVersion.id.desc())
    if area_code is not None:
        query = query.where(PolicyVersion.policy_area_code == area_code)
    return session.scalars(
        query.options(selectinload(PolicyVersion.markets), selectinload(PolicyVersion.languages))
    ).all()


def find_policy_version(session: Session, version_id: int) -> PolicyVersion:
    """Return one policy version with its dates and languages, or raise NotFound."""
    found = session.scalar(
        select(PolicyVersion)
        .where(PolicyVersion.id == version_id)
        .options(selectinload(PolicyVersion.markets), selectinload(PolicyVersion.languages))
    )
    if found is None:
        raise NotFound(_("There is no such policy version."))
    return found


def policy_version_choices(session: Session) -> list[tuple[int, str]]:
    """Return (id, ``weapons@v3``) of every policy version, the newest of an area first."""
    rows = session.execute(
        select(PolicyVersion.id, PolicyVersion.policy_area_code, PolicyVersion.version).order_by(
            PolicyVersion.policy_area_code, PolicyVersion.id.desc()
        )
    )
    return [(r.id, f"{r.policy_area_code}@{r.version}") for r in rows]


def versions_owned_by(session: Session, person_id: int) -> Sequence[PolicyVersion]:
    """Return the policy versions a person owns."""
    return session.scalars(
        select(PolicyVersion).where(PolicyVersion.owner_id == person_id).order_by(PolicyVersion.id)
    ).all()


def calendar(
    session: Session, *, starting: date, until: date, kind: str | None = None
) -> Sequence[CalendarDay]:
    """Return calendar entries that touch the days from `starting` to `until`, by first day."""
    query = select(CalendarDay).where(
        CalendarDay.starts_on <= until, CalendarDay.ends_on >= starting
    )
    if kind is not None:
        query = query.where(CalendarDay.kind == kind)
    return session.scalars(query.order_by(CalendarDay.starts_on, CalendarDay.id)).all()


def find_calendar_day(session: Session, entry_id: int) -> CalendarDay:
    """Return one calendar entry, or raise NotFound."""
    found = session.get(CalendarDay, entry_id)
    if found is None:
        raise NotFound(_("There is no such calendar entry."))
    return found
