"""The register of decisions: those of all launches, wherever each was recorded."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from roadmap.launches.access import Asker, visible
from roadmap.launches.models import Launch, Phase
from roadmap.readiness.decision_forms import KINDS
from roadmap.readiness.decision_models import Decision
from roadmap.readiness.decision_rules import DecisionKind, against_verdict
from roadmap.readiness.elsewhere_models import ElsewhereDecision
from roadmap.readiness.verdict import Word
from roadmap.web.i18n import _


@dataclass(frozen=True)
class RegisterLine:
    """One decision of any launch."""

    launch_key: str
    title: str
    id: int
    # Another roadmap recorded it and a workspace file brought it: told, not proven here.
    elsewhere: bool
    kind: DecisionKind
    kind_word: str
    word: str
    at: datetime
    phase: int
    expires_on: date | None
    review_on: date | None
    against: bool
    live: bool


def register(session: Session, actor: Asker, *, against: bool, limit: int) -> list[RegisterLine]:
    """Return decisions of launches the reader may see, the newest first, one statement.

    ``against`` keeps those that let a launch go against its verdict.
    """
    both = (visible(_lines(kind, against=against), actor) for kind in (Decision, ElsewhereDecision))
    found = union_all(*both).subquery()
    query = select(found).order_by(found.c.at.desc(), found.c.elsewhere, found.c.id.desc())
    return [
        RegisterLine(
            launch_key=f"{Launch.key_prefix}-{row.launch_id}",
            title=row.title,
            id=row.id,
            elsewhere=row.elsewhere,
            kind=row.kind,
            kind_word=_(KINDS[row.kind]),
            word=row.word,
            at=row.at,
            phase=row.phase_position,
            expires_on=row.expires_on,
            review_on=row.review_on,
            against=against_verdict(row.kind, Word(row.word)),
            live=row.went_live_on is not None,
        )
        for row in session.execute(query.limit(limit))
    ]


def _lines(
    kind: type[Decision] | type[ElsewhereDecision], *, against: bool
) -> Select[*tuple[Any, ...]]:
    """Return the statement of the decisions of one table."""
    query = (
        select(
            Launch.id.label("launch_id"),
            Launch.title,
            kind.id,
            literal(kind is ElsewhereDecision).label("elsewhere"),
            kind.kind,
            kind.word,
            kind.at,
            kind.phase_position,
            kind.expires_on,
            kind.review_on,
            Phase.went_live_on,
        )
        .join(kind, kind.launch_id == Launch.id)
        .outerjoin(Phase, (Phase.launch_id == Launch.id) & (Phase.position == kind.phase_position))
    )
    return query.where(kind.kind == DecisionKind.EMERGENCY_GO) if against else query
