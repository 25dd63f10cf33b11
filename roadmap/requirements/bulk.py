"""Commands of edits of many requirements: store all or nothing, undo exactly or not at all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Enum, inspect, select, update
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.accounts.current import Actor
from roadmap.db import Moment
from roadmap.errors import Conflict, Invalid, NotFound
from roadmap.events import publish
from roadmap.history.digest import plain
from roadmap.history.service import record
from roadmap.lists.kinds import BulkState, Own
from roadmap.lists.models import BulkEdit
from roadmap.lists.own_sql import Held
from roadmap.lists.own_store import store_own
from roadmap.requirements import bulk_plan, listing, own_fields, service
from roadmap.requirements.bulk_plan import Plan, RowPlan
from roadmap.requirements.bulk_spec import BulkSpec, from_plain
from roadmap.requirements.events import RequirementChanged, RequirementMoved
from roadmap.requirements.models import Requirement
from roadmap.requirements.moves import move
from roadmap.requirements.queries import codes_of, may_edit
from roadmap.requirements.rules import INBOX, RequirementState
from roadmap.web.i18n import _, ngettext

LIST = "requirements"
# So many rows are stored while the person waits; more are left to the worker.
AT_ONCE = 500
# How long what is needed to undo an edit is kept.
UNDO_DAYS = 14
# How many rows done -> what to tell about it.
Progress = Callable[[int], None]
# Computed elsewhere, or of no meaning to an undo.
_LEFT = frozenset({"id", "version", "search_text", "score", "effective_score", "rank"})


class Changed(Conflict):
    """Rows are no longer as they were previewed, or as an edit left them."""

    def __init__(self, message: str, keys: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.keys = list(keys)


def preview(
    session: Session, actor: Actor, spec: BulkSpec, ids: Sequence[int], *, lock: bool = False
) -> tuple[Plan, Mapping[int, Requirement], Sequence[Own], Held]:
    """Return what a spec does to some requirements, with the rows it was read from."""
    fields = own_fields.fields_of(session)
    rows = bulk_plan.load_rows(session, ids, lock=lock)
    held = bulk_plan.held_by(session, fields, spec, list(rows))
    names = bulk_plan.names_for(session, spec, fields, listing.team_names(session).names)
    plan = bulk_plan.plan_for(actor, spec, rows, held, fields, names)
    return plan, rows, fields, held


def begin(
    session: Session, actor: Actor, spec: BulkSpec, previewed: Sequence[tuple[int, int]], stamp: str
) -> BulkEdit:
    """Store that an edit was asked for; ``previewed`` are (key, version) as the preview showed."""
    edit = BulkEdit(
        list_code=LIST,
        person_id=actor.id,
        state=BulkState.QUEUED,
        spec=spec.plain(),
        previewed=[list(pair) for pair in previewed],
        stamp=stamp,
        kept=[],
        created_at=clock.now(),
    )
    session.add(edit)
    session.flush()
    return edit


def apply(session: Session, actor: Actor, edit: BulkEdit, progress: Progress | None = None) -> int:
    """Store an edit: every row of its preview that can change, or none; return how many did.

    Raises Changed if any row, or anything the preview said, is no longer so.
    """
    spec = from_plain(edit.spec, own_fields.fields_of(session))
    versions = {int(key): int(version) for key, version in edit.previewed}
    plan, rows, fields, held = preview(session, actor, spec, list(versions), lock=True)
    changed = [
        f"REQ-{key}"
        for key, version in versions.items()
        if key not in rows or rows[key].version != version
    ]
    if changed or plan.stamp != edit.stamp:
        raise Changed(_changed_text(changed), changed)
    kept = []
    for number, row in enumerate(plan.changing, start=1):
        kept.append(_store(session, actor, spec, rows[row.id], row, fields, held))
        if progress is not None and number % 100 == 0:
            progress(number)
    edit.kept, edit.changed = kept, len(kept)
    edit.state, edit.finished_at = BulkState.DONE, clock.now()
    session.flush()
    return len(kept)


def _changed_text(keys: Sequence[str]) -> str:
    if not keys:
        return _("What the preview said is no longer so. Nothing was stored: look at the new one.")
    return ngettext(
        "%(keys)s changed since the preview. Nothing was stored: look again.",
        "%(num)s rows changed since the preview: %(keys)s. Nothing was stored: look again.",
        len(keys),
        keys=", ".join(keys[:10]) + (", …" if len(keys) > 10 else ""),
    )


def _store(
    session: Session,
    actor: Actor,
    spec: BulkSpec,
    requirement: Requirement,
    plan: RowPlan,
    fields: Sequence[Own],
    held: Held,
) -> dict[str, Any]:
    """Store one row and return what undoing it needs."""
    before, codes = _columns(requirement), codes_of(requirement)
    own = {code: plain(held.of(requirement.id).get(code)) for code in plan.own}
    if plan.sets or plan.codes or plan.own:
        service.apply(requirement, {**plan.sets, **plan.codes})
        store_own(session, own_fields.TABLE, requirement.id, fields, plan.own)
        requirement.updated_at = clock.now()
        record(session, actor.id, requirement, "requirement.bulk_edited")
    if plan.moves and spec.state is not None:
        move(session, actor, requirement, spec.state, spec.reason, _action(requirement, spec.state))
    else:
        publish(session, RequirementChanged(requirement.id))
    after = _columns(requirement)
    return {
        "id": requirement.id,
        "version": requirement.version,
        "columns": {name: value for name, value in before.items() if after[name] != value},
        "codes": {name: codes[name] for name in plan.codes},
        "own": own,
    }


def _action(requirement: Requirement, state: RequirementState) -> str:
    """Return what the history calls a move."""
    decided = requirement.state in INBOX | {RequirementState.SNOOZED}
    if state is RequirementState.ACCEPTED and decided:
        return "accepted"
    plain_words = {RequirementState.DECLINED: "declined", RequirementState.TRIAGED: "reopened"}
    return plain_words.get(state, f"moved_to_{state.value}")


def _columns(requirement: Requirement) -> dict[str, Any]:
    """Return all columns an undo sets back, as JSON."""
    mapper: Any = inspect(Requirement)
    names = [attribute.key for attribute in mapper.column_attrs if attribute.key not in _LEFT]
    return {name: plain(getattr(requirement, name)) for name in names}


def _value(name: str, value: Any) -> Any:
    """Return a column's value from its JSON."""
    kind = Requirement.__table__.c[name].type
    if value is None:
        return None
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    return value


