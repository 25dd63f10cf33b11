"""Commands on a launch's checklist: instantiate it, take a difference, answer, assign."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.launches.access import Asker, get_launch, may_edit, may_read
from roadmap.launches.checks import require_open, require_person
from roadmap.launches.events import LaunchCommits
from roadmap.launches.models import Launch, LaunchCell
from roadmap.launches.telling import actor_id, tell
from roadmap.readiness.applicability import (
    Difference,
    Profile,
    applicable,
    difference,
    profile,
)
from roadmap.readiness.attestation_models import TemplateChoice
from roadmap.readiness.models import ChecklistItem, ChecklistTemplate, TemplateItem
from roadmap.readiness.templates_content import STANDARD_CODE
from roadmap.taxonomy.models import Market
from roadmap.web.i18n import _, ngettext

ANSWERS = ("yes", "no", "not_applicable")
EVIDENCE_LENGTH = 4000
# Parts of an item that a template gives and a launch copies.
_COPIED = (
    *("text", "source", "check_source", "severity", "due_days"),
    *("bound_to", "standing", "before_commit"),
)


def active_template(session: Session, code: str = STANDARD_CODE) -> ChecklistTemplate | None:
    """Return the version of a template that new launches get."""
    query = (
        select(ChecklistTemplate)
        .where(ChecklistTemplate.code == code, ChecklistTemplate.active)
        .order_by(ChecklistTemplate.version.desc())
        .limit(1)
    )
    return session.scalar(query)


def template_items(session: Session, template_id: int) -> Sequence[TemplateItem]:
    """Return the items of a template version in order."""
    query = select(TemplateItem).where(TemplateItem.template_id == template_id)
    return session.scalars(query.order_by(TemplateItem.position)).all()


def profile_of(session: Session, launch: Launch) -> Profile:
    """Return what a launch's checklist depends on, in one statement."""
    rows = session.execute(
        select(LaunchCell.market_code, Market.region_code)
        .join(Market, Market.code == LaunchCell.market_code)
        .where(LaunchCell.launch_id == launch.id)
        .distinct()
    ).all()
    return profile(
        launch.type, launch.tier, [row[0] for row in rows], {row[0]: row[1] for row in rows}
    )


def items_of(session: Session, launch_id: int) -> Sequence[ChecklistItem]:
    """Return the checklist of a launch in order."""
    query = select(ChecklistItem).where(ChecklistItem.launch_id == launch_id)
    return session.scalars(query.order_by(ChecklistItem.position, ChecklistItem.id)).all()


def _wanted(session: Session, launch: Launch) -> list[TemplateItem]:
    template = active_template(session)
    if template is None:
        return []
    return applicable(template_items(session, template.id), profile_of(session, launch))


def _copy(launch: Launch, item: TemplateItem) -> ChecklistItem:
    return ChecklistItem(
        launch_id=launch.id,
        template_item_id=item.id,
        position=item.position,
        code=item.code,
        **{name: getattr(item, name) for name in _COPIED},
    )


def instantiate(session: Session, actor: Asker | None, launch: Launch) -> int:
    """Give a new launch the items of the active template that apply to it; return how many."""
    wanted = _wanted(session, launch)
    session.add_all(_copy(launch, item) for item in wanted)
    tell(session, actor, launch, "checklist.instantiated")
    return len(wanted)


def _content(item: TemplateItem | ChecklistItem) -> tuple[Any, ...]:
    return tuple(getattr(item, name) for name in _COPIED)


def pending_difference(session: Session, launch: Launch) -> Difference:
    """Return what type, scope, tier and the active template would change on the launch's checklist.

    Nothing changes by itself: `take_difference` does it when a person asks for it.
    """
    present = items_of(session, launch.id)
    return difference(
        [(item.code, _content(item)) for item in _wanted(session, launch)],
        # Items without a template were written for this launch and stay.
        [(item.code, _content(item)) for item in present if item.template_item_id is not None],
    )


