"""Write, check and store capacity of teams, scores set by hand and frozen rankings."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Team
from roadmap.exchange.workspace import parts_scoring as parts
from roadmap.exchange.workspace.fit_lists import repeats
from roadmap.exchange.workspace.mapping import columns, grouped, in_order, write
from roadmap.exchange.workspace.names import Names
from roadmap.exchange.workspace.problems import Problem
from roadmap.exchange.workspace.reading import Reading
from roadmap.exchange.workspace.shipped import built_in_frameworks
from roadmap.exchange.workspace.sync import Loading, assign, existing
from roadmap.requirements.models import Requirement
from roadmap.scoring.baselines import place_line
from roadmap.scoring.models import (
    Baseline,
    BaselineRow,
    Framework,
    ScoreOverride,
    TeamCapacity,
)
from roadmap.web.i18n import _


def sections(session: Session, names: Names) -> dict[str, Any]:
    """Return the three sections as a workspace file has them."""
    capacity = session.scalars(select(TeamCapacity))
    by_hand = session.scalars(select(ScoreOverride).order_by(ScoreOverride.id))
    return {
        "capacities": in_order((write(parts.CapacityPart, row, names) for row in capacity), "team"),
        "overrides": in_order(
            (write(parts.OverridePart, row, names) for row in by_hand),
            "created_at",
            "requirement",
        ),
        "baselines": _baselines(session, names),
    }


def _baselines(session: Session, names: Names) -> list[dict[str, Any]]:
    labels = {row.id: f"{row.code}@{row.version}" for row in session.scalars(select(Framework))}
    query = select(BaselineRow).order_by(BaselineRow.baseline_id, BaselineRow.requirement_id)
    rows: dict[int, list[BaselineRow]] = {}
    for row in session.scalars(query):
        rows.setdefault(row.baseline_id, []).append(row)
    return [
        write(
            parts.BaselinePart,
            one,
            names,
            framework=labels[one.framework_id],
            digest=one.digest,
            places=[write(parts.BaselineRowPart, row, names) for row in rows.get(one.id, [])],
        )
        for one in session.scalars(select(Baseline).order_by(Baseline.name))
    ]


def _entries(reading: Reading, section: str) -> list[tuple[int, Any]]:
    return reading.parts.get(section, [])


def _digest(rows: Iterable[parts.BaselineRowPart]) -> str:
    lines = sorted((int(row.requirement.partition("-")[2]), row) for row in rows)
    found = hashlib.sha256()
    for number, row in lines:
        found.update(place_line(number, row.rank, row.score, row.effective_score))
    return found.hexdigest()


def problems(session: Session, reading: Reading) -> Iterator[Problem]:
    """Yield what does not fit in the three sections."""
    stored = {row.name: row for row in session.scalars(select(Baseline))}
    known = {f"{row.code}@{row.version}" for row in session.scalars(select(Framework))}
    known |= built_in_frameworks()
    known |= {f"{one.code}@{one.version}" for _n, one in _entries(reading, "frameworks")}
    for place, one in _entries(reading, "baselines"):
        path = f"baselines[{place}]"
        if one.framework not in known:
            yield Problem(f"{path}.framework", _("is neither in this file nor in the database"))
        yield from repeats(f"{path}.places", (row.requirement for row in one.places))
        digest = _digest(one.places)
        if one.digest is not None and one.digest != digest:
            yield Problem(f"{path}.digest", _("does not fit the places: they were changed"))
        old = stored.get(one.name)
        if old is not None and old.digest != digest:
            yield Problem(f"{path}.name", _("is stored with other places, which stay as they are"))


def load(loading: Loading, reading: Reading) -> None:
    """Store what the sections bring; what is frozen already stays."""
    _capacities(loading, [one for _n, one in _entries(reading, "capacities")])
    _overrides(loading, [one for _n, one in _entries(reading, "overrides")])
    _frozen(loading, [one for _n, one in _entries(reading, "baselines")])


def _capacities(loading: Loading, wanted: list[Any]) -> None:
    session = loading.session
    values = [columns(one, loading.names) for one in wanted]
    keys = [one["team_id"] for one in values]
    found = {row.team_id: row for row in existing(session, TeamCapacity.team_id, keys)}
    teams = {row.id: row for row in existing(session, Team.id, keys)}
    for one in values:
        row = found.get(one["team_id"])
        if row is None:
            session.add(TeamCapacity(**one))
        else:
            assign(row, one)
        loading.root(teams[one["team_id"]])


def _overrides(loading: Loading, wanted: list[Any]) -> None:
    session = loading.session
    values = [columns(one, loading.names) for one in wanted]
    keys = [one["requirement_id"] for one in values]
    stored = grouped(session, ScoreOverride, lambda row: row.requirement_id) if keys else {}
    for requirement in existing(session, Requirement.id, keys):
        loading.root(requirement)
    for one in values:
        same = ("framework_code", "created_at")
        row = next(
            (
                old
                for old in stored.get(one["requirement_id"], ())
                if all(getattr(old, name) == one[name] for name in same)
            ),
            None,
        )
        if row is None:
            session.add(ScoreOverride(**one))
        else:
            assign(row, one)


def _frozen(loading: Loading, wanted: list[Any]) -> None:
    session = loading.session
    frameworks = {f"{row.code}@{row.version}": row.id for row in session.scalars(select(Framework))}
    stored = set(session.scalars(select(Baseline.name)))
    for one in wanted:
        if one.name in stored:
            continue
        row = Baseline(
            **columns(one, loading.names),
            framework_id=frameworks[one.framework],
            rows=len(one.places),
            digest=_digest(one.places),
        )
        session.add(row)
        session.flush()
        loading.root(row)
        places = [{"baseline_id": row.id, **columns(place, loading.names)} for place in one.places]
        if places:
            session.execute(insert(BaselineRow), places)
