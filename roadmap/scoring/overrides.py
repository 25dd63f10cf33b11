"""Commands of scores set by hand: for a reason, until a day, told in the history."""

import math
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.history.service import record
from roadmap.keys import parse_key
from roadmap.requirements.models import Requirement
from roadmap.scoring.formulas import LARGEST_INPUT
from roadmap.scoring.models import ScoreOverride
from roadmap.scoring.queries import SCORED_STATES, framework_named
from roadmap.scoring.recompute import bring_up_to_date, mark
from roadmap.web.i18n import gettext

# Longer than this a decision by hand should be taken again.
LONGEST = timedelta(days=366)


def _scorable(session: Session, actor: Actor, key: str) -> Requirement:
    """Return the requirement, if the actor may set its score by hand."""
    if not actor.may("requirement.score"):
        raise Forbidden(gettext("Only program managers set a score by hand."))
    number = parse_key(key, "REQ")
    found = session.scalar(select(Requirement).where(Requirement.id == number).with_for_update())
    if found is None:
        raise NotFound(gettext("%(key)s does not exist: check the key.", key=key))
    return found


def _live(session: Session, requirement_id: int, code: str) -> list[ScoreOverride]:
    query = select(ScoreOverride).where(
        ScoreOverride.requirement_id == requirement_id,
        ScoreOverride.framework_code == code,
        ScoreOverride.withdrawn_at.is_(None),
    )
    return list(session.scalars(query))


def set_override(
    session: Session, actor: Actor, key: str, value: float, reason: str, expires_on: date
) -> ScoreOverride:
    """Let a requirement rank by this score until a day, in the framework that ranks the backlog.

    It stands for the computed score, before prerequisites are lifted, and takes the place of one
    set earlier. Raises Invalid for a score that is no number, no reason, a day past or too far.
    """
    requirement = _scorable(session, actor, key)
    _check(requirement, value, reason, expires_on)
    framework = framework_named(session, None)
    now = clock.now()
    for old in _live(session, requirement.id, framework.code):
        old.withdrawn_at = now
    made = ScoreOverride(
        requirement_id=requirement.id,
        framework_code=framework.code,
        value=value,
        reason=reason.strip(),
        expires_on=expires_on,
        created_by_id=actor.id,
        created_at=now,
    )
    session.add(made)
    record(session, actor.id, requirement, "requirement.set_the_score_by_hand", why=reason.strip())
    bring_up_to_date(session, framework)
    return made


def _check(requirement: Requirement, value: float, reason: str, expires_on: date) -> None:
    problems: dict[str, str] = {}
    if not math.isfinite(value) or abs(value) > LARGEST_INPUT:
        problems["value"] = gettext("Enter an ordinary number.")
    if not reason.strip():
        problems["reason"] = gettext("Say why: everybody sees it beside the score.")
    today = clock.today()
    if not today <= expires_on <= today + LONGEST:
        problems["expires_on"] = gettext("Choose a day from today to one year ahead.")
    if requirement.state not in SCORED_STATES:
        problems["value"] = gettext("%(key)s is closed and has no rank.", key=requirement.key)
    if problems:
        raise Invalid(next(iter(problems.values())), problems)


def withdraw_override(session: Session, actor: Actor, key: str) -> None:
    """Let the computed score stand again."""
    requirement = _scorable(session, actor, key)
    framework = framework_named(session, None)
    live = _live(session, requirement.id, framework.code)
    if not live:
        raise Invalid(gettext("No score is set by hand here."))
    for one in live:
        one.withdrawn_at = clock.now()
    record(session, actor.id, requirement, "requirement.took_the_score_set_by_hand_back")
    bring_up_to_date(session, framework)


def lapse(session: Session) -> int:
    """End what ran out, tell it in the history, and have the rankings computed again."""
    query = (
        select(ScoreOverride)
        .where(ScoreOverride.withdrawn_at.is_(None), ScoreOverride.expires_on < clock.today())
        .order_by(ScoreOverride.id)
    )
    over = session.scalars(query).all()
    for one in over:
        one.withdrawn_at = clock.now()
        requirement = session.get_one(Requirement, one.requirement_id)
        record(session, None, requirement, "requirement.let_the_score_set_by_hand_run_out")
        mark(session, one.framework_code)
    return len(over)
