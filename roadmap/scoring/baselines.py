"""Rankings frozen under a name: taken, checked against their digest, compared with today."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, insert, literal, select
from sqlalchemy.orm import Session, aliased

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.history.service import record
from roadmap.requirements.models import Requirement
from roadmap.requirements.rules import BACKLOG
from roadmap.scoring.models import Baseline, BaselineRow, Framework, Score
from roadmap.scoring.queries import framework_named
from roadmap.web.i18n import gettext

# So many rows of a comparison are shown.
SHOWN = 200


def take_baseline(session: Session, actor: Actor | None, name: str, note: str) -> Baseline:
    """Freeze the ranking of the backlog, the unscored with it, under a name nobody used.

    Raises Invalid while the ranking is out of date: what is frozen must have been true.
    """
    if actor is not None and not actor.may("framework.edit"):
        raise Forbidden(gettext("Only program managers freeze a ranking."))
    name, note = name.strip(), note.strip()
    if not name or len(name) > 120:
        raise Invalid.at("name", gettext("Give it a name of at most 120 characters."))
    if session.scalar(select(Baseline.id).where(Baseline.name == name)) is not None:
        raise Invalid.at("name", gettext("There is a baseline of this name. Choose another."))
    framework = framework_named(session, None)
    if framework.outdated_since is not None or framework.computed_at is None:
        raise Invalid.at(
            "name", gettext("The ranking is being computed. Freeze it when that is done.")
        )
    row = Baseline(
        name=name,
        note=note,
        framework_id=framework.id,
        taken_at=clock.now(),
        taken_by_id=actor.id if actor else None,
        rows=0,
        digest="",
    )
    session.add(row)
    # The rows need its key; the event is told once it holds their digest.
    session.flush()
    _copy_rows(session, row.id, framework.id)
    row.rows, row.digest = digest_of(session, row.id)
    record(session, row.taken_by_id, row, "baseline.taken", why=note or None)
    return row


def _copy_rows(session: Session, baseline_id: int, framework_id: int) -> None:
    source = (
        select(literal(baseline_id), Requirement.id, Score.rank, Score.value, Score.effective)
        .outerjoin(
            Score, (Score.requirement_id == Requirement.id) & (Score.framework_id == framework_id)
        )
        .where(Requirement.state.in_(BACKLOG))
    )
    columns = ["baseline_id", "requirement_id", "rank", "score", "effective_score"]
    session.execute(insert(BaselineRow).from_select(columns, source))


def place_line(key: int, rank: int | None, score: float | None, effective: float | None) -> bytes:
    """Return what the digest takes of one place; 3 and 3.0 are the same score."""
    numbers = (None if one is None else float(one) for one in (score, effective))
    return f"{key}:{rank}:{':'.join(repr(one) for one in numbers)}\n".encode()


def digest_of(session: Session, baseline_id: int) -> tuple[int, str]:
    """Return (number of rows, digest) of what a baseline holds now."""
    digest, count = hashlib.sha256(), 0
    query = (
        select(
            BaselineRow.requirement_id,
            BaselineRow.rank,
            BaselineRow.score,
            BaselineRow.effective_score,
        )
        .where(BaselineRow.baseline_id == baseline_id)
        .order_by(BaselineRow.requirement_id)
        .execution_options(yield_per=5_000)
    )
    for row in session.execute(query):
        digest.update(place_line(*row))
        count += 1
    return count, digest.hexdigest()


def untouched(session: Session, baseline: Baseline) -> bool:
    """Return whether a baseline still holds what was frozen."""
    return digest_of(session, baseline.id) == (baseline.rows, baseline.digest)


def baselines(session: Session) -> Sequence[Any]:
    """Return each baseline with its framework and who took it, the newest first."""
    query = (
        select(Baseline, Framework, Person.name.label("by"))
        .join(Framework, Framework.id == Baseline.framework_id)
        .outerjoin(Person, Person.id == Baseline.taken_by_id)
        .order_by(Baseline.taken_at.desc(), Baseline.id.desc())
        .limit(SHOWN)
    )
    return session.execute(query).all()


def baseline_with_framework(session: Session, baseline_id: int) -> tuple[Baseline, Framework]:
    """Return a baseline and the framework version it was ranked by."""
    if baseline_id > 2**31 - 1:
        raise NotFound(gettext("There is no such baseline."))
    found = session.execute(
        select(Baseline, Framework)
        .join(Framework, Framework.id == Baseline.framework_id)
        .where(Baseline.id == baseline_id)
    ).first()
    if found is None:
        raise NotFound(gettext("There is no such baseline."))
    return found.Baseline, found.Framework


@dataclass(frozen=True)
class Change:
    """One requirement's places in two rankings; None: not ranked there."""

    id: int
    title: str
    before: int | None
    after: int | None

    @property
    def key(self) -> str:
        """Return the human key."""
        return f"REQ-{self.id}"

    @property
    def moved(self) -> int | None:
        """Return the places gained, None where one of the rankings lacks it."""
        if self.before is None or self.after is None:
            return None
        return self.before - self.after


