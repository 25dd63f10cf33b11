"""What is said of one requirement: its scores, what it needs, and what would move it up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from roadmap.accounts.models import Team
from roadmap.ahead import Asked
from roadmap.db import JsonValue, read_rows
from roadmap.requirements.models import Requirement, RequirementEffort, RequirementLink
from roadmap.scoring.board_reading import asks_overrides, overrides_of
from roadmap.scoring.board_shown import Override
from roadmap.scoring.fitting import Fits, TeamCut
from roadmap.scoring.formulas import Range
from roadmap.scoring.leverage import Lever, levers
from roadmap.scoring.models import Framework, Score
from roadmap.scoring.queries import asks_scorers, scorers_of
from roadmap.scoring.standing import cut_from
from roadmap.scoring.stored import Stored, StoredScore, asks_scores, scores_of
from roadmap.web.i18n import gettext
from roadmap.web.templating import number


@dataclass(frozen=True)
class TeamNeed:
    """What a requirement needs of a team, how far that team goes, and whether it is the one full.

    `stops` is also true of a team that has not said what it has.
    """

    name: str
    code: str
    weeks: float
    cut: TeamCut | None
    stops: bool


@dataclass(frozen=True)
class Facts:
    """Scores in every framework, the ranking one first, and what they mean for its place."""

    scores: Sequence[tuple[Stored, StoredScore]]
    scorers: Sequence[Any]
    override: Override | None
    teams: Sequence[TeamNeed]
    # Rank and effective score of the first one above that it could pass.
    above: tuple[int, int, float] | None
    levers: Sequence[Lever]
    outdated: bool

    @property
    def ranked(self) -> StoredScore | None:
        """Return the score in the framework that ranks the backlog, if it has a place there."""
        if not self.scores or not self.scores[0][0].ranks_backlog:
            return None
        score = self.scores[0][1]
        return score if score.rank is not None else None


def facts_of(session: Session, requirement_id: int) -> Facts:
    """Read and compute everything the panels of a requirement say, in at most five statements."""
    scores = scores_of(session, requirement_id)
    if not scores:
        return Facts((), (), None, (), None, (), outdated=False)
    framework, score = scores[0]
    scorers = scorers_of(session, requirement_id, framework.code)
    override = overrides_of(session, framework.code, [requirement_id]).get(requirement_id)
    if not framework.ranks_backlog or score.rank is None:
        return Facts(scores, scorers, override, (), None, (), outdated=False)
    above = _above(session, requirement_id, framework)
    found: tuple[Lever, ...] = ()
    if above is not None and override is None and score.value is not None:
        ranges = {code: Range(*ends) for code, ends in score.ranges.items()}
        found = levers(framework.definition, score.inputs, above[2], ranges)
    return Facts(
        scores,
        scorers,
        override,
        _teams(session, score),
        above,
        found,
        outdated=framework.outdated_since is not None,
    )


def reads(requirement: Requirement) -> list[Asked]:
    """Return what `facts_of` asks."""
    number = requirement.id
    return [
        asks_scores(number),
        asks_scorers(number),
        asks_overrides([number]),
        _asks_nearest(number),
        _asks_efforts(number),
    ]


def _above(
    session: Session, requirement_id: int, framework: Stored
) -> tuple[int, int, float] | None:
    """Return the nearest one above that is no prerequisite of it."""
    rows = read_rows(session, *_asks_nearest(requirement_id))
    return next(
        (
            (row.requirement_id, row.rank, row.effective)
            for row in rows
            if row.framework_id == framework.id
        ),
        None,
    )


def _asks_nearest(requirement_id: int) -> Asked:
    return _nearest(), {"requirement": requirement_id}


# Places above one's own among which the nearest is sought.
_REACH = 20


@cache
def _nearest() -> Select[Any]:
    # Built once, like what every page of a requirement sends.
    own, over, other = (Score.__table__.alias() for _ in range(3))
    mine, ranking = own.c, Framework.__table__
    link = RequirementLink.__table__.c
    needed = (
        exists()
        .where(link.blocker_id == other.c.requirement_id, link.blocked_id == mine.requirement_id)
        .correlate(own, other)
    )
    # A prerequisite of a prerequisite, lifted to the same score, cannot be passed either.
    lifted = other.c.lifted_by.is_not(None) & (other.c.effective == mine.effective)
    nearest = (
        select(func.max(other.c.rank))
        .where(
            other.c.framework_id == mine.framework_id,
            other.c.rank < mine.rank,
            other.c.rank >= mine.rank - _REACH,
            ~needed,
            ~lifted,
        )
        .correlate(own)
        .scalar_subquery()
    )
    return (
        select(over.c.framework_id, over.c.requirement_id, over.c.rank, over.c.effective)
        .select_from(
            own.join(ranking, (ranking.c.id == mine.framework_id) & ranking.c.ranks_backlog).join(
                over, (over.c.framework_id == mine.framework_id) & (over.c.rank == nearest)
            )
        )
        .where(mine.requirement_id == bindparam("requirement"))
    )


def _teams(session: Session, score: StoredScore) -> list[TeamNeed]:
    return [
        TeamNeed(row.name, row.code, row.weeks, cut_from(row.cut), row.id in score.stops)
        for row in read_rows(session, *_asks_efforts(score.requirement_id))
    ]


def _asks_efforts(requirement_id: int) -> Asked:
    return _EFFORTS, {"requirement": requirement_id}


class _CutOf(FunctionElement[Any]):
    """What a standing says of one team: the whole of it is long, and most of it of others."""

    type = JsonValue
    inherit_cache = True


@compiles(_CutOf)
def _extracted(element: Any, compiler: Any, **rest: Any) -> str:
    standing, team = (compiler.process(one, **rest) for one in element.clauses)
    return f"json_extract({standing}, '$.teams.\"' || {team} || '\"')"


@compiles(_CutOf, "postgresql")
def _subscripted(element: Any, compiler: Any, **rest: Any) -> str:
    standing, team = (compiler.process(one, **rest) for one in element.clauses)
    return f"{standing} #> ARRAY['teams', CAST({team} AS text)]"


_TEAM, _EFFORT, _RANKING = Team.__table__, RequirementEffort.__table__, Framework.__table__
_EFFORTS: Select[Any] = (
    select(
        *(_TEAM.c.id, _TEAM.c.code, _TEAM.c.name, _EFFORT.c.weeks),
        _CutOf(_RANKING.c.standing, _TEAM.c.id).label("cut"),
    )
    .select_from(
        _TEAM.join(_EFFORT, _EFFORT.c.team_id == _TEAM.c.id).outerjoin(
            _RANKING, _RANKING.c.ranks_backlog
        )
    )
    .where(_EFFORT.c.requirement_id == bindparam("requirement"))
    .order_by(_EFFORT.c.weeks.desc(), _TEAM.c.name)
)


def lever_text(lever: Lever, framework: Stored) -> str:
    """Return a change in words: "effort under 3 (now 5)"."""
    names = {one.code: gettext(one.name).lower() for one in framework.definition.criteria}
    words = {
        "below": gettext("%(name)s under %(value)s (now %(now)s)"),
        "at_most": gettext("%(name)s %(value)s or less (now %(now)s)"),
        "above": gettext("%(name)s over %(value)s (now %(now)s)"),
        "at_least": gettext("%(name)s %(value)s or more (now %(now)s)"),
    }
    return words[lever.bound] % {
        "name": names[lever.criterion],
        "value": number(lever.value, 4),
        "now": number(lever.now, 4),
    }


def standing_sentences(facts: Facts) -> list[str]:
    """Return one or two sentences for the head of a requirement's page; none without a place."""
    if facts.ranked is None:
        return []
    found = [_team_sentence(facts)]
    if facts.override is not None:
        found.append(
            gettext(
                "Ranked by a score set by hand until %(day)s.",
                day=facts.override.expires_on.isoformat(),
            )
        )
    elif facts.levers:
        framework = facts.scores[0][0]
        found.append(
            gettext("Would move up at %(change)s.", change=lever_text(facts.levers[0], framework))
        )
    return [sentence for sentence in found if sentence]


def _team_sentence(facts: Facts) -> str:
    """Return what its teams say: the one that stops it, or the one it costs most."""
    if not facts.teams or facts.ranked is None:
        return ""
    stopping = [team for team in facts.teams if team.stops]
    team = (stopping or facts.teams)[0]
    if team.cut is None or team.cut.capacity is None:
        return gettext("Needs %(team)s, which has not said what it has.", team=team.name)
    if facts.ranked.fit == Fits.FITS.value:
        return gettext(
            "Fits %(team)s, which has room for %(fits)s of %(needed)s.",
            team=team.name,
            fits=team.cut.fits,
            needed=team.cut.needed,
        )
    return gettext(
        "Needs %(team)s, whose cut line is %(fits)s.", team=team.name, fits=team.cut.fits
    )
