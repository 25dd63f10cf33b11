"""Commands on gate templates: which launches get which gate, the difference for running ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from roadmap.errors import Forbidden, Invalid, NotFound
from roadmap.history.service import record
from roadmap.launches.access import Asker
from roadmap.launches.checks import require_open
from roadmap.launches.kinds import LaunchType
from roadmap.launches.models import Launch
from roadmap.launches.telling import actor_id, tell
from roadmap.readiness.applicability import Difference, applicable, difference
from roadmap.readiness.checklists import profile_of
from roadmap.readiness.gate_groups import clean_name, free_code
from roadmap.readiness.gate_models import Gate, GateReview, GateTemplate, ReviewGroup
from roadmap.readiness.gate_queries import gates_of, votes_of
from roadmap.readiness.gate_rules import GateRule
from roadmap.readiness.gate_service import settle
from roadmap.readiness.signed import PARTS
from roadmap.taxonomy.models import Market, Region
from roadmap.web.i18n import _

MOST_QUESTIONS = 20
QUESTION_LENGTH = 300
# What a launch copies from a template beside the groups.
_COPIED = ("name", "rule", "needed", "signs", "due_days", "self_certify", "questions")


@dataclass(frozen=True, kw_only=True)
class TemplateInput:
    """A gate template as typed; empty types or regions mean all."""

    name: str
    rule: GateRule
    needed: int = 1
    groups: Sequence[int] = ()
    signs: Sequence[str] = ()
    types: Sequence[str] = ()
    regions: Sequence[str] = ()
    max_tier: int = 2
    due_days: int = 5
    self_certify: bool = False
    questions: Sequence[dict[str, Any]] = field(default_factory=tuple)
    active: bool = True


def all_templates(session: Session) -> Sequence[GateTemplate]:
    """Return every gate template in order."""
    query = select(GateTemplate).order_by(GateTemplate.position, GateTemplate.id)
    return session.scalars(query).all()


def get_template(session: Session, code: str) -> GateTemplate:
    """Load a gate template by its code."""
    found = session.scalar(select(GateTemplate).where(GateTemplate.code == code))
    if found is None:
        raise NotFound(_("There is no such gate template."))
    return found


def create_template(session: Session, actor: Asker | None, said: TemplateInput) -> GateTemplate:
    """Store a gate template; launches created from now on get it where it applies."""
    last = session.scalar(select(func.max(GateTemplate.position))) or 0
    row = GateTemplate(code=free_code(session, GateTemplate, said.name), position=last + 1)
    _fill(session, row, said)
    session.add(row)
    session.flush()
    record(session, actor_id(actor), row, "gate_template.created")
    return row


def edit_template(
    session: Session, actor: Asker | None, row: GateTemplate, said: TemplateInput
) -> None:
    """Change a gate template; running launches are only offered the difference."""
    _fill(session, row, said)
    record(session, actor_id(actor), row, "gate_template.edited")


def _fill(session: Session, row: GateTemplate, said: TemplateInput) -> None:
    row.name = clean_name(said.name)
    groups = sorted(set(said.groups))
    known = set(session.scalars(select(ReviewGroup.id).where(ReviewGroup.id.in_(groups))))
    if not groups or set(groups) - known:
        raise Invalid.at("groups", _("Choose at least one review group."))
    if said.rule is GateRule.N_OF and not 1 <= said.needed <= len(groups):
        raise Invalid.at("needed", _("Give a number from 1 to that of the groups."))
    if not said.signs or set(said.signs) - set(PARTS):
        raise Invalid.at("signs", _("Choose at least one part of the facts it signs."))
    if set(said.types) - {kind.value for kind in LaunchType}:
        raise Invalid.at("types", _("Choose types of the list."))
    _check_places(session, said.regions)
    if said.max_tier not in (1, 2, 3):
        raise Invalid.at("max_tier", _("Choose tier 1, 2 or 3."))
    if not 0 <= said.due_days <= 200:
        raise Invalid.at("due_days", _("Give 0 to 200 working days."))
    values: dict[str, Any] = {
        "groups": groups,
        "rule": said.rule,
        "needed": said.needed if said.rule is GateRule.N_OF else 1,
        "signs": [part for part in PARTS if part in set(said.signs)],
        "types": sorted(set(said.types)),
        "regions": sorted(set(said.regions)),
        "max_tier": said.max_tier,
        "due_days": said.due_days,
        "self_certify": said.self_certify,
        "questions": _questions(said.questions),
        "active": said.active,
    }
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _check_places(session: Session, places: Sequence[str]) -> None:
    if not places:
        return
    known = set(session.scalars(select(Market.code).where(Market.code.in_(places))))
    known |= set(session.scalars(select(Region.code).where(Region.code.in_(places))))
    if missing := sorted(set(places) - known):
        raise Invalid.at(
            "regions",
            _("Neither a region nor a market: %(codes)s.", codes=", ".join(missing)),
        )


def _questions(said: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(said) > MOST_QUESTIONS:
        raise Invalid.at("questions", _("Ask at most 20 questions: each one is work for owners."))
    if any(len(one["text"]) > QUESTION_LENGTH for one in said):
        raise Invalid.at("questions", _("Shorten each question to 300 characters."))
    return [dict(one) for one in said]


# ---- the gates of a launch ----


def _wanted(session: Session, launch: Launch) -> list[GateTemplate]:
    query = select(GateTemplate).where(GateTemplate.active)
    rows = session.scalars(query.order_by(GateTemplate.position, GateTemplate.id)).all()
    return applicable(rows, profile_of(session, launch)) if rows else []


def _add(session: Session, launch: Launch, template: GateTemplate) -> None:
    gate = Gate(
        launch_id=launch.id,
        template_id=template.id,
        code=template.code,
        position=template.position,
        answers={},
        **{name: getattr(template, name) for name in _COPIED},
    )
    session.add(gate)
    session.flush()
    session.add_all(
        GateReview(launch_id=launch.id, gate_id=gate.id, group_id=group_id)
        for group_id in template.groups
    )


def instantiate(session: Session, actor: Asker | None, launch: Launch) -> int:
    """Give a new launch the gates that apply to it; return how many.

    One statement where the organisation has no gates.
    """
    wanted = _wanted(session, launch)
    for template in wanted:
        _add(session, launch, template)
    if wanted:
        tell(session, actor, launch, "gate.instantiated")
    return len(wanted)


def _content(row: Gate | GateTemplate, groups: Collection[int]) -> tuple[Any, ...]:
    return (*(repr(getattr(row, name)) for name in _COPIED), tuple(sorted(groups)))


@dataclass(frozen=True)
class GateDifference:
    """What the templates would change on a launch's gates, by code; `names` are for people.

    `spoken` are gates the templates no longer ask for on which somebody has voted: votes are never
    removed, so these stay.
    """

    change: Difference
    names: dict[str, str]
    spoken: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.change)


def pending_difference(
    session: Session, launch: Launch, present: Sequence[Gate] | None = None
) -> GateDifference:
    """Return which gates a launch would gain, lose or see changed; nothing changes by itself."""
    wanted = _wanted(session, launch)
    gates = gates_of(session, launch.id) if present is None else present
    change = difference(
        [(row.code, _content(row, row.groups)) for row in wanted],
        [
            (gate.code, _content(gate, [r.group_id for r in gate.reviews]))
            for gate in gates
            # Gates without a template were written for this launch and stay.
            if gate.template_id is not None
        ],
    )
    names = {gate.code: gate.name for gate in gates} | {row.code: row.name for row in wanted}
    gone = [gate for gate in gates if gate.code in change.removed]
    votes = votes_of(session, {gate.id for gate in gone})
    spoken = tuple(gate.code for gate in gone if votes[gate.id])
    removed = tuple(code for code in change.removed if code not in spoken)
    return GateDifference(Difference(change.added, removed, change.reworded), names, spoken)


def take_difference(session: Session, actor: Asker, launch: Launch) -> GateDifference:
    """Bring a launch's gates up to the templates; return what changed.

    To add gates is the owner's; to take one off or change one needs a program manager or who edits
    templates, so that nobody lightens their own review.
    """
    require_open(launch)
    gates = gates_of(session, launch.id)
    offered = pending_difference(session, launch, gates)
    lighter = offered.change.removed or offered.change.reworded
    if lighter and not (actor.may("launch.edit_any") or actor.may("template.edit")):
        raise Forbidden(_("Ask a program manager: this would take a gate off or change one."))
    wanted = {row.code: row for row in _wanted(session, launch)}
    for gate in gates:
        if gate.code in offered.change.removed:
            session.delete(gate)
        elif gate.code in offered.change.reworded:
            _change(session, gate, wanted[gate.code])
    session.flush()
    for code in offered.change.added:
        _add(session, launch, wanted[code])
    tell(session, actor, launch, "gate.updated")
    return offered


def _change(session: Session, gate: Gate, template: GateTemplate) -> None:
    for name in _COPIED:
        if getattr(gate, name) != getattr(template, name):
            setattr(gate, name, getattr(template, name))
    known = {review.group_id for review in gate.reviews}
    for review in list(gate.reviews):
        if review.group_id not in template.groups:
            gate.reviews.remove(review)
    for group_id in template.groups:
        if group_id not in known:
            review = GateReview(launch_id=gate.launch_id, gate_id=gate.id, group_id=group_id)
            gate.reviews.append(review)
    session.flush()
    settle(session, gate)
