"""Checks of plain values that several commands on launches share; each raises at its field."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from roadmap.accounts.models import Person, Team
from roadmap.errors import Invalid
from roadmap.launches.kinds import LaunchState
from roadmap.launches.models import Launch
from roadmap.taxonomy.models import Language, Market, PolicyArea, Surface
from roadmap.taxonomy.scope import ScopeCell, ScopeError, expand, parse_cell
from roadmap.web.i18n import _
from roadmap.wording import Sentence

TITLE_LENGTH = 300
MAX_CELLS = 5_000
# Items a week; a larger forecast is a slip of the keyboard.
MAX_VOLUME = 1e12
ENDED = frozenset({LaunchState.CLOSED, LaunchState.CANCELLED})

# Form field and column of each dimension of a scope cell.
DIMENSION_CODES: dict[str, tuple[str, InstrumentedAttribute[str], Any]] = {
    "market": ("markets", Market.code, Market),
    "language": ("languages", Language.code, Language),
    "surface": ("surfaces", Surface.code, Surface),
    "policy_area": ("policy_areas", PolicyArea.code, PolicyArea),
}


def say(sentence: Sentence) -> str:
    """Return a pure rule's sentence in the reader's language."""
    return sentence.text(_)


def clean_title(text: str) -> str:
    """Return the trimmed title; an empty or over-long one is refused."""
    title = text.strip()
    if not title:
        raise Invalid.at("title", _("Give the launch a title."))
    if len(title) > TITLE_LENGTH:
        raise Invalid.at(
            "title",
            _(
                "Shorten the title to %(most)s characters; it has %(has)s.",
                most=TITLE_LENGTH,
                has=len(title),
            ),
        )
    return title


def volume(value: float | None, field: str) -> float | None:
    """Return a weekly number of items, None if not given; negative or not finite is refused."""
    if value is None:
        return None
    if not 0 <= value <= MAX_VOLUME:
        raise Invalid.at(field, _("Give a number of items a week from 0 up."))
    return float(value)


def require_person(session: Session, person_id: int | None, field: str) -> int | None:
    """Return the id of an active person, None if none is named; anybody else is refused."""
    if person_id is None:
        return None
    if session.scalar(select(Person.active).where(Person.id == person_id)) is not True:
        raise Invalid.at(field, _("Choose a person who can still sign in."))
    return person_id


def require_team(session: Session, team_id: int | None, field: str) -> int | None:
    """Return the id of an active team, None if none is named."""
    if team_id is None:
        return None
    if session.scalar(select(Team.active).where(Team.id == team_id)) is not True:
        raise Invalid.at(field, _("Choose a team that is still active."))
    return team_id


def require_open(launch: Launch) -> None:
    """Refuse to change a launch that is closed or cancelled."""
    if launch.state in ENDED:
        raise Invalid(_("This launch is closed or cancelled and can no longer be changed."))


def require_codes(
    session: Session, dimension: str, codes: Collection[str], field: str | None = None
) -> None:
    """Refuse codes that the taxonomy does not have, or no longer uses."""
    if not codes:
        return
    default_field, column, kind = DIMENSION_CODES[dimension]
    known = set(session.scalars(select(column).where(column.in_(sorted(set(codes))), kind.active)))
    missing = sorted(set(codes) - known)
    if missing:
        raise Invalid.at(
            field or default_field,
            _("Not in the taxonomy: %(codes)s. Choose from the list.", codes=", ".join(missing)),
        )


def require_cells(session: Session, cells: Collection[ScopeCell], field: str | None = None) -> None:
    """Refuse too many cells, or cells that name what the taxonomy does not have."""
    if len(cells) > MAX_CELLS:
        raise Invalid.at(
            field or "markets",
            _(
                "%(has)s cells are more than %(most)s. Split the launch.",
                has=len(cells),
                most=MAX_CELLS,
            ),
        )
    for dimension in DIMENSION_CODES:
        require_codes(session, dimension, {getattr(c, dimension) for c in cells}, field)


def product_of(
    markets: Iterable[str],
    languages: Iterable[str],
    surfaces: Iterable[str],
    policy_areas: Iterable[str],
) -> tuple[ScopeCell, ...]:
    """Return every cell of the four lists; a code of the wrong shape is refused."""
    try:
        return expand(markets, languages, surfaces, policy_areas)
    except ScopeError as error:
        raise Invalid.at("markets", str(error)) from None


def read_cells(text: str, field: str = "cells") -> tuple[ScopeCell, ...]:
    """Read one cell a line, as in ``DE/de/live/weapons``; the first line that fails is named."""
    found: list[ScopeCell] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(parse_cell(line))
        except ScopeError as error:
            raise Invalid.at(
                field, _("Line %(number)s: %(problem)s.", number=number, problem=str(error))
            ) from None
    return tuple(sorted(set(found)))


def plausible_day(day: date | None, field: str) -> date | None:
    """Return the day; one outside this century is a slip of the keyboard."""
    if day is not None and not 2000 <= day.year <= 2099:
        raise Invalid.at(field, _("Give a date between 2000 and 2099."))
    return day