def take_difference(
    session: Session, actor: Asker | None, launch: Launch, codes: Collection[str] | None = None
) -> Difference:
    """Bring a launch's checklist up to the active template; return what changed.

    ``codes`` limits it to some items. An item whose words changed loses its answer, since nobody
    has answered the new words; one taken off goes with its answer, which its history keeps.
    """
    require_open(launch)
    offered = pending_difference(session, launch)
    chosen = {c for part in (offered.added, offered.removed, offered.reworded) for c in part}
    if codes is not None:
        chosen &= set(codes)
    wanted = {item.code: item for item in _wanted(session, launch)}
    for row in items_of(session, launch.id):
        if row.code not in chosen:
            continue
        if row.code in offered.removed:
            session.delete(row)
        elif row.code in offered.reworded:
            _reword(row, wanted[row.code])
    session.flush()
    session.add_all(_copy(launch, wanted[c]) for c in offered.added if c in chosen)
    tell(session, actor, launch, "checklist.updated")
    template = active_template(session)
    if actor is not None and codes is None and template is not None:
        _choose(session, actor, launch, template.id, "taken")
    return Difference(
        added=tuple(c for c in offered.added if c in chosen),
        removed=tuple(c for c in offered.removed if c in chosen),
        reworded=tuple(c for c in offered.reworded if c in chosen),
    )


def _reword(row: ChecklistItem, item: TemplateItem) -> None:
    if row.text != item.text:
        row.answer = row.answered_at = row.answered_by = row.valid_until = None
        row.evidence = ""
    for name in _COPIED:
        setattr(row, name, getattr(item, name))
    row.template_item_id, row.position = item.id, item.position


# ---- what must be answered before a date is committed ----


def require_answers(session: Session, event: LaunchCommits) -> None:
    """Refuse to commit a date while items asked before that have no yes and no "does not apply"."""
    open_ = [
        item.text
        for item in items_of(session, event.launch_id)
        if item.before_commit
        and item.severity != "info"
        and item.bound_to is None
        and item.answer not in ("yes", "not_applicable")
    ]
    if open_:
        raise Invalid.at(
            "target",
            ngettext(
                "One checklist item is to be answered before the date is committed: %(first)s",
                "%(num)s checklist items are to be answered before the date is committed. "
                "The first: %(first)s",
                len(open_),
                first=open_[0],
            ),
        )


# ---- keeping one's own ----


