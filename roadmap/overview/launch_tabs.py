"""What each tab of the launch room adds to the page; a tab returns its template's values."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from roadmap.accounts.queries import names_of
from roadmap.history.queries import feed
from roadmap.launches.access import Asker
from roadmap.launches.models import Launch
from roadmap.mechanisms.facts import MechanismFact
from roadmap.mechanisms.kinds import LinkRole
from roadmap.overview import gates_page
from roadmap.overview.gaps import Row, rows_of
from roadmap.overview.launch_page import LaunchPage
from roadmap.overview.queries import dependents_of, requirements_of, speech_for
from roadmap.overview.speech import METRICS, Speech
from roadmap.overview.tellings import launches_in, mechanisms_in, people_in, told
from roadmap.readiness.answers import Answer, Code
from roadmap.readiness.checklists import items_of, may_answer
from roadmap.readiness.facts import ForecastFact, LaunchFacts, LinkFact
from roadmap.readiness.queries import past_verdicts, shown_stored
from roadmap.readiness.sentences import target_text
from roadmap.reading import made_once
from roadmap.taxonomy.scope import ScopeCell, covers
from roadmap.web.i18n import _
from roadmap.web.text import whole_number
from roadmap.wording import N_

# Events on one page of the history.
FEED = 40
ROLES = {
    LinkRole.DETECT: N_("detects"),
    LinkRole.DECIDE: N_("decides"),
    LinkRole.REVIEW: N_("reviews"),
    LinkRole.APPEAL: N_("answers appeals"),
    LinkRole.ESCALATE: N_("takes escalations"),
    LinkRole.AUDIT: N_("audits"),
    LinkRole.REPORT: N_("takes reports"),
}


def summary(_session: Session, _actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return the matrix and, if asked for, every check."""
    everything = request.args.get("checks") == "all"
    return {
        "matrix": page.matrix(),
        "everything": page.room.everything() if everything else None,
    }


# ---- scope and forecast ----


@dataclass(frozen=True)
class ScopeLine:
    """The cells of a market and surface that join at one phase."""

    market: str
    surface: str
    from_phase: int
    languages: tuple[str, ...]
    areas: tuple[str, ...]
    cells: int
    missing: int


@dataclass(frozen=True)
class ForecastLine:
    """A forecast in words; low and high that were not given are the defaults, marked as such."""

    scope: str
    likely: float | None
    low: float | None
    high: float | None
    given: bool
    prevalence: float | None
    grade: str


def scope_lines(facts: LaunchFacts, speech: Speech) -> list[ScopeLine]:
    """Return the launch's cells by market, surface and the phase at which they join."""
    groups: dict[tuple[int, str, str], list[ScopeCell]] = {}
    for fact in facts.cells:
        key = (fact.from_phase, fact.cell.market, fact.cell.surface)
        groups.setdefault(key, []).append(fact.cell)
    return [_scope_line(key, cells, speech) for key, cells in sorted(groups.items())]


def _scope_line(key: tuple[int, str, str], cells: Iterable[ScopeCell], speech: Speech) -> ScopeLine:
    own = set(cells)
    languages = {c.language for c in own}
    areas = {c.policy_area for c in own}
    return ScopeLine(
        market=speech.word("market", key[1]),
        surface=speech.word("surface", key[2]),
        from_phase=key[0],
        languages=tuple(sorted(speech.word("language", x) for x in languages)),
        areas=tuple(sorted(speech.word("policy_area", x) for x in areas)),
        cells=len(own),
        missing=len(languages) * len(areas) - len(own),
    )


def _forecast(fact: ForecastFact, speech: Speech) -> ForecastLine:
    likely = fact.likely
    given = fact.low is not None or fact.high is not None
    low, high = fact.low, fact.high
    if likely is not None:
        low = likely * 0.5 if low is None else low
        high = likely * 2 if high is None else high
    return ForecastLine(
        speech.scope(fact.pattern), likely, low, high, given, fact.prevalence, fact.grade.value
    )


