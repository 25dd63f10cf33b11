"""What an edit of many requirements would do to each: before and after, or why it cannot."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.accounts.models import Person
from roadmap.history.digest import plain
from roadmap.lists.kinds import FieldKind, Own, Value
from roadmap.lists.own_sql import Held
from roadmap.lists.own_values import shown as own_words
from roadmap.requirements import own_fields
from roadmap.requirements.bulk_spec import BulkSpec
from roadmap.requirements.checks import SCOPE_FIELDS
from roadmap.requirements.models import Requirement
from roadmap.requirements.queries import codes_of, may_edit, with_parts
from roadmap.requirements.rules import RequirementKind, RequirementState, may_move
from roadmap.requirements.wording import DIMENSIONS, FIELDS, KINDS, SEVERITIES, STATES
from roadmap.web.i18n import _

_CHUNK = 500


@dataclass(frozen=True)
class RowPlan:
    """What happens to one requirement; with a problem nothing does."""

    id: int
    title: str
    version: int
    # (label, before, after), in words.
    changes: Sequence[tuple[str, str, str]] = ()
    problem: str = ""
    # What to store: columns, own values by code, all codes by form field; and whether it moves.
    sets: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Value] = field(default_factory=dict)
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    moves: bool = False

    @property
    def key(self) -> str:
        """Return the human key."""
        return f"REQ-{self.id}"


@dataclass(frozen=True)
class Plan:
    """The plan of all rows, in the order they were chosen."""

    rows: Sequence[RowPlan]

    @property
    def changing(self) -> list[RowPlan]:
        """Return the rows that change."""
        return [row for row in self.rows if row.changes and not row.problem]

    @property
    def refused(self) -> list[RowPlan]:
        """Return the rows that cannot, each with its problem."""
        return [row for row in self.rows if row.problem]

    @property
    def same(self) -> int:
        """Return how many rows hold all of it already."""
        return sum(1 for row in self.rows if not row.problem and not row.changes)

    @property
    def stamp(self) -> str:
        """Return a digest of everything it says; another one means that something changed."""
        said = [
            [row.id, row.version, row.problem, [list(one) for one in row.changes]]
            for row in self.rows
        ]
        text = json.dumps(said, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Names:
    """What a plan needs to say values in words."""

    teams: Mapping[int, str]
    people: Mapping[int, str]


def names_for(
    session: Session, spec: BulkSpec, fields: Sequence[Own], teams: Mapping[int, str]
) -> Names:
    """Return the names of teams and of the people the spec names, one statement at most."""
    ids = {
        int(str(value))
        for code, value in spec.own.items()
        if value is not None and _of(fields, code).kind is FieldKind.PERSON
    }
    people: dict[int, str] = {}
    if ids:
        rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
        people = {row.id: row.name for row in rows}
    return Names(teams, people)


def _of(fields: Sequence[Own], code: str) -> Own:
    return next(own for own in fields if own.code == code)


def load_rows(
    session: Session, ids: Collection[int], *, lock: bool = False
) -> dict[int, Requirement]:
    """Return requirements with their parts by key, some hundred at a time.

    ``lock`` takes them in the order of their keys, so that two edits never wait for each other.
    """
    found: dict[int, Requirement] = {}
    keys = sorted(set(ids))
    for start in range(0, len(keys), _CHUNK):
        query = (
            select(Requirement)
            .where(Requirement.id.in_(keys[start : start + _CHUNK]))
            .options(*with_parts())
            .order_by(Requirement.id)
            .execution_options(populate_existing=True)
        )
        rows = session.scalars(query.with_for_update() if lock else query)
        found.update({row.id: row for row in rows})
    return found


def held_by(session: Session, fields: Sequence[Own], spec: BulkSpec, ids: Collection[int]) -> Held:
    """Return what rows hold in the own fields a spec sets."""
    wanted = [own for own in fields if own.code in spec.own]
    values: dict[int, Mapping[str, Value]] = {}
    names: dict[int, str] = {}
    addresses: dict[int, str] = {}
    keys = sorted(set(ids))
    for start in range(0, len(keys), _CHUNK):
        found = own_fields.held_of(session, wanted, keys[start : start + _CHUNK])
        values.update(found.values)
        names.update(found.names)
        addresses.update(found.addresses)
    return Held(values, names, addresses)


def plan_for(
    actor: Actor,
    spec: BulkSpec,
    rows: Mapping[int, Requirement],
    held: Held,
    fields: Sequence[Own],
    names: Names,
) -> Plan:
    """Return what the spec does to each row."""
    planner = _Planner(actor, spec, held, fields, names)
    return Plan([planner.row(row) for row in rows.values()])


@dataclass(frozen=True)
class _Planner:
    actor: Actor
    spec: BulkSpec
    held: Held
    fields: Sequence[Own]
    names: Names

    def row(self, row: Requirement) -> RowPlan:
        """Return the plan of one requirement."""
        sets, codes, own = self._sets(row), self._codes(row), self._own(row)
        moves = self.spec.state is not None and self.spec.state != row.state
        found = RowPlan(row.id, row.title, row.version)
        problem = self._problem(row, sets, bool(sets or codes or own), moves=moves)
        if problem:
            return RowPlan(row.id, row.title, row.version, problem=problem)
        changes = [self._told(row, name, value) for name, value in sets.items()]
        changes += [self._told_own(row, code, value) for code, value in own.items()]
        now = codes_of(row)
        changes += [
            (_(DIMENSIONS[SCOPE_FIELDS[name]]), ", ".join(now[name]), ", ".join(wanted))
            for name, wanted in codes.items()
        ]
        if moves and self.spec.state is not None:
            changes.append((_("State"), _(STATES[row.state]), _(STATES[self.spec.state])))
        return RowPlan(found.id, found.title, found.version, changes, "", sets, own, codes, moves)

    def _sets(self, row: Requirement) -> dict[str, Any]:
        wanted = {
            name: value for name, value in self.spec.sets.items() if getattr(row, name) != value
        }
        kind = wanted.get("kind", row.kind)
        if kind != RequirementKind.PROBLEM_REPORT and "kind" in wanted:
            # What only a problem report has goes with it.
            gone = {name: None for name in ("severity", "people_affected") if getattr(row, name)}
            wanted |= gone
        return wanted

    def _codes(self, row: Requirement) -> dict[str, list[str]]:
        now, found = codes_of(row), dict[str, list[str]]()
        for name in SCOPE_FIELDS:
            wanted = set(now[name]) | set(self.spec.adds.get(name, ()))
            wanted -= set(self.spec.removes.get(name, ()))
            if wanted != set(now[name]):
                found[name] = sorted(wanted)
        return found

    def _own(self, row: Requirement) -> dict[str, Value]:
        now = self.held.of(row.id)
        return {code: value for code, value in self.spec.own.items() if now.get(code) != value}

    def _problem(
        self, row: Requirement, sets: Mapping[str, Any], edits: bool, *, moves: bool
    ) -> str:
        """Return why the row cannot change so, empty if it can."""
        if edits and not may_edit(self.actor, row):
            return _("Only its requester or a program manager may edit it.")
        kind = sets.get("kind", row.kind)
        if sets.get("severity") and kind != RequirementKind.PROBLEM_REPORT:
            return _("Only a problem report has a severity.")
        severity = sets.get("severity", row.severity)
        if kind == RequirementKind.PROBLEM_REPORT and severity is None and sets:
            return _("A problem report needs a severity.")
        return self._move_problem(row) if moves else ""

    def _move_problem(self, row: Requirement) -> str:
        state = self.spec.state
        if not self.actor.may("requirement.triage"):
            return _("Only triage may move it.")
        if row.state is RequirementState.DUPLICATE:
            return _("It was merged: undo the merge instead.")
        reopened = state is not RequirementState.TRIAGED or row.state != RequirementState.SUBMITTED
        if state is None or not reopened or not may_move(row.state, state):
            return _(
                "A requirement that is %(old)s cannot become %(new)s.",
                old=_(STATES[row.state]).lower(),
                new=_(STATES[state]).lower() if state else "",
            )
        return ""

    def _told(self, row: Requirement, name: str, value: Any) -> tuple[str, str, str]:
        tell: Callable[[Any], str] = {
            "team_id": lambda one: self.names.teams.get(one, ""),
            "kind": lambda one: _(KINDS[one]),
            "severity": lambda one: _(SEVERITIES[one]).partition(":")[0],
        }.get(name, lambda one: str(plain(one)))
        before, after = (
            tell(one) if one is not None else "" for one in (getattr(row, name), value)
        )
        label = _(FIELDS[name])
        return label[:1].upper() + label[1:], before, after

    def _told_own(self, row: Requirement, code: str, value: Value) -> tuple[str, str, str]:
        own = _of(self.fields, code)
        before = own_words(own, self.held.of(row.id).get(code), self.held.names)
        return own.label, before, own_words(own, value, self.names.people)