def choice_of(session: Session, launch_id: int) -> TemplateChoice | None:
    """Return what a launch last chose when the checklist changed under it."""
    query = (
        select(TemplateChoice)
        .where(TemplateChoice.launch_id == launch_id)
        .order_by(TemplateChoice.at.desc(), TemplateChoice.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def keep_own(session: Session, actor: Asker, launch: Launch, reason: str) -> TemplateChoice:
    """Note that a launch keeps its checklist although the template has another; with a reason."""
    require_open(launch)
    if not may_edit(actor, launch):
        raise Forbidden(_("Only the launch's owner or a program manager may decide this."))
    if not reason.strip():
        raise Invalid.at("reason", _("Say why this launch keeps its checklist."))
    template = active_template(session)
    if template is None or not pending_difference(session, launch):
        raise Invalid(_("There is no other checklist to take."))
    return _choose(session, actor, launch, template.id, "kept", reason.strip())


def _choose(
    session: Session, actor: Asker, launch: Launch, template_id: int, choice: str, reason: str = ""
) -> TemplateChoice:
    query = select(TemplateChoice).where(
        TemplateChoice.launch_id == launch.id, TemplateChoice.template_id == template_id
    )
    row = session.scalar(query)
    if row is None:
        row = TemplateChoice(launch_id=launch.id, template_id=template_id)
        session.add(row)
    row.choice, row.reason = choice, reason
    row.person_id, row.at = actor.id, clock.now()
    tell(session, actor, launch, "template.choice")
    return row


# ---- answers ----


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer as typed; ``evidence`` is a text or a link, ``valid_until`` its last day."""

    answer: str | None
    evidence: str = ""
    valid_until: date | None = None


def get_item(session: Session, actor: Asker | None, item_id: int) -> tuple[Launch, ChecklistItem]:
    """Load an item with its launch; one of a launch the actor may not know of is not found."""
    item = session.get(ChecklistItem, item_id)
    if item is None:
        raise NotFound(_("There is no such checklist item."))
    return get_launch(session, actor, item.launch_id), item


def may_answer(actor: Asker | None, launch: Launch, item: ChecklistItem) -> bool:
    """Tell whether the actor may answer: the item's owner, or who may edit the launch or all."""
    if actor is None or actor.may("checklist.answer_any"):
        return True
    if not actor.may("checklist.answer"):
        return False
    return item.owner_id == actor.id or may_edit(actor, launch)


def _check_answer(item: ChecklistItem, given: Answered) -> None:
    if given.answer is not None and given.answer not in ANSWERS:
        raise Invalid.at("answer", _("Answer yes, no or not applicable."))
    if len(given.evidence) > EVIDENCE_LENGTH:
        raise Invalid.at("evidence", _("Shorten the evidence to 4,000 characters, or link to it."))
    if given.answer == "yes" and item.severity == "blocker" and not given.evidence.strip():
        raise Invalid.at("evidence", _("A blocker needs evidence: a link, or what you saw."))
    if given.answer == "not_applicable" and not given.evidence.strip():
        raise Invalid.at("evidence", _("Say why it does not apply."))
    if given.valid_until is not None and given.valid_until < clock.today():
        raise Invalid.at("valid_until", _("The answer would have expired already."))


def answer_item(
    session: Session, actor: Asker | None, launch: Launch, item: ChecklistItem, given: Answered
) -> None:
    """Store an answer with its evidence, by whom and until when; None takes the answer back."""
    require_open(launch)
    if not may_answer(actor, launch, item):
        raise Forbidden(_("Only the item's owner or the launch's owner may answer it."))
    _check_answer(item, given)
    _store_answer(actor, item, given)
    tell(session, actor, launch, "checklist.answered")


def _store_answer(actor: Asker | None, item: ChecklistItem, given: Answered) -> None:
    item.answer = given.answer
    item.evidence = given.evidence.strip()
    item.valid_until = given.valid_until if given.answer is not None else None
    item.answered_at = clock.now() if given.answer is not None else None
    item.answered_by = actor_id(actor) if given.answer is not None else None


def answer_many(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    item_ids: Collection[int],
    given: Answered,
) -> int:
    """Give several items of a launch one answer; all or none. Return how many changed."""
    require_open(launch)
    rows = _rows(session, launch, item_ids)
    for item in rows:
        if not may_answer(actor, launch, item):
            raise Forbidden(_("Only the item's owner or the launch's owner may answer it."))
        _check_answer(item, given)
        _store_answer(actor, item, given)
    tell(session, actor, launch, "checklist.answered")
    return len(rows)


def _rows(session: Session, launch: Launch, item_ids: Collection[int]) -> Sequence[ChecklistItem]:
    rows = [item for item in items_of(session, launch.id) if item.id in set(item_ids)]
    if not rows or len(rows) != len(set(item_ids)):
        raise Invalid.at("items", _("Choose items of this launch's checklist."))
    return rows


def assign_items(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    item_ids: Collection[int],
    owner_id: int | None,
) -> int:
    """Name who answers some items; they must be able to see the launch. Return how many."""
    require_open(launch)
    if not may_edit(actor, launch):
        raise Forbidden(_("Only the launch's owner or a program manager may assign items."))
    require_person(session, owner_id, "owner_id")
    if owner_id is not None and not may_read(session, launch, owner_id):
        raise Invalid.at(
            "owner_id", _("This launch is confidential. Add the person to its readers first.")
        )
    rows = _rows(session, launch, item_ids)
    for item in rows:
        item.owner_id = owner_id
    tell(session, actor, launch, "checklist.assigned")
    return len(rows)