def scope(_session: Session, _actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return phases, cells, forecasts and the heads needed."""
    facts, speech = page.room.facts, page.room.speech
    cells = Counter(fact.from_phase for fact in facts.cells)
    return {
        "phases": [(p, cells[p.position]) for p in page.launch.phases],
        "judged": page.room.verdict.phase,
        "scope": scope_lines(facts, speech),
        "forecasts": [_forecast(f, speech) for f in sorted(facts.forecasts, key=lambda f: f.id)],
        "needs": [
            (speech.scope(n.pattern), n.heads, n.from_phase, speech.person(n.owner_id))
            for n in sorted(facts.training_needs, key=lambda n: n.id)
        ],
    }


# ---- mechanisms ----


@dataclass(frozen=True)
class TargetLine:
    """A target of a link with what its slices say."""

    metric: str
    target: str
    rows: tuple[Row, ...]
    proven: int


@dataclass(frozen=True)
class LinkLine:
    """A mechanism the launch leans on: role, stage against the one required, cells, targets."""

    key: str
    name: str
    kind: str
    role: str
    stage: str
    required_stage: str
    stage_ok: bool
    version: str
    cells: int
    from_phase: int
    owner: str | None
    fallback: str | None
    targets: tuple[TargetLine, ...]


def _targets(
    link: LinkFact, answers: Iterable[Answer], speech: Speech, today: date
) -> list[TargetLine]:
    found: list[TargetLine] = []
    own = list(answers)
    for target in sorted(link.targets, key=lambda t: t.metric):
        prefix = f"metric:{link.id}:{target.metric}:"
        about = [a for a in own if a.subject.startswith(prefix)]
        found.append(
            TargetLine(
                metric=_(METRICS[target.metric.value]),
                target=target_text(target.target),
                rows=tuple(r for a in about if not a.passes for r in rows_of([a], speech, today)),
                proven=sum(1 for a in about if a.passes),
            )
        )
    return found


def _link(
    link: LinkFact,
    mechanisms: Mapping[int, MechanismFact],
    page: LaunchPage,
    gaps: Mapping[str, Answer],
    cells: Iterable[ScopeCell],
) -> LinkLine:
    fact = mechanisms.get(link.mechanism_id)
    speech, today = page.room.speech, page.room.verdict.at.date()
    key = fact.key if fact else f"MEC-{link.mechanism_id}"
    stage = gaps.get(f"stage:{link.id}")
    fallback = mechanisms.get(link.fallback_mechanism_id or 0)
    return LinkLine(
        key=key,
        name=speech.mechanisms.get(key, key),
        kind=fact.kind.value if fact else "",
        role=_(ROLES[link.role]),
        stage=fact.stage.value if fact else "retired",
        required_stage=link.required_stage.value,
        stage_ok=stage is None or stage.passes,
        version=fact.configuration_label if fact else "",
        cells=sum(1 for c in cells if fact and any(covers(p, c) for p in fact.coverage)),
        from_phase=link.from_phase,
        owner=speech.person(fact.owner_id) if fact else None,
        fallback=speech.mechanisms.get(fallback.key, fallback.key) if fallback else None,
        targets=tuple(_targets(link, page.room.verdict.reasons, speech, today)),
    )


def mechanisms(_session: Session, _actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return the linked mechanisms with their evidence, and those that cover without a link."""
    return made_once(page.made, "mechanisms", lambda: _mechanisms(page))


def _mechanisms(page: LaunchPage) -> dict[str, Any]:
    facts, speech = page.room.facts, page.room.speech
    known = {m.id: m for m in facts.mechanisms}
    stages = {a.question: a for a in page.room.verdict.reasons if a.code == Code.MECH_STAGE}
    cells = {fact.cell for fact in facts.cells}
    linked = {link.mechanism_id for link in facts.links}
    routed = {known[i].routes_to_id for i in linked if i in known}
    others = [m for m in facts.mechanisms if m.id not in linked and m.id not in routed]
    return {
        "matrix": page.matrix(),
        "all_cells": len(cells),
        "lines": [
            _link(link, known, page, stages, cells)
            for link in sorted(facts.links, key=lambda x: (x.from_phase, x.id))
        ],
        "others": sorted(
            (m.key, speech.mechanisms.get(m.key, m.key), m.stage.value)
            for m in others
            if any(covers(p, c) for p in m.coverage for c in cells)
        ),
    }


# ---- checklist, requirements, history ----


def checklist(session: Session, actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return the items with what the verdict says of each."""
    items = items_of(session, page.launch.id)
    said = {a.subject: a for a in page.room.verdict.reasons if a.code == Code.CHECKLIST}
    today = page.room.verdict.at.date()
    names = names_of(session, {p for i in items for p in (i.owner_id, i.answered_by) if p})
    lines = []
    for item in items:
        answer = said.get(f"checklist:{item.id}")
        rows = rows_of([answer], page.room.speech, today) if answer is not None else []
        lines.append((item, rows[0] if rows else None, may_answer(actor, page.launch, item)))
    order = {"fail": 0, "stale": 1, "unknown": 2, "pass": 3, "not_applicable": 4}
    lines.sort(key=lambda e: (order.get(e[1].state if e[1] else "unknown", 2), e[0].position))
    return {"items": lines, "names": names, "mine": actor.id}


def gates(session: Session, actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return the gates with their votes, clocks and what overtook them."""
    return {"gates": gates_page.load(session, actor, page)}


def links(session: Session, actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return the requirements delivered, the launches waited for and those that wait."""
    facts, speech = page.room.facts, page.room.speech
    today = page.room.verdict.at.date()
    said = {a.subject: a for a in page.room.verdict.reasons}
    predecessors = []
    for one in sorted(facts.dependencies, key=lambda d: d.id):
        answer = said.get(f"dependency:{one.id}")
        rows = rows_of([answer], speech, today) if answer is not None else []
        predecessors.append((one, speech.launches.get(one.predecessor_id), rows))
    return {
        "requirements": [
            (r, rows_of([a], speech, today)[0] if (a := said.get(f"requirement:{r.id}")) else None)
            for r in requirements_of(session, page.launch.id)
        ],
        "predecessors": predecessors,
        "dependents": dependents_of(session, actor, page.launch.id),
    }


def history(session: Session, actor: Asker, page: LaunchPage) -> dict[str, Any]:
    """Return the verdicts stored so far and what was changed by whom, the newest first."""
    before = whole_number(request.args.get("before"))
    entries = feed(session, Launch.record_type, page.launch.id, limit=FEED, before=before)
    speech = speech_for(
        session,
        actor,
        (),
        people=people_in(entries),
        launches=launches_in(entries),
        mechanisms=mechanisms_in(entries),
    )
    return {
        "past": [shown_stored(v) for v in past_verdicts(session, page.launch.id, 30)],
        "entries": [told(entry, speech) for entry in entries],
        "older": entries[-1].id if len(entries) == FEED else None,
    }
