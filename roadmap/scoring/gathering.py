"""Reads everything a ranking depends on."""

import json
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.requirements.models import Requirement, RequirementEffort
from roadmap.requirements.rules import BACKLOG
from roadmap.scoring.computing import Entry, Given
from roadmap.scoring.models import ScoreEntry, ScoreOverride, TeamCapacity
from roadmap.scoring.queries import SCORED_STATES, backlog_keys, links

# Reads one value, known to be whole: a hundred thousand are read, and most ranges are empty.
_read = json.JSONDecoder().raw_decode


def given(session: Session, code: str, only: Sequence[int] | None = None) -> Given:
    """Read everything a framework's ranking depends on, of all requirements or of some only."""
    live = live_overrides(session, code)
    efforts: dict[int, dict[int, float]] = defaultdict(dict)
    for effort in session.execute(
        select(RequirementEffort.requirement_id, RequirementEffort.team_id, RequirementEffort.weeks)
        .join(Requirement, Requirement.id == RequirementEffort.requirement_id)
        .where(Requirement.state.in_(BACKLOG))
    ):
        efforts[effort.requirement_id][effort.team_id] = effort.weeks
    capacity = session.execute(select(TeamCapacity.team_id, TeamCapacity.weeks))
    return Given(
        entries=entries_of(session, code, only),
        backlog=backlog_keys(session) if only is None else list(only),
        blocks=links(session),
        overrides={row.requirement_id: row.value for row in live},
        until=min((row.expires_on for row in live), default=None),
        efforts=efforts,
        capacity={row.team_id: row.weeks for row in capacity},
    )


def entries_of(
    session: Session, code: str, keys: Sequence[int] | None = None
) -> dict[int, list[Entry]]:
    """Return each scorer's (inputs, ranges) of open requirements, or of those given."""
    entries: dict[int, list[Entry]] = defaultdict(list)
    query = (
        select(
            ScoreEntry.requirement_id, cast(ScoreEntry.inputs, Text), cast(ScoreEntry.ranges, Text)
        )
        .join(Requirement, Requirement.id == ScoreEntry.requirement_id)
        .where(ScoreEntry.framework_code == code, Requirement.state.in_(SCORED_STATES))
        .order_by(ScoreEntry.requirement_id, ScoreEntry.id)
    )
    if keys is not None:
        query = query.where(ScoreEntry.requirement_id.in_(keys))
    for key, inputs, ranges in session.execute(query):
        entries[key].append((_read(inputs)[0], {} if ranges == "{}" else _read(ranges)[0]))
    return entries


def live_overrides(session: Session, code: str) -> Sequence[ScoreOverride]:
    """Return the scores set by hand that count today, the newest of each requirement last."""
    return session.scalars(
        select(ScoreOverride)
        .where(
            ScoreOverride.framework_code == code,
            ScoreOverride.withdrawn_at.is_(None),
            ScoreOverride.expires_on >= clock.today(),
        )
        .order_by(ScoreOverride.id)
    ).all()
