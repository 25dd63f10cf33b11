"""What overview shows on other rooms' pages: launches of a requirement, mechanism or scope."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, product
from typing import Any

from flask import g, render_template
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.ahead import Asked
from roadmap.db import read_rows
from roadmap.launches.candidates import declaring, with_queues
from roadmap.launches.defaults import languages_of
from roadmap.launches.models import LaunchCell, LaunchMechanism, LaunchRequirement
from roadmap.mechanisms.coverage import CellState, cover
from roadmap.mechanisms.gather import mechanism_facts
from roadmap.mechanisms.kinds import LinkRole
from roadmap.mechanisms.models import Mechanism
from roadmap.overview.gaps import lead_of
from roadmap.overview.queries import BoardRow, rows_by_id, speech_for
from roadmap.overview.speech import Said
from roadmap.readiness.queries import verdicts_for
from roadmap.requirements.models import Requirement, RequirementScope
from roadmap.requirements.rules import BACKLOG
from roadmap.taxonomy.queries import Options, options
from roadmap.taxonomy.scope import ScopeCell
from roadmap.web.i18n import _
from roadmap.web.session import db_session
from roadmap.web.templating import draw
from roadmap.wording import N_

# Launches on a panel, and cells of a requirement that are judged.
SHOWN = 12
# Days within which the name of a quarter alone is not taken for another year's.
_CLEAR = 270
MOST_CELLS = 240


@dataclass(frozen=True)
class Beside:
    """A launch on the page of another record: its verdict, its date and the one reason."""

    row: BoardRow
    word: str | None
    waivers: int
    reason: Said | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lines:
    """The first launches beside a record, and how many there are that the reader may know of."""

    shown: Sequence[Beside]
    count: int


def _beside(
    session: Session, ids: Iterable[int], notes: Mapping[int, Sequence[str]] | None = None
) -> Lines:
    wanted = sorted(set(ids))
    if not wanted:
        return Lines((), 0)
    now = clock.now()
    every = rows_by_id(session, current_user, wanted, now)
    every.sort(key=lambda r: (r.all_live, r.starts_on or date.max, r.id))
    rows = every[:SHOWN]
    verdicts = verdicts_for(session, [r.id for r in rows], now)
    leads = {i: lead_of(v) for i, v in verdicts.items()}
    speech = speech_for(session, current_user, [a for a in leads.values() if a is not None])
    found = []
    for row in rows:
        verdict, first = verdicts[row.id], leads[row.id]
        found.append(
            Beside(
                row,
                None if verdict.recomputing else verdict.word.value,
                verdict.waived,
                speech.says(first) if first is not None else None,
                tuple((notes or {}).get(row.id, ())),
            )
        )
    return Lines(found, len(every))


def of_requirement(requirement: Requirement) -> str:
    """Show which launches deliver a requirement, and whether they are ready."""
    lines, must = _delivering(requirement)
    return draw("overview/_of_requirement.html", lines=lines, must=must)


def _delivering(requirement: Requirement) -> tuple[Lines, set[int]]:
    """Return the launches that deliver a requirement and which must; read once a request."""
    kept: dict[int, tuple[Lines, set[int]]] = g.setdefault("delivering", {})
    if requirement.id not in kept:
        session = db_session()
        links = read_rows(session, *_asks_delivering(requirement))
        lines = _beside(session, [link.launch_id for link in links])
        kept[requirement.id] = (lines, {link.launch_id for link in links if link.must})
    return kept[requirement.id]


def reads(requirement: Requirement) -> list[Asked]:
    """Return what the panel of a requirement asks first."""
    return [_asks_delivering(requirement)]


def _asks_delivering(requirement: Requirement) -> Asked:
    return _DELIVERS, {"requirement": requirement.id}


_LINK = LaunchRequirement.__table__.c
_DELIVERS = select(_LINK.launch_id, _LINK.must).where(
    _LINK.requirement_id == bindparam("requirement")
)


def likely(requirement: Requirement) -> str:
    """Say when a requirement of the backlog is likely to land: with the first that delivers it."""
    if requirement.state not in BACKLOG:
        return ""
    for line in _delivering(requirement)[0].shown:
        if line.row.starts_on is not None and not line.row.all_live:
            when = quarter(line.row.starts_on, clock.today())
            sentence = _("Likely %(quarter)s, with %(launch)s.", quarter=when, launch=line.row.key)
            return Markup("<span>{}</span> ").format(sentence)
    return ""


def quarter(day: date, today: date) -> str:
    """Return ``Q1``, with the year where a reader could take it for another one's."""
    name = f"Q{(day.month + 2) // 3}"
    return name if 0 <= (day - today).days < _CLEAR else f"{name} {day.year}"


_LEANS = (
    select(
        LaunchMechanism.launch_id,
        LaunchMechanism.mechanism_id,
        LaunchMechanism.role,
        LaunchMechanism.fallback_id,
    )
    .where(
        or_(
            LaunchMechanism.mechanism_id == bindparam("mechanism"),
            LaunchMechanism.fallback_id == bindparam("mechanism"),
        )
    )
    .order_by(LaunchMechanism.id)
)


