"""The statements of the home page: built once, sent with the person and the moment.

Building them costs more than most of their answers. Parameters: `me`, `now`, `since`, `today`.
"""

from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    Integer,
    String,
    Text,
    bindparam,
    case,
    cast,
    func,
    not_,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.db import Moment, read_rows
from roadmap.history.models import HistoryEvent, HistoryText
from roadmap.launches.access import AnySelect, built_for, reader_of
from roadmap.launches.models import Launch, LaunchCell, LaunchMechanism, TrainingNeed
from roadmap.mechanisms.control_queries import outside
from roadmap.mechanisms.gather import fresh_since
from roadmap.mechanisms.kinds import Stage
from roadmap.mechanisms.models import Mechanism
from roadmap.overview.standing import ENDED, may_be_shown
from roadmap.readiness.models import (
    ChecklistItem,
    CurrentVerdict,
    GapPlan,
    StoredVerdict,
    Waiver,
)
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import INBOX
from roadmap.taxonomy.models import PolicyVersion

# Rows of one list; what is left out is counted.
SHOWN = 15
RECENT = timedelta(days=14)
FRESH_DAYS = 30

_ME: Any = bindparam("me", type_=Integer)


def _may_owe() -> Any:
    """Return a statement for the launches in which an answer may be the person's."""
    guideline = select(PolicyVersion.policy_area_code).where(PolicyVersion.owner_id == _ME)
    return union(
        select(LaunchMechanism.launch_id)
        .join(Mechanism, Mechanism.id == LaunchMechanism.mechanism_id)
        .where(Mechanism.owner_id == _ME),
        select(ChecklistItem.launch_id).where(ChecklistItem.owner_id == _ME),
        select(GapPlan.launch_id).where(GapPlan.owner_id == _ME),
        select(TrainingNeed.launch_id).where(TrainingNeed.owner_id == _ME),
        select(LaunchCell.launch_id).where(LaunchCell.policy_area_code.in_(guideline)),
        select(Launch.id).where(Launch.owner_id == _ME),
    ).subquery()


@cache
def _owing_query() -> AnySelect:
    text = cast(StoredVerdict.reasons, Text)
    names_me = or_(
        text.like(bindparam("within", type_=String)), text.like(bindparam("last", type_=String))
    )
    shown = may_be_shown(bindparam("now", type_=Moment()))
    return (
        select(
            Launch.id,
            Launch.title,
            case((shown, True), else_=False).label("fresh"),
            StoredVerdict.reasons,
        )
        .outerjoin(CurrentVerdict, CurrentVerdict.launch_id == Launch.id)
        .outerjoin(StoredVerdict, StoredVerdict.id == CurrentVerdict.verdict_id)
        .where(
            Launch.id.in_(select(_may_owe())),
            Launch.state.not_in(ENDED),
            or_(not_(shown), names_me),
        )
        .order_by(Launch.commitment_no.is_(None), Launch.id.desc())
    )


def owing(session: Session, actor: Actor, now: datetime) -> list[Any]:
    """Return (id, title, fresh, reasons) of launches in which an answer may be the person's.

    The text of stored reasons is asked for their owner, so that only verdicts that name the person
    are read; those that may not be shown come without being asked, and are not `fresh`.
    """
    known = {
        "me": actor.id,
        "now": now,
        # As JSON is stored: the owner is a member among others, or the last one.
        "within": f'%"owner": {actor.id},%',
        "last": f'%"owner": {actor.id}}}%',
    }
    return list(read_rows(session, built_for(_owing_query, reader_of(actor)), known))


@cache
def _requirements_query() -> AnySelect:
    reason = (
        select(HistoryText.text)
        .join(HistoryEvent, HistoryEvent.id == HistoryText.event_id)
        .where(
            HistoryEvent.record_type == Requirement.record_type,
            HistoryEvent.record_id == Requirement.id,
            HistoryEvent.at >= Requirement.state_changed_at,
            HistoryText.path == "why",
            # Which file something came from is no reason.
            HistoryEvent.action != "requirement.imported",
        )
        .order_by(HistoryEvent.id)
        .limit(1)
        .correlate(Requirement)
        .scalar_subquery()
    )
    changed = (Requirement.state_changed_at >= bindparam("since")) & (
        Requirement.state_changed_by.is_distinct_from(_ME)
    )
    return (
        select(
            Requirement.id,
            Requirement.title,
            Requirement.state,
            Requirement.state_changed_at,
            Requirement.asked_at,
            reason.label("why"),
            func.count().over().label("many"),
        )
        .where(
            Requirement.requester_id == _ME,
            or_(Requirement.asked_at.is_not(None), changed),
        )
        .order_by(Requirement.asked_at.is_(None), Requirement.state_changed_at.desc())
        .limit(SHOWN)
    )


def requirements(session: Session, actor: Actor, now: datetime) -> list[Any]:
    """Return the person's requirements that ask or changed lately, each with their number."""
    known = {"me": actor.id, "since": now - RECENT}
    return list(read_rows(session, _requirements_query(), known))


@lru_cache(maxsize=2)
def _mechanisms_query(today: date) -> AnySelect:
    return (
        select(
            Mechanism.id,
            Mechanism.name,
            Mechanism.kind,
            Mechanism.staffed_until,
            Mechanism.kill_switch_rehearsed_on,
            fresh_since(today, FRESH_DAYS).label("fresh"),
            outside(today).label("outside"),
        )
        .where(
            Mechanism.owner_id == _ME,
            Mechanism.stage.in_((Stage.SHADOW, Stage.MONITOR, Stage.ENFORCE)),
        )
        .order_by(Mechanism.name, Mechanism.id)
    )


def mechanisms(session: Session, actor: Actor, today: date) -> list[Any]:
    """Return the person's mechanisms that run, with what tells whether they owe something."""
    return list(read_rows(session, _mechanisms_query(today), {"me": actor.id}))


@cache
def _waivers_query() -> AnySelect:
    return (
        select(
            Waiver.id,
            Waiver.launch_id,
            Waiver.check_code,
            Waiver.requested_at,
            Launch.title,
            func.count().over().label("many"),
        )
        .join(Launch, Launch.id == Waiver.launch_id)
        .where(
            Waiver.approved_at.is_(None),
            Waiver.refused_at.is_(None),
            Waiver.withdrawn_at.is_(None),
            Waiver.requested_by != _ME,
        )
        .order_by(Waiver.requested_at, Waiver.id)
        .limit(SHOWN)
    )


def waivers(session: Session, actor: Actor) -> list[Any]:
    """Return the waivers that wait for a decision and are not one's own, with their number."""
    query = built_for(_waivers_query, reader_of(actor))
    return list(read_rows(session, query, {"me": actor.id}))


@cache
def _inbox_query() -> AnySelect:
    return (
        select(func.count())
        .select_from(Requirement)
        .where(Requirement.state.in_(INBOX), Requirement.asked_at.is_(None))
    )


def inbox(session: Session) -> int:
    """Return how many requirements wait for triage; those that were asked wait for others."""
    return int(read_rows(session, _inbox_query())[0][0])
