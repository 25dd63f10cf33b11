"""Words people read: kinds, states, fields, and the history of a requirement as sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from roadmap.currencies import major
from roadmap.history.queries import FeedEntry
from roadmap.requirements.questions import BY_FIELD, Question, label_of, told
from roadmap.requirements.rules import (
    DatePrecision,
    RequirementKind,
    RequirementState,
    ScopeDimension,
    Severity,
)
from roadmap.web.i18n import _
from roadmap.wording import N_

KINDS = {
    RequirementKind.TOOL: N_("A tool"),
    RequirementKind.PRODUCT: N_("A product change"),
    RequirementKind.WORKFLOW: N_("A workflow"),
    RequirementKind.POLICY: N_("A policy"),
    RequirementKind.AUTOMATION: N_("Automation"),
    RequirementKind.QUALITY: N_("Quality or efficiency"),
    RequirementKind.PROBLEM_REPORT: N_("A problem to report"),
}
SEVERITIES = {
    Severity.CRITICAL: N_("Critical: harm or law broken now"),
    Severity.HIGH: N_("High: large harm or loss, no way around"),
    Severity.MEDIUM: N_("Medium: there is a costly way around"),
    Severity.LOW: N_("Low: a nuisance"),
}
PRECISIONS = {
    DatePrecision.DAY: N_("to the day"),
    DatePrecision.WEEK: N_("that week"),
    DatePrecision.MONTH: N_("that month"),
    DatePrecision.QUARTER: N_("that quarter"),
}
STATES = {
    RequirementState.SUBMITTED: N_("Submitted"),
    RequirementState.TRIAGED: N_("Triaged"),
    RequirementState.ACCEPTED: N_("Accepted"),
    RequirementState.PLANNED: N_("Planned"),
    RequirementState.IN_PROGRESS: N_("In progress"),
    RequirementState.DELIVERED: N_("Delivered"),
    RequirementState.DECLINED: N_("Declined"),
    RequirementState.DUPLICATE: N_("Duplicate"),
    RequirementState.SNOOZED: N_("Snoozed"),
}
DIMENSIONS = {
    ScopeDimension.MARKET: N_("Markets"),
    ScopeDimension.LANGUAGE: N_("Languages"),
    ScopeDimension.SURFACE: N_("Surfaces"),
    ScopeDimension.POLICY_AREA: N_("Policy areas"),
}
FIELDS = {
    "title": N_("title"),
    "problem": N_("problem"),
    "outcome": N_("wanted outcome"),
    "kind": N_("kind"),
    "severity": N_("severity"),
    "people_affected": N_("people affected"),
    "weekly_volume": N_("weekly volume"),
    "sellers_affected": N_("sellers affected"),
    "value_at_stake": N_("value at stake"),
    "currency": N_("currency"),
    "links": N_("links"),
    "needed_by": N_("needed-by date"),
    "needed_by_precision": N_("precision of the date"),
    "needed_by_reason": N_("reason of the date"),
    "regulation": N_("regulation"),
    "requester_id": N_("requester"),
    "team_id": N_("team"),
    "answers": N_("answers"),
    "next_word_on": N_("next word"),
    "acceptance_criterion": N_("acceptance criteria"),
    "requirement_scope": N_("scope"),
    "requirement_effort": N_("effort"),
}
# What "scored" means is said by the room that scores.
_ACTIONS = {
    "requirement.submitted": ("plus", N_("submitted this")),
    "requirement.imported": ("download", N_("brought this in from a file")),
    "requirement.edited": ("edit", N_("changed")),
    "requirement.bulk_edited": ("edit", N_("changed, with others,")),
    "requirement.bulk_undone": ("undo", N_("undid an edit of many:")),
    "requirement.accepted": ("r-accepted", N_("accepted this")),
    "requirement.declined": ("r-declined", N_("declined this")),
    "requirement.merged": ("r-duplicate", N_("merged this as a duplicate")),
    "requirement.unmerged": ("undo", N_("undid the merge")),
    "requirement.received": ("r-duplicate", N_("merged another one into this:")),
    "requirement.gave_back": ("undo", N_("undid the merge of another one:")),
    "requirement.snoozed": ("r-snoozed", N_("snoozed this")),
    "requirement.woken": ("clock", N_("brought this back into triage")),
    "requirement.asked": ("c-unknown", N_("asked for information")),
    "requirement.reopened": ("refresh", N_("reopened this")),
    "requirement.moved_to_accepted": ("r-accepted", N_("put this back into the backlog")),
    "requirement.moved_to_planned": ("r-planned", N_("planned this")),
    "requirement.moved_to_in_progress": ("r-in-progress", N_("started this")),
    "requirement.moved_to_delivered": ("r-delivered", N_("delivered this")),
    "requirement.move_undone": ("undo", N_("took the last move back")),
    "requirement.commented": ("comment", N_("commented")),
    "requirement.comment_edited": ("comment", N_("reworded a comment")),
    "requirement.supported": ("support", N_("supports this")),
    "requirement.support_withdrawn": ("minus", N_("withdrew support")),
    "requirement.support_entered": ("support", N_("entered support given elsewhere:")),
    "requirement.support_removed": ("minus", N_("took entered support back")),
    "requirement.criterion_accepted": ("check", N_("accepted a criterion as met")),
    "requirement.criterion_reopened": ("undo", N_("no longer accepts a criterion as met")),
    "requirement.prerequisite_added": ("link", N_("made this wait for")),
    "requirement.prerequisite_removed": ("link", N_("no longer makes this wait for")),
    "requirement.dependent_added": ("link", N_("put this before")),
    "requirement.dependent_removed": ("link", N_("no longer puts this before")),
    "requirement.dependents_imported": ("link", N_("put this before others, from a file")),
    "requirement.handed_over": ("people", N_("handed this over")),
    "requirement.file_added": ("upload", N_("added a file:")),
    "requirement.file_removed": ("minus", N_("took a file off:")),
}
# Told with the fields that changed.
_EDITS = frozenset(
    f"requirement.{word}" for word in ("edited", "handed_over", "bulk_edited", "bulk_undone")
)
# What triage and the backlog decided, each with a why the requester can always read.
DECISIONS = frozenset(
    f"requirement.{word}"
    for word in (
        *("accepted", "declined", "merged", "unmerged", "snoozed", "woken", "asked", "reopened"),
        *("moved_to_accepted", "moved_to_planned", "moved_to_in_progress", "moved_to_delivered"),
    )
)
_ABOUT_ANOTHER = frozenset(
    f"requirement.{word}"
    for word in (
        *("received", "gave_back", "dependent_added", "dependent_removed"),
        *("prerequisite_added", "prerequisite_removed"),
    )
)
_LONG = frozenset({"problem", "outcome", "links"})
# Told by the action itself, or of no use to a reader.
_SILENT = frozenset(
    {
        *("state", "state_reason", "state_changed_at", "state_changed_by", "asked_at"),
        *("snoozed_until", "duplicate_of_id", "updated_at", "created_at", "source", "source_key"),
        "source_data",
    }
)


@dataclass(frozen=True)
class Told:
    """One line of the feed: a drawing, what was done, changed values, and the why.

    ``other`` is the key of another requirement that the action is about; then there is no why.
    """

    icon: str
    text: str
    changes: Sequence[tuple[str, str | None, str | None]]
    other: str | None
    why: str | None
    actor_id: int | None
    at: datetime


def tell_feed(
    entries: Sequence[FeedEntry],
    teams: Mapping[int, str],
    own: Mapping[int, Sequence[tuple[str, str | None, str | None]]] | None = None,
    currency: str | None = None,
) -> list[Told]:
    """Return the events of a requirement in words; those of higher rooms by their plain name.

    ``entries`` begin with the newest; ``currency`` is the one of today. ``own`` are changes of
    fields admins defined, by event.
    """
    found = []
    for entry in entries:
        # The currency a value was said in: before the event, and after it.
        pair = entry.changes.get("currency", (currency, currency))
        found.append(_tell(entry, teams, (own or {}).get(entry.id, ()), pair))
        currency = pair[0]
    return found


def _tell(
    entry: FeedEntry,
    teams: Mapping[int, str],
    own: Sequence[tuple[str, str | None, str | None]],
    currencies: tuple[str | None, str | None],
) -> Told:
    plain = entry.action.partition(".")[2].replace("_", " ")
    icon, text = _ACTIONS.get(entry.action, ("history", plain))
    edits = entry.action in _EDITS
    changes = [*_changes(entry.changes, teams, currencies), *own] if edits else []
    other = entry.why if entry.action in _ABOUT_ANOTHER else None
    why = entry.why if other is None else None
    return Told(icon, _(text), changes, other, why, entry.actor_id, entry.at)


def _changes(
    changes: Mapping[str, tuple[Any, Any]],
    teams: Mapping[int, str],
    currencies: tuple[str | None, str | None],
) -> list[tuple[str, str | None, str | None]]:
    """Return (field, before, after); long texts and lists are only named."""
    found: dict[str, tuple[str, str | None, str | None]] = {}
    for path, (old, new) in changes.items():
        name = path.partition(":")[0]
        if name in _SILENT or name not in FIELDS:
            continue
        if name == "answers":
            found.update(_answers(told(old), told(new)))
            continue
        if ":" in path or name in _LONG:
            found[name] = (_(FIELDS[name]), None, None)
        else:
            before = _shown(name, old, teams, currencies[0])
            after = _shown(name, new, teams, currencies[1])
            found[name] = (_(FIELDS[name]), before, after)
    return list(found.values())


def _answers(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, tuple[str, str | None, str | None]]:
    """Return what changed of the answers, each under its question."""
    found: dict[str, tuple[str, str | None, str | None]] = {}
    for question in BY_FIELD.values():
        old, new = (
            answer_word(question, side[question.code]) if question.code in side else _("nothing")
            for side in (before, after)
        )
        if old != new:
            found[question.field] = (f"“{_(question.label)}”", old, new)
    return found


def answer_word(question: Question, answer: Any) -> str:
    """Return an answer as a person reads it."""
    word = label_of(question, answer)
    return _(word) if question.choices else word


def _shown(name: str, value: Any, teams: Mapping[int, str], currency: str | None) -> str:
    if value is None or value == "":
        return _("nothing")
    if name == "team_id":
        return teams.get(int(value), str(value))
    if name == "value_at_stake":
        return f"{major(int(value), currency):,f}"
    return str(value).replace("_", " ")


def needed_text(needed_by: date | None, precision: DatePrecision, shown: str) -> str:
    """Return a date as exactly as it is meant; ``shown`` is its day in words."""
    if needed_by is None:
        return ""
    match precision:
        case DatePrecision.QUARTER:
            return f"Q{(needed_by.month + 2) // 3} {needed_by.year}"
        case DatePrecision.MONTH:
            return _(
                "%(month)s %(year)s", month=_(_MONTHS[needed_by.month - 1]), year=needed_by.year
            )
        case DatePrecision.WEEK:
            year, week, _day = needed_by.isocalendar()
            return _("week %(week)s of %(year)s", week=week, year=year)
        case _:
            return shown


_MONTHS = [
    *(N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July")),
    *(N_("August"), N_("September"), N_("October"), N_("November"), N_("December")),
]


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th in English."""
    if number % 100 in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def state_word(state: RequirementState) -> str:
    """Return a state's word."""
    return _(STATES[state])


def kind_word(kind: RequirementKind) -> str:
    """Return a kind's words."""
    return _(KINDS[kind])


def severity_word(severity: Severity | None) -> str:
    """Return a severity's word, nothing for none."""
    return _(SEVERITIES[severity]).partition(":")[0] if severity is not None else ""
