"""The history of a launch as sentences: what was done, by whom, and what changed.

A change that names another launch is told only to those who may know of that launch.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from roadmap.history.queries import FeedEntry
from roadmap.overview.launch_room import share_words
from roadmap.overview.speech import Speech
from roadmap.web.i18n import _
from roadmap.web.templating import day
from roadmap.wording import N_

_ACTIONS = {
    "launch.created": N_("created this launch"),
    "launch.copied": N_("copied this launch from another"),
    "launch.imported": N_("imported this launch"),
    "launch.edited": N_("edited this launch"),
    "launch.tier_answered": N_("answered the questions of the tier"),
    "launch.readers_set": N_("changed who may see it"),
    "launch.phases_set": N_("changed its phases"),
    "launch.scope_set": N_("changed its scope"),
    "launch.forecast_set": N_("changed its forecast"),
    "launch.forecast_removed": N_("removed a forecast"),
    "launch.forecast_shaped": N_("changed when its items arrive"),
    "launch.route_set": N_("changed the route of its items"),
    "launch.handling_set": N_("changed the handling time it brings"),
    "launch.handling_removed": N_("removed a change of handling time"),
    "launch.sweep_set": N_("changed a sweep"),
    "launch.sweep_removed": N_("removed a sweep"),
    "launch.limits_set": N_("changed its budget and limits"),
    "launch.capacity_copied": N_("copied hours, routes, sweeps and limits"),
    "launch.training_set": N_("changed the heads needed"),
    "launch.training_removed": N_("removed a need for heads"),
    "launch.mechanism_linked": N_("linked a mechanism"),
    "launch.mechanisms_proposed": N_("linked the mechanisms proposed from coverage"),
    "launch.mechanism_unlinked": N_("unlinked a mechanism"),
    "launch.link_edited": N_("changed how it leans on a mechanism"),
    "launch.target_set": N_("set a target"),
    "launch.target_removed": N_("removed a target"),
    "launch.requirement_linked": N_("linked a requirement"),
    "launch.requirement_unlinked": N_("unlinked a requirement"),
    "launch.dependency_set": N_("made it wait for another launch"),
    "launch.dependency_removed": N_("took a dependency away"),
    "launch.reordered": N_("moved it in the commitment order"),
    "launch.handed_over": N_("handed it over"),
    "launch.draft": N_("took it back to draft"),
    "launch.planned": N_("planned it"),
    "launch.committed": N_("committed its date"),
    "launch.live": N_("declared it live"),
    "launch.closed": N_("closed it"),
    "launch.paused": N_("paused it"),
    "launch.rolled_back": N_("rolled it back"),
    "launch.cancelled": N_("cancelled it"),
    "phase.planned": N_("planned a phase again"),
    "phase.live": N_("took a phase live"),
    "phase.halted": N_("halted a phase"),
    "checklist.instantiated": N_("gave it its checklist"),
    "checklist.updated": N_("brought its checklist up to date"),
    "checklist.answered": N_("answered the checklist"),
    "checklist.assigned": N_("named who answers the checklist"),
    "gap.promised": N_("promised to close a gap"),
    "gate.instantiated": N_("gave it its gates"),
    "gate.updated": N_("brought its gates up to date"),
    "gate.requested": N_("asked for a review"),
    "gate.na_requested": N_("asked to agree that a gate does not apply"),
    "gate.certified": N_("certified a gate as the owner"),
    "gate.taken": N_("took a review"),
    "gate.assigned": N_("named who takes a review"),
    "gate.needs_work": N_("reviewed it and wants work done"),
    "gate.approved": N_("signed a gate"),
    "gate.denied": N_("denied a gate"),
    "gate.not_applicable": N_("agreed that a gate does not apply"),
    "gate.taken_over": N_("gave the denial of somebody who left to another member"),
    "gate.withdrawn": N_("withdrew a word on a gate"),
    "gate.overdue": N_("reminded of a review that is overdue"),
    "gate.escalated": N_("told the leads of a review that is overdue"),
    "waiver.requested": N_("asked for a waiver"),
    "waiver.approved": N_("approved a waiver"),
    "waiver.refused": N_("refused a waiver"),
    "waiver.withdrawn": N_("withdrew a waiver"),
    "waiver.renewed": N_("asked to renew a waiver"),
    "decision.go": N_("recorded a go"),
    "decision.conditional": N_("recorded a go with conditions"),
    "decision.no_go": N_("recorded a no-go"),
    "decision.emergency_go": N_("recorded an emergency go against the verdict"),
    "decision.confirmed": N_("confirmed a decision that names them"),
    "decision.contested": N_("contested a decision that names them"),
    "guard.added": N_("added a guard metric"),
    "guard.read": N_("recorded a reading of a guard metric"),
    "hypercare.set": N_("changed how a phase is watched"),
    "freshness.said": N_("said that it still holds"),
    "freshness.asked": N_("asked whether it still holds"),
    "freshness.escalated": N_("escalated: the owner did not say that it still holds"),
    "freshness.uncommitted": N_("let go of the date: nobody said that it still holds"),
    "template.choice": N_("kept its checklist as it was"),
}
_PARTS = {
    "launch_cell": N_("scope cells"),
    "phase": N_("phases"),
    "forecast": N_("forecasts"),
    "training_need": N_("needs for heads"),
    "forecast_shape": N_("hours of forecasts"),
    "route_step": N_("steps of routes"),
    "handling_change": N_("handling times"),
    "sweep": N_("sweeps"),
    "launch_limit": N_("limits"),
    "launch_mechanism": N_("linked mechanisms"),
    "launch_target": N_("targets"),
    "launch_requirement": N_("linked requirements"),
    "launch_dependency": N_("dependencies"),
    "launch_reader": N_("readers"),
    "checklist_item": N_("checklist items"),
    "waiver": N_("waivers"),
    "gate": N_("gates"),
    "gate_review": N_("reviews"),
    "gate_vote": N_("votes"),
    "gap_plan": N_("promises"),
}
_COLUMNS = {
    "title": N_("Title"),
    "summary": N_("Summary"),
    "type": N_("Type"),
    "state": N_("State"),
    "owner_id": N_("Owner"),
    "told_to": N_("Escalated to"),
    "tier": N_("Tier"),
    "confidential": N_("Confidential"),
    "commitment_no": N_("Place in the commitment order"),
    "starts_on": N_("Date"),
    "share": N_("Share"),
    "name": N_("Name"),
    "answer": N_("Answer"),
    "evidence": N_("Evidence"),
    "valid_until": N_("Valid until"),
    "likely": N_("Likely volume a week"),
    "low": N_("Low"),
    "high": N_("High"),
    "prevalence": N_("Prevalence"),
    "grade": N_("Grade"),
    "heads": N_("Heads"),
    "target": N_("Target"),
    "metric": N_("Metric"),
    "required_stage": N_("Stage required"),
    "must": N_("Must be accepted"),
    "finish_on": N_("Finish by"),
    "reason": N_("Reason"),
    "expires_on": N_("Expires"),
    "depends_on_id": N_("Waits for"),
    "mechanism_id": N_("Mechanism"),
    "requirement_id": N_("Requirement"),
    "approved_by": N_("Approved by"),
}
_DAYS = frozenset({"starts_on", "valid_until", "finish_on", "expires_on"})
_PEOPLE = frozenset({"owner_id", "approved_by", "told_to"})
# More rows than this of one kind are counted, not listed.
_LISTED = 3


@dataclass(frozen=True)
class Change:
    """One thing that changed: what, from what, to what; a count has no sides."""

    label: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Told:
    """One event of the history as a page shows it."""

    entry: FeedEntry
    who: str
    what: str
    changes: tuple[Change, ...]


def people_in(entries: Iterable[FeedEntry]) -> set[int]:
    """Return the people that events speak of."""
    found: set[int] = set()
    for entry in entries:
        if entry.actor_id is not None:
            found.add(entry.actor_id)
        found |= _numbers(entry, _PEOPLE)
    return found


def launches_in(entries: Iterable[FeedEntry]) -> set[int]:
    """Return the launches that events speak of."""
    return {n for entry in entries for n in _numbers(entry, frozenset({"depends_on_id"}))}


def mechanisms_in(entries: Iterable[FeedEntry]) -> set[int]:
    """Return the mechanisms that events speak of."""
    return {n for entry in entries for n in _numbers(entry, frozenset({"mechanism_id"}))}


def _numbers(entry: FeedEntry, columns: frozenset[str]) -> set[int]:
    return {
        value
        for path, pair in entry.changes.items()
        if path.rpartition(".")[2] in columns
        for one in pair
        for value in (one if isinstance(one, list) else [one])
        if isinstance(value, int)
    }


def told(entry: FeedEntry, speech: Speech) -> Told:
    """Return an event in words."""
    who = speech.person(entry.actor_id) if entry.actor_id is not None else _("The system")
    action = _ACTIONS.get(entry.action)
    what = _(action) if action else entry.action.replace(".", ": ").replace("_", " ")
    return Told(entry, who or "", what, tuple(_changes(entry, speech)))


def _changes(entry: FeedEntry, speech: Speech) -> list[Change]:
    parts: dict[str, dict[str, list[tuple[str, Any, Any]]]] = {}
    shown: list[Change] = []
    for path, (before, after) in entry.changes.items():
        place, _dot, name = path.rpartition(".")
        table, _colon, row = place.partition(":")
        if not table:
            shown.extend(_column(name, before, after, speech))
        else:
            parts.setdefault(table, {}).setdefault(row, []).append((name, before, after))
    for table, rows in parts.items():
        if len(rows) > _LISTED:
            shown.append(_count(table, rows))
        else:
            for columns in rows.values():
                for name, before, after in columns:
                    shown.extend(_column(name, before, after, speech))
    return shown


def _count(table: str, rows: Mapping[str, list[tuple[str, Any, Any]]]) -> Change:
    kinds: Counter[str] = Counter()
    for columns in rows.values():
        if all(before is None for _name, before, _after in columns):
            kinds["added"] += 1
        elif all(after is None for _name, _before, after in columns):
            kinds["removed"] += 1
        else:
            kinds["changed"] += 1
    said = {"added": _("added"), "removed": _("removed"), "changed": _("changed")}
    label = _(_PARTS.get(table, table.replace("_", " ")))
    return Change(
        label[:1].upper() + label[1:],
        after=", ".join(f"{count} {said[kind]}" for kind, count in kinds.items()),
    )


def _column(name: str, before: Any, after: Any, speech: Speech) -> list[Change]:
    if name not in _COLUMNS:
        return []
    was, now = _value(name, before, speech), _value(name, after, speech)
    return [Change(_(_COLUMNS[name]), was, now)] if was != now else []


def _value(name: str, value: Any, speech: Speech) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_value(name, one, speech) for one in value)
    if name in _PEOPLE:
        return speech.person(value) or ""
    if name == "depends_on_id":
        known = speech.launches.get(value)
        return f"LCH-{value} {known}" if known else _("1 confidential launch")
    if name == "mechanism_id":
        return speech.mechanisms.get(f"MEC-{value}", f"MEC-{value}")
    if name == "requirement_id":
        return f"REQ-{value}"
    if name == "share" and isinstance(value, int | float):
        return share_words(float(value))
    if name in _DAYS and isinstance(value, str):
        return day(date.fromisoformat(value))
    return str(value)
