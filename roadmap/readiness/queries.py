"""Reads of verdicts: for one page, for boards, as of a past moment; never an old truth."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.db import read_rows
from roadmap.launches.access import AnySelect
from roadmap.readiness.answers import Answer
from roadmap.readiness.facts import Severity
from roadmap.readiness.fresh import borrowed, evaluate_now, needs_evaluation
from roadmap.readiness.gather import gather
from roadmap.readiness.models import CurrentVerdict, StoredVerdict
from roadmap.readiness.outlook import Outlook
from roadmap.readiness.stored import Outline, StoredReasons
from roadmap.readiness.verdict import Verdict, Word, evaluate

# Verdicts a board computes while it is read; the rest shows HOLD, recomputing.
LIVE_LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVerdict:
    """What a board shows of a launch; `reasons` are the answers that do not pass, worst first.

    `recomputing` says that the verdict is not known at the moment, so the word is HOLD.
    """

    launch_id: int
    word: Word
    outlook: Outlook
    phase: int | None
    answered: int
    needed: int
    borrowed: int
    evaluated_at: datetime | None
    valid_until: datetime | None
    reasons: Sequence[Answer]
    recomputing: bool = False

    @property
    def outlines(self) -> Sequence[Answer | Outline]:
        """Return the reasons as far as counting needs them, in the same order."""
        return self.reasons.outlines if isinstance(self.reasons, StoredReasons) else self.reasons

    @property
    def waived(self) -> int:
        """Return how many failing answers stand by a waiver."""
        return sum(1 for one in self.outlines if one.waiver_id is not None)

    @property
    def open_questions(self) -> frozenset[str]:
        """Return the questions that stand in the way."""
        return frozenset(
            one.question for one in self.outlines if one.is_required and one.waiver_id is None
        )

    @property
    def gaps(self) -> tuple[Answer, ...]:
        """Return the required answers that stand in the way, worst first."""
        return tuple(
            self.reasons[number]
            for number, one in enumerate(self.outlines)
            if one.is_required and one.waiver_id is None
        )

    @property
    def first(self) -> Answer | None:
        """Return the worst reason, None if nothing stands in the way."""
        for number, one in enumerate(self.outlines):
            if one.is_required and one.waiver_id is None:
                return self.reasons[number]
        return None


def shown(verdict: Verdict) -> ShownVerdict:
    """Return what a board shows of a fresh verdict."""
    return ShownVerdict(
        launch_id=verdict.launch_id,
        word=verdict.word,
        outlook=verdict.outlook,
        phase=verdict.phase,
        answered=verdict.answered,
        needed=verdict.needed,
        borrowed=borrowed(verdict),
        evaluated_at=verdict.at,
        valid_until=verdict.valid_until,
        reasons=tuple(a for a in verdict.reasons if not a.passes),
    )


def shown_stored(stored: Any, valid_until: datetime | None = None) -> ShownVerdict:
    """Return what a board shows of a stored verdict, a `StoredVerdict` or a row of its columns."""
    return ShownVerdict(
        launch_id=stored.launch_id,
        word=Word(stored.word),
        outlook=Outlook(stored.outlook),
        phase=stored.phase_position,
        answered=stored.answered,
        needed=stored.needed,
        borrowed=stored.borrowed,
        evaluated_at=stored.evaluated_at,
        valid_until=valid_until,
        reasons=StoredReasons(stored.reasons),
    )


def _recomputing(launch_id: int) -> ShownVerdict:
    return ShownVerdict(
        launch_id=launch_id,
        word=Word.HOLD,
        outlook=Outlook.AT_RISK,
        phase=None,
        answered=0,
        needed=0,
        borrowed=0,
        evaluated_at=None,
        valid_until=None,
        reasons=(),
        recomputing=True,
    )


@cache
def _current_query() -> AnySelect:
    """Return the statement for current verdicts: columns, since rows are cheaper than objects."""
    shown = (
        StoredVerdict.word,
        StoredVerdict.outlook,
        StoredVerdict.phase_position,
        StoredVerdict.answered,
        StoredVerdict.needed,
        StoredVerdict.borrowed,
        StoredVerdict.evaluated_at,
        StoredVerdict.reasons,
    )
    return (
        select(
            CurrentVerdict.launch_id,
            CurrentVerdict.verdict_id,
            CurrentVerdict.outdated,
            CurrentVerdict.valid_until,
            *shown,
        )
        .join(StoredVerdict, StoredVerdict.id == CurrentVerdict.verdict_id)
        .where(CurrentVerdict.launch_id.in_(bindparam("ids", expanding=True)))
    )


def verdicts_for(
    session: Session, launch_ids: Collection[int], at: datetime | None = None
) -> dict[int, ShownVerdict]:
    """Return what to show of each launch: one statement, and one gathering for those outdated.

    At most `LIVE_LIMIT` are computed here; the others are HOLD, recomputing.
    """
    moment = at or clock.now()
    ids = sorted(set(launch_ids))
    found: dict[int, ShownVerdict] = {}
    for row in read_rows(session, _current_query(), {"ids": ids}):
        if not needs_evaluation(row, moment):
            found[row.launch_id] = shown_stored(row, row.valid_until)
    old = [launch_id for launch_id in ids if launch_id not in found]
    if old:
        fresh = gather(session, old[:LIVE_LIMIT], moment)
        found |= {i: shown(evaluate(facts, moment)) for i, facts in fresh.items()}
    return {i: found.get(i) or _recomputing(i) for i in ids}


def verdict_for(session: Session, launch_id: int, at: datetime | None = None) -> ShownVerdict:
    """Return what to show of one launch, computed here if the stored verdict is outdated."""
    return verdicts_for(session, [launch_id], at)[launch_id]


def full_verdict(
    session: Session, launch_id: int, at: datetime | None = None, phase: int | None = None
) -> Verdict | None:
    """Return a fresh verdict with every answer, those that pass too; None for an unknown launch.

    ``phase`` names the position to judge; else it is the earliest not yet live.
    """
    moment = at or clock.now()
    if phase is None:
        return evaluate_now(session, [launch_id], moment).get(launch_id)
    facts = gather(session, [launch_id], moment, every_phase=True).get(launch_id)
    return evaluate(facts, moment, phase) if facts is not None else None


def verdicts_at(
    session: Session, launch_ids: Collection[int], at: datetime
) -> dict[int, ShownVerdict]:
    """Return the verdicts that were shown at a past moment, by launch, in one statement."""
    known = {"ids": sorted(set(launch_ids)), "at": at}
    return {row.launch_id: shown_stored(row) for row in read_rows(session, _past_query(), known)}


@cache
def _past_query() -> AnySelect:
    newest = (
        select(func.max(StoredVerdict.id).label("id"))
        .where(
            StoredVerdict.launch_id.in_(bindparam("ids", expanding=True)),
            StoredVerdict.evaluated_at <= bindparam("at"),
        )
        .group_by(StoredVerdict.launch_id)
        .subquery()
    )
    return select(*StoredVerdict.__table__.columns).join(newest, newest.c.id == StoredVerdict.id)


def past_verdicts(session: Session, launch_id: int, limit: int = 50) -> Sequence[StoredVerdict]:
    """Return the stored verdicts of a launch, the newest first."""
    query = select(StoredVerdict).where(StoredVerdict.launch_id == launch_id)
    return session.scalars(
        query.order_by(StoredVerdict.evaluated_at.desc(), StoredVerdict.id.desc()).limit(limit)
    ).all()


def can_be_waived(answer: Answer) -> bool:
    """Tell whether a waiver may be asked for: a failing approvable, nothing else."""
    return answer.status.value == "fail" and answer.severity is Severity.APPROVABLE
