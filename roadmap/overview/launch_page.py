"""Loads what the launch room shows: one launch, its facts, its fresh verdict, the words."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.launches.access import Asker, get_launch, may_edit
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.launches.models import Launch
from roadmap.overview.launch_room import TYPES, Room, last_monday, room, share_words
from roadmap.overview.marks import launch_mark
from roadmap.overview.matrix import Matrix, matrix_of
from roadmap.overview.queries import speech_for, team_name
from roadmap.readiness.answers import Answer, Code
from roadmap.readiness.decisions import launched_against
from roadmap.readiness.judged import judge
from roadmap.readiness.queries import verdicts_at
from roadmap.readiness.verdict import Verdict
from roadmap.reading import Made, made_once
from roadmap.web.i18n import _
from roadmap.web.templating import day


@dataclass(frozen=True)
class LaunchPage:
    """A launch with everything its room shows on every tab."""

    launch: Launch
    room: Room
    about: str
    later: tuple[Verdict, ...]
    # It went live on an emergency go: so it reads for ever.
    against: bool = False
    # What the room is known by until something of it changes.
    mark: str = ""
    # What was made of the room: see `reading.made_once`.
    made: Made = field(default_factory=dict)

    def matrix(self) -> Matrix:
        """Return the coverage matrix of the judged phase and of those still to come."""
        room, later = self.room, self.later
        return made_once(
            self.made,
            "matrix",
            lambda: matrix_of(room.facts, [room.verdict, *later], room.speech),
        )


@dataclass(frozen=True)
class _Kept:
    """A room as one reader hears of it, and what was made of it for tabs."""

    room: Room
    made: Made = field(default_factory=dict)


def load(session: Session, actor: Asker | None, key: str) -> LaunchPage:
    """Return a launch's room, judged now, in a fixed number of statements.

    Raises NotFound if there is no such launch the reader may know of.
    """
    launch = get_launch(session, actor, key, load=[Launch.phases])
    mark = launch_mark(session, launch.id)
    now = clock.now()
    judged = judge(session, launch.id, now)
    facts, verdict = judged.facts, judged.verdict
    monday = datetime.combine(last_monday(now.date()), time(), UTC)
    past = verdicts_at(session, [launch.id], monday).get(launch.id)
    answers = [a for v in (verdict, *judged.later) for a in v.reasons]
    speech = speech_for(
        session,
        actor,
        answers,
        people=[launch.owner_id],
        launches=[d.predecessor_id for d in facts.dependencies],
        mechanisms=[m.id for m in facts.mechanisms],
    )
    team = team_name(session, launch.team_id)

    def made() -> _Kept:
        return _Kept(room(facts, verdict, speech, past, now.date()))

    before = past.evaluated_at if past is not None else None
    kept = made_once(judged.made, "room", made, speech, before)
    return LaunchPage(
        launch=launch,
        room=replace(kept.room, banner=replace(kept.room.banner, at=now)),
        about=_about(launch, speech.person(launch.owner_id), team, verdict.phase),
        later=judged.later,
        against=any(p.went_live_on is not None for p in launch.phases)
        and launch.id in launched_against(session, [launch.id]),
        mark=mark,
        made=kept.made,
    )


def _about(launch: Launch, owner: str | None, team: str | None, position: int | None) -> str:
    parts = [
        _("Type %(code)s, %(type)s", code=launch.type.value, type=_(TYPES[launch.type.value])),
        _("tier %(tier)s", tier=launch.tier),
        _("owner: %(name)s", name=owner) if owner else _("no owner"),
    ]
    if team:
        parts.append(team)
    text = ", ".join(parts) + "."
    if position is None:
        return text
    text += " " + _("Phase %(at)s of %(count)s", at=position, count=len(launch.phases))
    live = [p for p in launch.phases if p.state is PhaseState.LIVE]
    if live:
        last = live[-1]
        text += "; " + _("live at %(share)s", share=share_words(last.share))
        if last.went_live_on is not None:
            text += " " + _("since %(day)s", day=day(last.went_live_on))
    return text


def tab_entries(page: LaunchPage, url: Any, current: str) -> list[tuple[str, str, bool]]:
    """Return the tabs as (label, address, whether it is shown); `url` takes a tab's name."""
    facts = page.room.facts
    items = list(facts.checklist)
    answered = sum(1 for i in items if i.answer is not None or not i.applicable)
    links: Sequence[tuple[str, str]] = (
        ("summary", _("Summary")),
        ("scope", _("Scope and forecast")),
        ("mechanisms", _("Mechanisms and coverage")),
        ("capacity", _("Capacity and cost")),
        ("flow", _("Flow")),
        ("checklist", _("Checklist %(done)s/%(all)s", done=answered, all=len(items))),
        ("gates", gates_label(page)),
        ("links", _("Delivers, waits for")),
        ("decisions", _("Decisions")),
        ("hypercare", _("Hypercare")),
        ("history", _("History")),
    )
    return [(label, url(name), name == current) for name, label in links]


def gates_label(page: LaunchPage) -> str:
    """Return what the tab of gates is called: how many are signed, of how many."""
    gates = page.room.facts.gates
    if not gates:
        return _("Gates")
    open_ = {a.subject for a in page.room.verdict.reasons if _of_gate(a) and not a.passes}
    signed = sum(1 for gate in gates if f"gate:{gate.id}" not in open_)
    return _("Gates %(signed)s/%(all)s", signed=signed, all=len(gates))


def _of_gate(answer: Answer) -> bool:
    return answer.code in (Code.SIGNOFF_MISSING, Code.SIGNOFF_STALE)


# Tabs that have an address of their own; the others are named in the query.
_APART = {
    "capacity": "capacity.launch",
    "flow": "capacity.flow",
    "decisions": "decisions.index",
    "hypercare": "decisions.watch",
}


def frame(page: LaunchPage, actor: Asker, current: str) -> dict[str, Any]:
    """Return what the room's template needs on every tab."""
    here = url_for("overview.launch", key=page.launch.key)

    def address(name: str) -> str:
        if name in _APART:
            return url_for(_APART[name], key=page.launch.key)
        return here if name == "summary" else f"{here}?tab={name}"

    return {
        "launch": page.launch,
        "room": page.room,
        "about": page.about,
        "against": page.against,
        "live": (url_for("overview.launch_changes", key=page.launch.key), page.mark),
        "tab": current,
        "tabs": tab_entries(page, address, current),
        **actions(page, actor),
    }


def actions(page: LaunchPage, actor: Asker) -> dict[str, Any]:
    """Return what this reader can do from the page's head, and the one thing that matters most."""
    launch = page.launch
    editable = may_edit(actor, launch)
    main: tuple[str, str] | None = None
    if editable and actor.may("launch.edit"):
        targets = {
            LaunchState.DRAFT: (LaunchState.PLANNED, _("Plan it")),
            LaunchState.PLANNED: (LaunchState.COMMITTED, _("Commit the date")),
        }
        target, label = targets.get(launch.state, (None, _("Move on")))
        if launch.state is not LaunchState.PLANNED or actor.may("launch.commit"):
            main = (
                label,
                url_for("launches.move", key=launch.key, target=target.value if target else None),
            )
    return {
        "editable": editable,
        "may_copy": actor.may("launch.create"),
        "may_promise": actor.may("checklist.answer"),
        "may_waive": editable and actor.may("launch.edit"),
        "reader_id": actor.id,
        "main_action": main,
    }


def new_url(actor: Asker) -> str | None:
    """Return where a launch is created, None for those who may not."""
    return url_for("launches.new") if actor.may("launch.create") else None
