"""Commands of scoring: enter scores, recompute them, rank the backlog, choose the framework."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.errors import Forbidden, Invalid
from roadmap.history.service import record
from roadmap.keys import parse_key
from roadmap.requirements.models import Requirement
from roadmap.scoring.built_in import BUILT_IN
from roadmap.scoring.compare import Consolidated, consolidate
from roadmap.scoring.definitions import definition, framework_row
from roadmap.scoring.formulas import Outcome, Score, ScoreError, Unscored, check_inputs, score_set
from roadmap.scoring.frameworks import FrameworkDef
from roadmap.scoring.models import Framework, ScoreEntry
from roadmap.scoring.models import Score as StoredScore
from roadmap.scoring.queries import (
    SCORED_STATES,
    backlog_keys,
    entries_of,
    framework_named,
    frameworks,
    links,
)
from roadmap.scoring.ranking import Item, Ranking, rank
from roadmap.web.i18n import gettext

RANKING_METHOD = "rice"


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
    changes: Mapping[str, Mapping[str, float | None]],
) -> Ranking:
    """Store the actor's inputs for some requirements (by key) and rank again.

    ``changes`` maps REQ-12 to criterion → number, None taking an input back. All or nothing: the
    errors of every wrong input come together, named ``REQ-12.effort``.
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
        raise Invalid("Some numbers need another look.", problems)
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
    return recompute(session, row)


def _input_problems(
    framework: FrameworkDef,
    numbers: Mapping[int, Mapping[str, float | None]],
    requirements: Mapping[int, Requirement],
) -> dict[str, str]:
    problems: dict[str, str] = {}
    for number, values in numbers.items():
        if number not in requirements:
            problems[f"REQ-{number}"] = gettext(
                "REQ-%(number)s does not exist: check the key.", number=number
            )
        for fault in check_inputs(framework, dict(values)):
            problems[f"REQ-{number}.{fault.criterion}"] = fault.message
    return problems


def _store_entry(
    session: Session,
    actor: Actor,
    code: str,
    requirement: Requirement,
    entry: ScoreEntry | None,
    values: Mapping[str, float | None],
) -> None:
    kept = {**(entry.inputs if entry else {}), **values}
    inputs = {name: value for name, value in kept.items() if value is not None}
    if entry is not None and entry.inputs == inputs:
        return
    if entry is None:
        entry = ScoreEntry(
            requirement_id=requirement.id, framework_code=code, scorer_id=actor.id, inputs={}
        )
        session.add(entry)
    entry.inputs, entry.updated_at = inputs, clock.now()
    record(session, actor.id, requirement, "requirement.scored")


def recompute(session: Session, row: Framework) -> Ranking:
    """Compute every score of a framework from what its scorers entered; rank if it is the one."""
    framework = definition(row)
    joined = {
        key: consolidate(entries, framework.criteria)
        for key, entries in entries_of(session, row.code).items()
    }
    outcomes = score_set(framework, {key: found.median for key, found in joined.items()})
    _store_scores(session, row, joined, outcomes)
    ranking = ranking_of(session, outcomes)
    if row.ranks_backlog:
        _store_ranking(session, outcomes, ranking)
    return ranking


def ranking_of(session: Session, outcomes: Mapping[int, Outcome]) -> Ranking:
    """Rank the backlog by these scores, prerequisites lifted."""
    blocks = links(session)
    return rank(
        Item(key, _value(outcomes.get(key)), blocks.get(key, ())) for key in backlog_keys(session)
    )


def _value(outcome: Outcome | None) -> float | None:
    return outcome.value if isinstance(outcome, Score) else None