@dataclass(frozen=True)
class Comparison:
    """The first places of the second ranking, and what the first one had that the second lacks."""

    changes: Sequence[Change]
    left: Sequence[Change]
    entered: int

    @property
    def both(self) -> int:
        """Return how many of the places shown are ranked in both."""
        return sum(1 for change in self.changes if change.moved is not None)

    @property
    def moved(self) -> int:
        """Return how many of them stand elsewhere."""
        return sum(1 for change in self.changes if change.moved)

    @property
    def furthest(self) -> Sequence[Change]:
        """Return the one that rose furthest, then the one that fell furthest; none, one or both."""
        moved = sorted((c for c in self.changes if c.moved), key=lambda c: c.moved or 0)
        rose, fell = moved[-1:], moved[:1]
        return [
            *(change for change in rose if (change.moved or 0) > 0),
            *(change for change in fell if (change.moved or 0) < 0),
        ]


@dataclass(frozen=True)
class _Places:
    """The rows of one ranking, frozen or stored: their table and columns, and which are its."""

    table: Any
    key: Any
    rank: Any
    mine: Any


def baseline_against_today(session: Session, baseline: Baseline, today: Framework) -> Comparison:
    """Compare a frozen ranking with the stored one of a framework."""
    row = aliased(BaselineRow)
    then = _Places(row, row.requirement_id, row.rank, row.baseline_id == baseline.id)
    return _compare(session, then, _stored(today.id))


def frameworks_compared(session: Session, first: Framework, second: Framework) -> Comparison:
    """Compare the stored rankings of two frameworks."""
    return _compare(session, _stored(first.id), _stored(second.id))


def _stored(framework_id: int) -> _Places:
    score = aliased(Score)
    return _Places(score, score.requirement_id, score.rank, score.framework_id == framework_id)


def _compare(session: Session, before: _Places, after: _Places) -> Comparison:
    now = (
        select(Requirement.id, Requirement.title, before.rank.label("old"), after.rank)
        .join(after.table, (after.key == Requirement.id) & after.mine)
        .outerjoin(before.table, (before.key == Requirement.id) & before.mine)
        .where(after.rank.is_not(None))
        .order_by(after.rank)
        .limit(SHOWN)
    )
    still = exists().where(after.key == before.key, after.mine, after.rank.is_not(None))
    gone = (
        select(Requirement.id, Requirement.title, before.rank.label("old"))
        .join(before.table, (before.key == Requirement.id) & before.mine)
        .where(before.rank.is_not(None), ~still)
        .order_by(before.rank)
        .limit(SHOWN)
    )
    changes = [Change(row.id, row.title, row.old, row.rank) for row in session.execute(now)]
    left = [Change(row.id, row.title, row.old, None) for row in session.execute(gone)]
    return Comparison(changes, left, sum(1 for change in changes if change.before is None))
