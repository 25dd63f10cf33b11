"""What the people named in a decision say to it: they confirm or contest, and nothing is changed.

The decision stays as it was frozen. A contest is shown beside it and told to the launch's owner, to
who recorded the decision and to the program managers.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.errors import Conflict, Forbidden, Invalid
from roadmap.launches.access import AnySelect, Asker, visible
from roadmap.launches.checks import ENDED
from roadmap.launches.models import Launch
from roadmap.launches.telling import tell
from roadmap.readiness.decision_models import Decision, DecisionAnswer, DecisionVoice
from roadmap.readiness.decision_rules import AnswerKind, Voice, voices
from roadmap.readiness.escalation import managers_of
from roadmap.web.i18n import _

NOTE_LENGTH = 4000


def answer_decision(
    session: Session,
    actor: Asker,
    launch: Launch,
    decision: Decision,
    kind: AnswerKind,
    note: str = "",
) -> DecisionAnswer:
    """Keep what somebody named in a decision says to it; they may change their mind, not a word.

    Only the people named may answer, each for themselves. A contest gives its reason.
    """
    if actor.id not in {voice.person_id for voice in decision.voices}:
        raise Forbidden(_("Only the people this decision names may confirm or contest it."))
    words = note.strip()
    if kind is AnswerKind.CONTESTED and not words:
        raise Invalid.at("note", _("Say what is not so: the others read it."))
    if len(words) > NOTE_LENGTH:
        raise Invalid.at("note", _("Shorten this to 4,000 characters."))
    said = answers_of(session, [decision.id])[decision.id]
    own = [answer.answer for answer in said if answer.person_id == actor.id]
    if own and own[-1] is kind:
        raise Conflict(_("You have said so already. Reload the page."))
    told = set()
    if kind is AnswerKind.CONTESTED:
        told = {decision.recorded_by, *managers_of(session, launch)} - {actor.id}
    row = DecisionAnswer(
        launch_id=launch.id,
        decision_id=decision.id,
        person_id=actor.id,
        answer=kind,
        note=words,
        at=clock.now(),
        told_to=sorted(told),
    )
    session.add(row)
    tell(session, actor, launch, f"decision.{kind.value}", words)
    return row


# ---- reads ----


def answers_of(
    session: Session, decision_ids: Collection[int]
) -> Mapping[int, Sequence[DecisionAnswer]]:
    """Return what was said to some decisions, by decision, in the order given; one statement."""
    found: dict[int, list[DecisionAnswer]] = defaultdict(list)
    if decision_ids:
        query = select(DecisionAnswer).where(DecisionAnswer.decision_id.in_(sorted(decision_ids)))
        for row in session.scalars(query.order_by(DecisionAnswer.id)):
            found[row.decision_id].append(row)
    return found


def voices_of(decision: Decision, answers: Sequence[DecisionAnswer]) -> tuple[Voice, ...]:
    """Return the people a decision names, each with their newest word to it."""
    return voices(
        [(voice.person_id, voice.kind) for voice in decision.voices],
        [(answer.person_id, answer.answer) for answer in answers],
        decision.recorded_by,
    )


@cache
def _awaited_query() -> AnySelect:
    me: Any = bindparam("me")
    answered = (
        select(DecisionAnswer.id)
        .where(
            DecisionAnswer.decision_id == DecisionVoice.decision_id,
            DecisionAnswer.person_id == DecisionVoice.person_id,
        )
        .correlate(DecisionVoice)
        .exists()
    )
    return (
        select(
            Decision.id,
            Decision.launch_id,
            Decision.kind,
            Decision.at,
            DecisionVoice.kind.label("part"),
            Launch.title,
            func.count().over().label("many"),
        )
        .join(Decision, Decision.id == DecisionVoice.decision_id)
        .join(Launch, Launch.id == Decision.launch_id)
        .where(
            DecisionVoice.person_id == me,
            Decision.recorded_by != me,
            ~answered,
            Launch.state.not_in(sorted(ENDED)),
        )
        .order_by(Decision.id)
        .limit(bindparam("most"))
    )


def awaited_of(session: Session, actor: Asker, most: int) -> Sequence[Any]:
    """Return the decisions that name somebody who has not answered, the oldest first.

    One statement. Each row says in which part they are named, and how `many` there are in all.
    """
    known = {"me": actor.id, "most": most}
    return session.execute(visible(_awaited_query(), actor), known).all()
