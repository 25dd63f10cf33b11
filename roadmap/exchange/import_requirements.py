"""Store the requirements of a file: all that can be taken in one transaction, or nothing."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.db import Database
from roadmap.events import publish
from roadmap.exchange.import_report import RequirementReport, recognised
from roadmap.exchange.mappings import Answers, remember
from roadmap.exchange.own_columns import add_values, change_values
from roadmap.exchange.requirement_compare import (
    Comparison,
    Reading,
    chunks,
    compare,
    data_of,
    load_requirements,
    read_plan,
)
from roadmap.exchange.requirement_rows import RequirementDraft
from roadmap.exchange.requirement_update import Update, imported_from
from roadmap.exchange.tabular import read_table
from roadmap.history.service import record_all
from roadmap.keys import next_numbers
from roadmap.requirements.events import RequirementMoved, RequirementsStored
from roadmap.requirements.models import Requirement, RequirementEffort, RequirementLink
from roadmap.requirements.rules import RequirementKind, RequirementState

# Called with the number of rows once the file is read, before others have to wait.
BeforeStoring: TypeAlias = Callable[[int], None]


def import_requirements(
    database: Database,
    actor_id: int | None,
    data: bytes,
    file: str,
    answers: Answers,
    *,
    encoding: str | None = None,
    dry_run: bool = False,
    before_storing: BeforeStoring | None = None,
) -> RequirementReport:
    """Import a file in one transaction; a dry run stores nothing and reports the same.

    The file is read and planned before the transaction begins, so that others wait for the storing
    alone. Raise ``TableError`` or ``MappingError`` for a file that is refused whole.
    """
    table = read_table(data, encoding=encoding)
    with database.reading() as session:
        reading = read_plan(session, table, file, answers)
        if dry_run:
            return report_of(reading, compare(session, reading), stored=False)
    if before_storing:
        before_storing(len(reading.plan.drafts))
    with _no_collection(), database.writing() as session:
        return store(session, actor_id, reading)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the search for circular garbage: it would visit every row of the file again and again.

    A quarter of the time of a large import, and others wait for its transaction.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def store(session: Session, actor_id: int | None, reading: Reading) -> RequirementReport:
    """Store a plan in the caller's transaction and return what was done.

    The comparison is made anew: the one of a preview may be out of date.
    """
    result = compare(session, reading)
    numbers = {key: found.id for key, found in result.existing.items()}
    if result.new:
        given = next_numbers(session, Requirement.key_prefix, len(result.new))
        numbers |= {
            draft.external_key: number for draft, number in zip(result.new, given, strict=True)
        }
    for part in chunks(result.new):
        _create(session, actor_id, part, numbers, reading, result)
    for changed in chunks(result.updates):
        _update(session, actor_id, changed, reading, result)
    _link(session, actor_id, numbers, reading, result)
    remember(session, reading.fingerprint, reading.plan.source, reading.answers)
    touched = [numbers[draft.external_key] for draft in result.new]
    touched += [update.id for update in result.updates]
    if touched:
        publish(session, RequirementsStored(tuple(touched)))
    return report_of(reading, result, stored=True)


def _create(
    session: Session,
    actor_id: int | None,
    drafts: list[RequirementDraft],
    numbers: dict[str, int],
    reading: Reading,
    result: Comparison,
) -> None:
    rows = [_new(draft, numbers[draft.external_key], actor_id, reading, result) for draft in drafts]
    session.add_all(rows)
    if result.own_values:
        session.flush()
        held = {
            numbers[draft.external_key]: result.own_values.get(draft.external_key, {})
            for draft in drafts
        }
        add_values(session, result.own.fields, held)
    record_all(session, actor_id, rows, "requirement.imported", reading.file)


def _new(
    draft: RequirementDraft,
    number: int,
    actor_id: int | None,
    reading: Reading,
    result: Comparison,
) -> Requirement:
    now = clock.now()
    created = draft.created_at or draft.updated_at or now
    row = Requirement(
        id=number,
        title=draft.title,
        problem=draft.problem,
        outcome=draft.outcome,
        kind=RequirementKind(draft.kind),
        needed_by=draft.needed_by,
        requester_id=result.people.get(draft.requester_email.casefold()),
        state=RequirementState(draft.state),
        state_reason=imported_from(reading.file, draft.status),
        state_changed_at=now,
        state_changed_by=actor_id,
        source=reading.plan.source,
        source_key=draft.external_key,
        source_data=data_of(draft, reading.plan, result),
        created_at=created,
        updated_at=max(created, draft.updated_at or created),
    )
    if result.team_id is not None and draft.effort_weeks is not None:
        row.efforts.append(
            RequirementEffort(team_id=result.team_id, weeks=float(draft.effort_weeks))
        )
    return row


def _update(
    session: Session,
    actor_id: int | None,
    updates: list[Update],
    reading: Reading,
    result: Comparison,
) -> None:
    now = clock.now()
    rows = load_requirements(session, [update.id for update in updates])
    moved: list[RequirementMoved] = []
    for update in updates:
        row = rows[update.id]
        old = row.state
        for name, value in update.values.items():
            setattr(row, name, value)
        row.updated_at = now
        if row.state is not old:
            row.state_reason = imported_from(reading.file, update.status)
            row.state_changed_at, row.state_changed_by = now, actor_id
            row.asked_at = row.snoozed_until = row.duplicate_of_id = None
            moved.append(RequirementMoved(row.id, old, row.state))
        if update.effort is not None:
            _set_effort(row, *update.effort)
        if own := result.own_values.get(row.source_key or ""):
            change_values(session, result.own.fields, row.id, own)
    record_all(session, actor_id, rows.values(), "requirement.imported_again", reading.file)
    for event in moved:
        publish(session, event)


def _set_effort(row: Requirement, team_id: int, weeks: float) -> None:
    for effort in row.efforts:
        if effort.team_id == team_id:
            effort.weeks = weeks
            return
    row.efforts.append(RequirementEffort(team_id=team_id, weeks=weeks))


def _link(
    session: Session,
    actor_id: int | None,
    numbers: dict[str, int],
    reading: Reading,
    result: Comparison,
) -> None:
    """Store the links, take away those the file names no more, and name originals of duplicates."""
    to_add: dict[int, list[int]] = {}
    for first, then in sorted(result.to_link):
        to_add.setdefault(numbers[first], []).append(numbers[then])
    gone = [(numbers[first], numbers[then]) for first, then in sorted(result.to_unlink)]
    originals = {numbers[own]: numbers[target] for own, target in result.taken.originals.items()}
    touched = {*to_add, *(first for first, _ in gone), *originals}
    now = clock.now()
    for part in chunks(sorted(touched)):
        rows = load_requirements(session, part)
        for row in rows.values():
            session.add_all(
                RequirementLink(blocker_id=row.id, blocked_id=then, created_at=now)
                for then in to_add.get(row.id, ())
            )
            if row.state is RequirementState.DUPLICATE and row.duplicate_of_id is None:
                row.duplicate_of_id = originals.get(row.id)
        for link in _links_of(session, [pair for pair in gone if pair[0] in rows]):
            session.delete(link)
        record_all(
            session, actor_id, rows.values(), "requirement.dependents_imported", reading.file
        )


def _links_of(session: Session, pairs: list[tuple[int, int]]) -> Iterable[RequirementLink]:
    if not pairs:
        return ()
    keys: Any = tuple_(RequirementLink.blocker_id, RequirementLink.blocked_id)
    return session.scalars(select(RequirementLink).where(keys.in_(pairs))).all()


def report_of(reading: Reading, result: Comparison, *, stored: bool) -> RequirementReport:
    """Return what was done, or would be."""
    plan = reading.plan
    problems = sorted([*plan.problems, *result.problems], key=lambda one: (one.line, one.column))
    return RequirementReport(
        file=reading.file,
        stored=stored,
        source=plan.source,
        format=plan.mapping.format,
        date_order=plan.date_order,
        rows=plan.rows,
        created=len(result.new),
        changed=len(result.updates),
        unchanged=result.unchanged,
        refused=plan.refused_rows(),
        links_added=len(result.to_link),
        links_removed=len(result.to_unlink),
        columns=(
            *recognised(plan),
            *((label, own.name) for label, own in result.own.by_label.items()),
        ),
        not_taken=tuple(one for one in plan.mapping.not_taken if one not in result.own.by_label),
        ignored=plan.mapping.ignored,
        remembered=reading.remembered.as_json(),
        problems=tuple(problems),
    )
