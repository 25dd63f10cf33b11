"""Reads of decisions recorded elsewhere: shown as told, and never a reason to go."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.readiness.decision_rules import LETS_GO
from roadmap.readiness.elsewhere_models import ElsewhereDecision


def elsewhere_of(session: Session, launch_id: int) -> Sequence[ElsewhereDecision]:
    """Return what was decided elsewhere on a launch, the newest first."""
    query = (
        select(ElsewhereDecision)
        .where(ElsewhereDecision.launch_id == launch_id)
        .order_by(ElsewhereDecision.at.desc(), ElsewhereDecision.id.desc())
    )
    return session.scalars(query).all()


def refused_elsewhere(session: Session, launch_id: int, position: int, since: datetime) -> bool:
    """Tell whether a no-go on a phase was recorded elsewhere after a moment: it takes a go back."""
    query = (
        select(ElsewhereDecision.id)
        .where(
            ElsewhereDecision.launch_id == launch_id,
            ElsewhereDecision.phase_position == position,
            ElsewhereDecision.kind.not_in(sorted(LETS_GO)),
            ElsewhereDecision.at > since,
            ElsewhereDecision.at <= clock.now(),
        )
        .limit(1)
    )
    return session.scalar(query) is not None
