"""Commands of scoring: enter scores, choose the framework that ranks the backlog."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Forbidden, Invalid
from roadmap.history.service import record
from roadmap.keys import parse_key
from roadmap.requirements.models import Requirement
from roadmap.scoring.built_in import BUILT_IN
from roadmap.scoring.definitions import definition, framework_row
from roadmap.scoring.formulas import check_inputs
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.models import Framework, ScoreEntry
from roadmap.scoring.queries import framework_named
from roadmap.scoring.ranking import Ranking
from roadmap.scoring.recompute import bring_up_to_date, score_now
from roadmap.scoring.stability import Estimate
from roadmap.web.i18n import gettext

RANKING_METHOD = "rice"

# A number, one with low and high around it, or None to take the input back.
Typed = float | Estimate | None


def ensure_built_in(session: Session) -> None:
    """Store the built-in frameworks that are not there yet; RICE ranks until somebody chooses."""
    known = {(row.code, row.version) for row in session.scalars(select(Framework))}
    first = not known
    for built_in in BUILT_IN:
        if (built_in.code, built_in.version) not in known:
            row = framework_row(built_in)
            row.ranks_backlog = first and built_in.code == RANKING_METHOD
            session.add(row)
            record(session, None, row, "framework.created")


def enter_scores(
    session: Session,
    actor: Actor,
    framework_code: str,
    changes: Mapping[str, Mapping[str, Typed]],
) -> Ranking | None:
    """Store the actor's inputs for some requirements (by key) and rank again.

    ``changes`` maps REQ-12 to criterion → number or Estimate, None taking an input back; a number
    alone takes the range away. All or nothing: the errors of every wrong input come together,
    named ``REQ-12.effort``. Returns None where the backlog is so long that the worker ranks it.
    """
    if not actor.may("requirement.score"):
        raise Forbidden("Only program managers score requirements.")
    row = framework_named(session, framework_code)
    framework = definition(row)
    numbers = {parse_key(key, "REQ"): values for key, values in changes.items()}
    requirements = {
        found.id: found
        for found in session.scalars(select(Requirement).where(Requirement.id.in_(numbers)))
    }
    problems = _input_problems(framework, numbers, requirements)
    if problems:
        raise Invalid(gettext("Some numbers need another look."), problems)
    entries = {
        entry.requirement_id: entry
        for entry in session.scalars(
            select(ScoreEntry).where(
                ScoreEntry.framework_code == row.code,
                ScoreEntry.scorer_id == actor.id,
                ScoreEntry.requirement_id.in_(numbers),
            )
        )
    }
    for number, values in numbers.items():
        _store_entry(session, actor, row.code, requirements[number], entries.get(number), values)
    ranking = bring_up_to_date(session, row)
    if ranking is None:
        score_now(session, row, list(numbers))
    return ranking


def _input_problems(
    framework: FrameworkDef,
    numbers: Mapping[int, Mapping[str, Typed]],
    requirements: Mapping[int, Requirement],
) -> dict[str, str]:
    problems: dict[str, str] = {}
    for number, values in numbers.items():
        if number not in requirements:
            problems[f"REQ-{number}"] = gettext(
                "REQ-%(number)s does not exist: check the key.", number=number
            )
        # The ends of a range must be possible as well.
        for side in ("low", "high", "likely"):
            one = {
                code: getattr(value, side) if isinstance(value, Estimate) else value
                for code, value in values.items()
            }
            for fault in check_inputs(framework, one):
                problems[f"REQ-{number}.{fault.criterion}"] = fault.sentence.text(gettext)
        for code, value in values.items():
            if isinstance(value, Estimate) and not value.low <= value.likely <= value.high:
                problems[f"REQ-{number}.{code}"] = gettext(
                    "Write the likely number, then the lowest and the highest around it: 3 (2–5)."
                )
    return problems


def _store_entry(
    session: Session,
    actor: Actor,
    code: str,
    requirement: Requirement,
    entry: ScoreEntry | None,
    values: Mapping[str, Typed],
) -> None:
    inputs = dict(entry.inputs) if entry else {}
    ranges = dict(entry.ranges) if entry else {}
    for name, value in values.items():
        inputs.pop(name, None)
        ranges.pop(name, None)
        if isinstance(value, Estimate):
            inputs[name] = value.likely
            if value.low < value.high:
                ranges[name] = [value.low, value.high]
        elif value is not None:
            inputs[name] = value
    if entry is not None and (entry.inputs, entry.ranges) == (inputs, ranges):
        return
    if entry is None:
        entry = ScoreEntry(
            requirement_id=requirement.id,
            framework_code=code,
            scorer_id=actor.id,
            inputs={},
            ranges={},
        )
        session.add(entry)
    entry.inputs, entry.ranges, entry.updated_at = inputs, ranges, clock.now()
    record(session, actor.id, requirement, "requirement.scored")


def choose_ranking_framework(session: Session, actor: Actor, code: str, why: str) -> None:
    """Rank the backlog by another framework from now on."""
    if not actor.may("framework.edit"):
        raise Forbidden("Only program managers choose the framework.")
    if not why.strip():
        raise Invalid.at("why", gettext("Say why the order changes: everybody sees it."))
    chosen = framework_named(session, code)
    for row in session.scalars(select(Framework).where(Framework.ranks_backlog)).all():
        if row.id != chosen.id:
            row.ranks_backlog = False
            record(session, actor.id, row, "framework.chosen", why=why)
    if not chosen.ranks_backlog:
        chosen.ranks_backlog = True
        record(session, actor.id, chosen, "framework.chosen", why=why)
    bring_up_to_date(session, chosen)