def _store_scores(
    session: Session,
    row: Framework,
    joined: Mapping[int, Consolidated],
    outcomes: Mapping[int, Outcome],
) -> None:
    """Write the scores that differ from those stored, take away those with no entry left."""
    stored = {
        found.requirement_id: found
        for found in session.execute(
            select(
                StoredScore.id,
                StoredScore.requirement_id,
                StoredScore.value,
                StoredScore.inputs,
                StoredScore.set_digest,
                StoredScore.spread,
            ).where(StoredScore.framework_id == row.id)
        )
    }
    now = clock.now()
    new, changed = [], []
    for key, outcome in outcomes.items():
        data = _score_data(joined[key], outcome) | {"computed_at": now}
        old = stored.get(key)
        if old is None:
            new.append(data | {"requirement_id": key, "framework_id": row.id})
        elif (old.value, old.inputs, old.set_digest, old.spread) != (
            data["value"],
            data["inputs"],
            data["set_digest"],
            data["spread"],
        ):
            changed.append(data | {"id": old.id})
    gone = [found.id for key, found in stored.items() if key not in outcomes]
    if new:
        session.execute(insert(StoredScore), new)
    if changed:
        session.execute(update(StoredScore), changed)
    for start in range(0, len(gone), 500):
        session.execute(delete(StoredScore).where(StoredScore.id.in_(gone[start : start + 500])))


def _score_data(found: Consolidated, outcome: Outcome) -> dict[str, Any]:
    data: dict[str, Any] = {
        "value": None,
        "inputs": dict(found.median),
        "spread": {
            name: [spread.low, spread.high]
            for name, spread in found.spread.items()
            if spread.range > 0
        },
        "parts": {},
        "missing": [],
        "error": None,
        "set_digest": None,
        "set_size": None,
        "ranges": {},
        "notes": [],
    }
    match outcome:
        case Score():
            data |= {
                "value": outcome.value,
                "parts": dict(outcome.parts),
                "ranges": {name: list(bounds) for name, bounds in outcome.ranges.items()},
                "set_digest": outcome.set_digest,
                "set_size": outcome.set_size,
                "notes": [str(note) for note in outcome.notes],
            }
        case Unscored():
            data["missing"] = list(outcome.missing)
        case ScoreError():
            data["error"] = outcome.message[:300]
    return data


def _store_ranking(session: Session, outcomes: Mapping[int, Outcome], ranking: Ranking) -> None:
    """Write score, effective score and rank of each requirement where they changed."""
    places = {row.key: row for row in ranking.ranked}
    changed = []
    current = select(
        Requirement.id, Requirement.score, Requirement.effective_score, Requirement.rank
    ).where(
        Requirement.state.in_(SCORED_STATES)
        | Requirement.score.is_not(None)
        | Requirement.effective_score.is_not(None)
        | Requirement.rank.is_not(None)
    )
    for row in session.execute(current):
        own = _value(outcomes.get(row.id))
        place = places.get(row.id)
        effective = place.effective if place else own
        rank_no = place.rank if place else None
        if (row.score, row.effective_score, row.rank) != (own, effective, rank_no):
            changed.append({"key": row.id, "own": own, "lifted": effective, "place": rank_no})
    if changed:
        table: Any = Requirement.__table__
        # The table, not the class: derived columns must not raise the version people edit against.
        session.execute(
            update(table)
            .where(table.c.id == bindparam("key"))
            .values(
                score=bindparam("own"),
                effective_score=bindparam("lifted"),
                rank=bindparam("place"),
            ),
            changed,
        )


def recompute_all(session: Session) -> None:
    """Compute every active framework again."""
    for row in frameworks(session):
        recompute(session, row)


def choose_ranking_framework(session: Session, actor: Actor, code: str, why: str) -> None:
    """Rank the backlog by another framework from now on."""
    if not actor.may("framework.edit"):
        raise Forbidden("Only program managers choose the framework.")
    if not why.strip():
        raise Invalid.at("why", "Say why the order changes: everybody sees it.")
    chosen = framework_named(session, code)
    for row in frameworks(session):
        if row.ranks_backlog != (row.id == chosen.id):
            row.ranks_backlog = row.id == chosen.id
            record(session, actor.id, row, "framework.chosen", why=why)
    recompute(session, chosen)
