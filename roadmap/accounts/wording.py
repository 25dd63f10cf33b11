"""What permissions and changes of people and teams are called on pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from roadmap.accounts.permissions import ROLES
from roadmap.history.queries import FeedEntry
from roadmap.web.i18n import _
from roadmap.web.templating import day, number
from roadmap.wording import N_

# Permission -> what it lets a person do, in the order the roles page shows them.
PERMISSIONS: dict[str, str] = {
    "requirement.read": N_("Read requirements"),
    "requirement.submit": N_("Submit requirements and report problems"),
    "requirement.comment": N_("Comment on requirements"),
    "requirement.support": N_("Support requirements"),
    "requirement.edit_any": N_("Edit every requirement"),
    "requirement.triage": N_("Triage requirements"),
    "requirement.score": N_("Score and rank requirements"),
    "framework.edit": N_("Edit scoring frameworks"),
    "mechanism.read": N_("Read mechanisms"),
    "mechanism.create": N_("Register mechanisms"),
    "mechanism.edit": N_("Edit own mechanisms"),
    "mechanism.edit_any": N_("Edit every mechanism"),
    "evidence.write": N_("Bring measurements and certifications"),
    "launch.read": N_("Read launches"),
    "launch.read_confidential": N_("Read confidential launches"),
    "launch.create": N_("Create launches"),
    "launch.edit": N_("Edit own launches"),
    "launch.edit_any": N_("Edit every launch"),
    "launch.commit": N_("Commit launches"),
    "decision.record": N_("Record decisions on launches"),
    "checklist.attest": N_("Attest for a market and surface"),
    "checklist.answer": N_("Answer own checklist items"),
    "checklist.answer_any": N_("Answer every checklist item"),
    "waiver.approve": N_("Grant or refuse waivers"),
    "person.read": N_("See who people are"),
    "template.edit": N_("Edit checklist templates"),
    "exchange.import": N_("Import files"),
    "exchange.export": N_("Export files"),
    "admin.open": N_("Open the admin pages"),
    "admin.people": N_("Manage people, teams and roles"),
    "admin.taxonomy": N_("Manage markets, languages, surfaces and policy areas"),
    "admin.system": N_("See jobs, metrics and the audit seal"),
}

_ACTIONS = {
    "person.created": N_("added this person"),
    "person.edited": N_("edited this person"),
    "person.link_made": N_("made a link to set a password"),
    "person.password_set": N_("set a password"),
    "person.signed_out": N_("ended all sessions"),
    "person.token_made": N_("made an API token"),
    "person.token_revoked": N_("revoked an API token"),
    "person.handed_over": N_("handed everything over and deactivated this person"),
    "team.created": N_("created this team"),
    "team.edited": N_("edited this team"),
    "team.members_changed": N_("changed who is in this team"),
    "team.handed_over": N_("handed a leaver's place over"),
}

# What a verb means wherever no record says it in a sentence of its own.
_VERBS = {"imported": N_("brought this in from a file")}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

# What the worker does, by kind of job.
JOBS = {
    "readiness.evaluate": N_("Judge launches again"),
    "history.seal": N_("Seal the history"),
    "jobs.tidy": N_("Forget finished jobs"),
    "mechanisms.control": N_("Look for metrics outside their limits"),
    "mechanisms.roll_up": N_("Add up old measurements"),
    "requirements.wake": N_("Wake snoozed requirements"),
    "scoring.rank": N_("Rank the backlog"),
    "exchange.import": N_("Import a file"),
    "exchange.evidence": N_("Import measurements"),
    "exchange.tidy": N_("Remove old uploads"),
    "notifications.follow": N_("Tell people what concerns them"),
    "notifications.digests": N_("Write daily mails"),
    "notifications.send": N_("Send mail"),
    "notifications.tidy": N_("Forget old mail"),
}

_COLUMNS = {
    "email": N_("E-mail address"),
    "name": N_("Name"),
    "roles": N_("Roles"),
    "time_zone": N_("Time zone"),
    "active": N_("Active"),
    "code": N_("Short name"),
    "person_id": N_("Member"),
    "lead": N_("Lead"),
}
# Said by other columns, or by nobody.
_SILENT = {"created_at", "team_id"}


@dataclass(frozen=True)
class Line:
    """One change as a feed shows it."""

    who: str
    what: str
    entry: FeedEntry
    changes: list[tuple[str, str, str]]


def action_text(action: str, known: Mapping[str, str]) -> str:
    """Return what somebody did in words; an action without a sentence is told by its verb."""
    verb = action.rpartition(".")[2]
    text = known.get(action) or _VERBS.get(verb)
    return _(text) if text else verb.replace("_", " ")


def value_text(value: Any) -> str:
    """Return a stored value as a page says it: days, numbers, yes and no; nothing for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number(value, 6)
    if isinstance(value, list):
        return ", ".join(map(value_text, value))
    return _day_or_text(str(value))


def _day_or_text(text: str) -> str:
    """Return a day as people write it; a name that only looks like one stays as it is."""
    try:
        return day(date.fromisoformat(text)) if _DAY.fullmatch(text) else text
    except ValueError:
        return text


def _value(name: str, value: Any, names: Mapping[int, str]) -> str:
    if name == "person_id":
        return names.get(value, "")
    if name == "roles" and value:
        return ", ".join(_(ROLES[role][0]) if role in ROLES else role for role in value)
    return value_text(value)


def line_of(entry: FeedEntry, names: Mapping[int, str]) -> Line:
    """Return an event in words; ``names`` knows the people it speaks of."""
    changes = []
    for path, (before, after) in entry.changes.items():
        name = path.rpartition(".")[2]
        if name not in _SILENT:
            label = _(_COLUMNS[name]) if name in _COLUMNS else name.replace("_", " ")
            changes.append((label, _value(name, before, names), _value(name, after, names)))
    who = _("The system") if entry.actor_id is None else names.get(entry.actor_id, "")
    return Line(who, action_text(entry.action, _ACTIONS), entry, changes)


def people_in(entries: list[FeedEntry]) -> set[int]:
    """Return the ids of the people that events speak of."""
    found = {entry.actor_id for entry in entries if entry.actor_id is not None}
    for entry in entries:
        for path, pair in entry.changes.items():
            if path.endswith("person_id"):
                found.update(value for value in pair if isinstance(value, int))
    return found