def of_mechanism(mechanism: Mechanism) -> str:
    """Show which launches lean on a mechanism, and what each would lose with it."""
    session = db_session()
    links = read_rows(session, _LEANS, {"mechanism": mechanism.id})
    losses: dict[int, list[str]] = {}
    for link in links:
        losses.setdefault(link.launch_id, []).append(_loss(link, mechanism.id))
    return render_template(
        "overview/_of_mechanism.html", lines=_beside(session, list(losses), losses)
    )


# What a launch loses with the mechanism it leans on.
_LOST = {
    LinkRole.DETECT: N_("detection"),
    LinkRole.DECIDE: N_("decisions"),
    LinkRole.REVIEW: N_("review"),
    LinkRole.APPEAL: N_("appeals"),
    LinkRole.ESCALATE: N_("escalation"),
    LinkRole.AUDIT: N_("audits"),
    LinkRole.REPORT: N_("reports"),
}


def _loss(link: Any, mechanism_id: int) -> str:
    """Say what a launch loses when the mechanism goes down, and what stands in for it."""
    role = _(_LOST[link.role])
    if link.mechanism_id != mechanism_id:
        key = f"{Mechanism.key_prefix}-{link.mechanism_id}"
        return _("Loses what stands in for %(key)s (%(role)s).", key=key, role=role)
    if link.fallback_id is None:
        return _("Loses its %(role)s here; nothing stands in.", role=role)
    key = f"{Mechanism.key_prefix}-{link.fallback_id}"
    return _("Loses its %(role)s here; %(key)s stands in.", role=role, key=key)


# ---- triage: what is known where a requirement asks ----


@dataclass(frozen=True)
class Known:
    """Coverage of the asked scope today, and the launches in it."""

    cells: int
    states: Counter[str]
    cut: bool
    gaps: tuple[str, ...]
    lines: Lines


def _asked(session: Session, requirement_id: int) -> dict[str, list[str]]:
    asked: dict[str, list[str]] = {}
    query = select(RequirementScope.dimension, RequirementScope.code).where(
        RequirementScope.requirement_id == requirement_id
    )
    for dimension, code in session.execute(query):
        asked.setdefault(dimension.value, []).append(code)
    return asked


def asked_cells(asked: dict[str, list[str]], words: Options) -> list[ScopeCell]:
    """Return the cells a requirement asks about; what it leaves open is filled in.

    Languages are those of each market, surfaces all in use. Without a market or without a policy
    area too little is said, and there are none.
    """
    if not asked.get("market") or not asked.get("policy_area"):
        return []
    surfaces = asked.get("surface") or [code for code, _name in words.surfaces]
    known = {code for code, _name in words.languages}
    cells: list[ScopeCell] = []
    for market in asked["market"]:
        tongues = asked.get("language") or [c for c in languages_of(market) if c in known]
        parts = product([market], tongues, surfaces, asked["policy_area"])
        cells.extend(ScopeCell(*part) for part in islice(parts, MOST_CELLS + 1))
    return cells


def of_scope(requirement: Requirement) -> str:
    """Show what covers the scope a requirement asks about, and which launches are in it."""
    session = db_session()
    asked = _asked(session, requirement.id)
    words = options(session)
    wanted = asked_cells(asked, words)
    cells = wanted[:MOST_CELLS]
    facts = mechanism_facts(session, with_queues(session, declaring(session, cells)))
    found = cover(cells, tuple(facts.values()), clock.today(), lambda _m: None)
    gaps = [c.cell for c in found if c.state is not CellState.COVERED]
    known = Known(
        cells=len(cells),
        states=Counter(c.state.value for c in found),
        cut=len(wanted) > len(cells),
        gaps=tuple(_in_words(cell, words) for cell in gaps[:3]),
        lines=_beside(session, _launches_in(session, asked)),
    )
    return render_template("overview/_of_scope.html", known=known, asked=asked)


def _in_words(cell: ScopeCell, words: Options) -> str:
    parts = (("market", cell.market), ("language", cell.language), ("surface", cell.surface))
    names = [words.name(kind, code) for kind, code in parts]
    return ", ".join([*names, words.name("policy_area", cell.policy_area)])


def _launches_in(session: Session, asked: dict[str, list[str]]) -> Sequence[int]:
    """Return the launches with a cell in the asked scope; none if no market is named."""
    if not asked.get("market"):
        return []
    query = select(LaunchCell.launch_id).where(LaunchCell.market_code.in_(asked["market"]))
    for name, column in (
        ("language", LaunchCell.language_code),
        ("surface", LaunchCell.surface_code),
        ("policy_area", LaunchCell.policy_area_code),
    ):
        if asked.get(name):
            query = query.where(column.in_(asked[name]))
    return session.scalars(query.distinct()).all()