def get_edit(session: Session, actor: Actor, edit_id: int, *, lock: bool = False) -> BulkEdit:
    """Return one's own edit, or anybody's to a manager."""
    query = select(BulkEdit).where(BulkEdit.id == edit_id, BulkEdit.list_code == LIST)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None or not (found.person_id == actor.id or actor.may("requirement.edit_any")):
        raise NotFound(_("There is no such edit."))
    return found


def may_undo(edit: BulkEdit) -> bool:
    """Return whether an edit can still be taken back."""
    return edit.state is BulkState.DONE and bool(edit.kept)


def undo(session: Session, actor: Actor, edit: BulkEdit) -> int:
    """Set every row of an edit back to what it held, or none; return how many.

    Raises Changed naming the rows somebody changed since: nothing of theirs is lost.
    """
    if not may_undo(edit):
        raise Invalid(_("This edit can no longer be undone."))
    kept = {int(one["id"]): one for one in edit.kept}
    rows = bulk_plan.load_rows(session, list(kept), lock=True)
    changed = [
        f"REQ-{key}"
        for key, one in kept.items()
        if key not in rows or rows[key].version != one["version"]
    ]
    if changed:
        raise Changed(_undo_text(changed), changed)
    fields = {own.code: own for own in own_fields.fields_of(session, retired=True)}
    for key, one in kept.items():
        if not may_edit(actor, rows[key]):
            raise Invalid(_("You may no longer edit REQ-%(key)s.", key=key))
        _put_back(session, actor, rows[key], one, fields)
    edit.state, edit.undone_at = BulkState.UNDONE, clock.now()
    session.flush()
    return len(kept)


def _undo_text(keys: Sequence[str]) -> str:
    return ngettext(
        "%(keys)s changed since this edit, so it is not undone: nothing of that may be lost.",
        "%(num)s rows changed since this edit, so it is not undone: %(keys)s.",
        len(keys),
        keys=", ".join(keys[:20]) + (", …" if len(keys) > 20 else ""),
    )


def _put_back(
    session: Session,
    actor: Actor,
    requirement: Requirement,
    kept: Mapping[str, Any],
    fields: Mapping[str, Own],
) -> None:
    old = requirement.state
    for name, value in kept["columns"].items():
        setattr(requirement, name, _value(name, value))
    service.apply(requirement, {name: kept["codes"][name] for name in kept["codes"]})
    own = {
        code: date.fromisoformat(value) if value and fields[code].kind == "date" else value
        for code, value in kept["own"].items()
    }
    store_own(session, own_fields.TABLE, requirement.id, list(fields.values()), own)
    record(session, actor.id, requirement, "requirement.bulk_undone")
    if requirement.state != old:
        publish(session, RequirementMoved(requirement.id, old, requirement.state))
    publish(session, RequirementChanged(requirement.id))


def forget(session: Session) -> int:
    """Empty what old edits kept for their undo; return how many edits that were."""
    outcome: Any = session.execute(
        update(BulkEdit)
        .where(
            BulkEdit.created_at < clock.now() - timedelta(days=UNDO_DAYS),
            BulkEdit.previewed != [],
        )
        .values(kept=[], previewed=[])
    )
    return int(outcome.rowcount)
