"""Compare the plan of a file with what is here: what is new, what changed, which links move."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from roadmap import clock
from roadmap.accounts.models import Person, Team
from roadmap.exchange.columns import MappingError, header_fingerprint, recognise
from roadmap.exchange.mappings import Answers, recall
from roadmap.exchange.own_columns import OwnColumns, own_columns
from roadmap.exchange.problems import Problem
from roadmap.exchange.requirement_claims import kept_columns, source_data, was_said
from roadmap.exchange.requirement_edges import Taken, resolve_links
from roadmap.exchange.requirement_rows import ImportPlan, RequirementDraft, plan_requirements
from roadmap.exchange.requirement_update import Update, plan_update
from roadmap.exchange.tabular import Table
from roadmap.lists.kinds import Value
from roadmap.requirements.models import Requirement, RequirementLink
from roadmap.requirements.own_fields import held_of

# Rows read, flushed and told together; larger chunks gain no speed and cost memory.
CHUNK = 500
SOURCE_LENGTH = 120

T = TypeVar("T")


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield the values in lists of at most ``size``."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


@dataclass(frozen=True)
class Reading:
    """A file as read and planned; of the ``answers`` used, ``remembered`` were not given now."""

    file: str
    fingerprint: str
    plan: ImportPlan
    answers: Answers
    remembered: Answers


@dataclass(frozen=True)
class Existing:
    """What an earlier import left of one row."""

    id: int
    stored: dict[str, Any] | None
    requester_id: int | None


@dataclass
class Comparison:
    """What storing the plan would do, given what is here."""

    existing: dict[str, Existing]
    people: dict[str, int]
    team_id: int | None
    taken: Taken
    new: list[RequirementDraft] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    unchanged: int = 0
    # By external key: (the one that comes first, the one that waits).
    to_link: set[tuple[str, str]] = field(default_factory=set)
    to_unlink: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    # Columns that name own fields, and by external key what they set.
    own: OwnColumns = field(default_factory=OwnColumns)
    own_values: dict[str, dict[str, Value]] = field(default_factory=dict)


def read_plan(session: Session, table: Table, file: str, answers: Answers) -> Reading:
    """Return the plan of a table, with the answers remembered for its header where none are given.

    Raise ``MappingError`` for answers that do not fit the file.
    """
    fingerprint = header_fingerprint(table.header)
    known = recall(session, fingerprint)
    used = answers.over(known)
    plan = plan_requirements(table, recognise(table.header, used.columns), file, used.options())
    if len(plan.source) > SOURCE_LENGTH:
        raise MappingError(
            f"The name of the source has {len(plan.source)} characters; at most {SOURCE_LENGTH} "
            "fit. Name it yourself, for example with --source sheet."
        )
    given = answers.as_json()
    left = {name: value for name, value in known.as_json().items() if name not in given}
    return Reading(file, fingerprint, plan, used, Answers.from_json(left))


def compare(session: Session, reading: Reading) -> Comparison:
    """Return what storing the plan would do: what is new, what changed, which links come and go."""
    drafts = reading.plan.drafts
    names = {draft.external_key for draft in drafts}
    names |= {relation.target.key for draft in drafts for relation in draft.relations}
    existing = _existing(session, reading.plan.source, sorted(names))
    known = {key: found.id for key, found in existing.items()}
    present = (
        [(row.blocker_id, row.blocked_id) for row in session.execute(_LINKS)] if existing else []
    )
    result = Comparison(
        existing=existing,
        people=_people(session, {draft.requester_email.casefold() for draft in drafts}),
        team_id=_team(session, reading.answers.team),
        taken=resolve_links(drafts, known, present),
        own=own_columns(session, reading.plan.mapping.not_taken),
    )
    result.problems.extend(result.taken.problems)
    if result.team_id is None and any(draft.effort_weeks for draft in drafts):
        column = reading.plan.mapping.label("effort_weeks")
        reason = "An effort belongs to a team. Name it with --team; until then it is kept as text."
        result.problems.append(Problem(1, column, "", reason))
    changed: list[RequirementDraft] = []
    for written in drafts:
        draft = _as_stored(written, result)
        earlier = existing.get(draft.external_key)
        if earlier is None:
            result.new.append(draft)
            _own(draft, result)
        elif earlier.stored != data_of(draft, reading.plan, result) or _newly_known(
            draft, earlier, result
        ):
            changed.append(draft)
        else:
            result.unchanged += 1
    for part in chunks(changed):
        rows = load_requirements(session, [existing[draft.external_key].id for draft in part])
        held = held_of(session, result.own.fields, list(rows))
        for draft in part:
            row = rows[existing[draft.external_key].id]
            _compare_row(row, draft, reading, result)
            before = was_said(row.source_data).get("own", {})
            _own(draft, result, before, held.of(row.id))
    _compare_links(drafts, set(present), result)
    return result


_LINKS = select(RequirementLink.blocker_id, RequirementLink.blocked_id)


def _existing(session: Session, source: str, keys: list[str]) -> dict[str, Existing]:
    found: dict[str, Existing] = {}
    for part in chunks(keys):
        query = select(
            Requirement.id,
            Requirement.source_key,
            Requirement.source_data,
            Requirement.requester_id,
        ).where(Requirement.source == source, Requirement.source_key.in_(part))
        for row in session.execute(query):
            found[row.source_key] = Existing(row.id, row.source_data, row.requester_id)
    return found


def _people(session: Session, emails: set[str]) -> dict[str, int]:
    """Return the people who can still sign in, by e-mail address; nobody is ever created."""
    found: dict[str, int] = {}
    for part in chunks(sorted(emails - {""})):
        query = select(Person.email, Person.id).where(Person.email.in_(part), Person.active)
        found.update((row.email, row.id) for row in session.execute(query))
    return found


def _team(session: Session, code: str | None) -> int | None:
    if code is None:
        return None
    found = session.scalar(select(Team.id).where(func.lower(Team.code) == code.lower()))
    if found is None:
        raise MappingError(f"There is no team {code!r}. Create it first, or leave --team away.")
    return found


def load_requirements(session: Session, ids: Sequence[int]) -> dict[int, Requirement]:
    """Return the requirements with their efforts, by number."""
    query = select(Requirement).where(Requirement.id.in_(ids))
    return {
        row.id: row for row in session.scalars(query.options(selectinload(Requirement.efforts)))
    }


def _as_stored(draft: RequirementDraft, result: Comparison) -> RequirementDraft:
    """Return the draft as it can be stored: no times to come, no duplicate without its original."""
    now = clock.now()
    for name in ("created_at", "updated_at"):
        moment: datetime | None = getattr(draft, name)
        if moment is not None and moment > now:
            reason = "This time is still to come; the time of the import is taken."
            result.problems.append(Problem(draft.line, name, moment.isoformat(), reason))
            gone: dict[str, Any] = {name: None}
            draft = replace(draft, **gone)
    if draft.state == "duplicate" and draft.external_key not in result.taken.originals:
        reason = "Its original is not here, so this duplicate is taken as declined."
        result.problems.append(Problem(draft.line, "duplicates", draft.external_key, reason))
        draft = replace(draft, state="declined")
    return draft


def data_of(draft: RequirementDraft, plan: ImportPlan, result: Comparison) -> dict[str, Any]:
    """Return what is stored of the source beside the requirement."""
    columns = kept_columns(
        draft,
        plan.mapping,
        has_requester=draft.requester_email.casefold() in result.people,
        has_effort=result.team_id is not None,
    )
    edges = [list(edge) for edge in result.taken.waits.get(draft.external_key, ())]
    data = source_data(draft, columns, edges)
    if result.own.by_label:
        data["said"]["own"] = result.own.texts(draft)
    return data


def _own(
    draft: RequirementDraft,
    result: Comparison,
    before: Mapping[str, str] | None = None,
    here: Mapping[str, Value] | None = None,
) -> None:
    """Find what a row sets in own fields."""
    values, problems = result.own.values(draft, before, here)
    result.problems.extend(problems)
    if values:
        result.own_values[draft.external_key] = values


def _newly_known(draft: RequirementDraft, earlier: Existing, result: Comparison) -> bool:
    """Return whether the requester has joined since the last import."""
    return earlier.requester_id is None and draft.requester_email.casefold() in result.people


def _compare_row(
    row: Requirement, draft: RequirementDraft, reading: Reading, result: Comparison
) -> None:
    update = plan_update(
        row,
        draft,
        data_of(draft, reading.plan, result),
        requester_id=result.people.get(draft.requester_email.casefold()),
        team_id=result.team_id,
    )
    result.problems.extend(update.problems)
    result.updates.append(update)


def _compare_links(
    drafts: Sequence[RequirementDraft], present: set[tuple[int, int]], result: Comparison
) -> None:
    """Find the links the file newly names, and those it named and names no more.

    A link removed here stays removed while the file goes on naming it.
    """
    now = {edge for edges in result.taken.waits.values() for edge in edges}
    before: set[tuple[str, str]] = set()
    for draft in drafts:
        earlier = result.existing.get(draft.external_key)
        for first, then in (earlier.stored or {}).get("links", ()) if earlier else ():
            before.add((first, then))
    ids = {key: found.id for key, found in result.existing.items()}

    def is_here(edge: tuple[str, str]) -> bool:
        return edge[0] in ids and edge[1] in ids and (ids[edge[0]], ids[edge[1]]) in present

    result.to_link = {edge for edge in now - before if not is_here(edge)}
    result.to_unlink = {edge for edge in before - now if is_here(edge)}
