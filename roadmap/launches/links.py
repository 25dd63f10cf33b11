"""Commands on what a launch leans on and delivers: mechanisms, targets, requirements, launches."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.errors import Invalid, NotFound
from roadmap.keys import parse_key
from roadmap.launches.access import Asker, get_launch, visible_ids
from roadmap.launches.candidates import add_default_targets, cells_of, link_proposed
from roadmap.launches.checks import require_open
from roadmap.launches.defaults import DEFAULT_DIMENSIONS, DEFAULT_MAX_AGE_DAYS
from roadmap.launches.models import (
    Launch,
    LaunchDependency,
    LaunchMechanism,
    LaunchRequirement,
    LaunchTarget,
    Phase,
)
from roadmap.launches.rules import find_cycle
from roadmap.launches.telling import tell
from roadmap.mechanisms.kinds import TARGET_DIRECTION, LinkRole, Metric, Stage
from roadmap.mechanisms.models import Mechanism
from roadmap.requirements.models import Requirement
from roadmap.taxonomy.scope import DIMENSIONS
from roadmap.web.i18n import _


def _mechanism(session: Session, key: str, field: str) -> Mechanism:
    found = None
    try:
        found = session.get(Mechanism, parse_key(key, Mechanism.key_prefix))
    except NotFound:
        found = None
    if found is None:
        raise Invalid.at(field, _("There is no mechanism %(key)s.", key=key.strip()))
    return found


# ---- mechanisms ----


@dataclass(frozen=True, kw_only=True)
class LinkSpec:
    """How a launch leans on a mechanism; ``fallback`` is the key of what stands in for it."""

    mechanism: str
    role: LinkRole
    required_stage: Stage = Stage.ENFORCE
    from_phase: int = 1
    fallback: str | None = None
    auto_actions_per_week: float | None = None
    id: int | None = None


def put_link(
    session: Session, actor: Asker | None, launch: Launch, spec: LinkSpec
) -> LaunchMechanism:
    """Link a mechanism with its kind's default targets, or change the link named by ``id``."""
    require_open(launch)
    mechanism = _mechanism(session, spec.mechanism, "mechanism")
    fallback = _mechanism(session, spec.fallback, "fallback") if spec.fallback else None
    if fallback is not None and fallback.id == mechanism.id:
        raise Invalid.at("fallback", _("A mechanism cannot stand in for itself."))
    if spec.from_phase < 1:
        raise Invalid.at("from_phase", _("Count phases from 1."))
    if spec.required_stage in (Stage.DRAFT, Stage.PAUSED, Stage.RETIRED):
        raise Invalid.at("required_stage", _("Require shadow, monitor or enforce."))
    actions = spec.auto_actions_per_week
    if actions is not None and not 0 <= actions <= 1e12:
        raise Invalid.at("auto_actions_per_week", _("Give a number of actions from 0 up."))
    twin = session.scalar(
        select(LaunchMechanism.id).where(
            LaunchMechanism.launch_id == launch.id,
            LaunchMechanism.mechanism_id == mechanism.id,
            LaunchMechanism.role == spec.role,
        )
    )
    if twin is not None and twin != spec.id:
        raise Invalid.at(
            "mechanism", _("%(key)s is linked in this role already.", key=mechanism.key)
        )
    row = link_of(session, launch, spec.id) if spec.id is not None else None
    is_new = row is None
    if row is None:
        row = LaunchMechanism(launch_id=launch.id, targets=[])
        session.add(row)
    row.mechanism_id, row.role = mechanism.id, spec.role
    row.required_stage, row.from_phase = spec.required_stage, spec.from_phase
    row.fallback_id = fallback.id if fallback is not None else None
    row.auto_actions_per_week = actions
    session.flush()
    if is_new:
        add_default_targets(session, row, mechanism.kind)
    tell(session, actor, launch, "launch.mechanism_linked" if is_new else "launch.link_edited")
    return row


def link_of(session: Session, launch: Launch, link_id: int) -> LaunchMechanism:
    """Return a link of this launch by its id, else it is not found."""
    row = session.get(LaunchMechanism, link_id)
    if row is None or row.launch_id != launch.id:
        raise NotFound(_("This link was removed meanwhile. Reload the page."))
    return row


def remove_link(session: Session, actor: Asker | None, launch: Launch, link_id: int) -> None:
    """Take a mechanism and its targets off a launch."""
    require_open(launch)
    row = link_of(session, launch, link_id)
    targets = select(LaunchTarget).where(LaunchTarget.launch_mechanism_id == row.id)
    for target in session.scalars(targets):
        session.delete(target)
    session.flush()
    # Loaded empty, so that deleting the link does not look for targets again.
    session.refresh(row, ["targets"])
    session.delete(row)
    tell(session, actor, launch, "launch.mechanism_unlinked")


def link_proposals(session: Session, actor: Asker | None, launch: Launch) -> int:
    """Link every mechanism that coverage proposes and that is not linked yet; return how many."""
    require_open(launch)
    count = link_proposed(session, launch, cells_of(session, launch.id))
    tell(session, actor, launch, "launch.mechanisms_proposed")
    return count


@dataclass(frozen=True, kw_only=True)
class TargetSpec:
    """What a linked mechanism must be proven to reach; ``target`` is a share 0..1."""

    metric: Metric
    target: float
    dimensions: Sequence[str] = DEFAULT_DIMENSIONS
    max_age_days: int = DEFAULT_MAX_AGE_DAYS


def put_target(
    session: Session, actor: Asker | None, launch: Launch, link_id: int, spec: TargetSpec
) -> LaunchTarget:
    """Set the target of a metric on a link, replacing the one it has."""
    require_open(launch)
    link = link_of(session, launch, link_id)
    if spec.metric not in TARGET_DIRECTION:
        raise Invalid.at("metric", _("This metric describes traffic; no target can be set for it."))
    if not 0 < spec.target < 1:
        raise Invalid.at("target", _("Give a target above 0 % and below 100 %."))
    if any(name not in DIMENSIONS for name in spec.dimensions):
        raise Invalid.at("dimensions", _("Choose from market, language, surface, policy area."))
    if not 1 <= spec.max_age_days <= 3650:
        raise Invalid.at("max_age_days", _("Give an age from 1 to 3,650 days."))
    row = session.scalar(
        select(LaunchTarget).where(
            LaunchTarget.launch_mechanism_id == link.id, LaunchTarget.metric == spec.metric
        )
    )
    if row is None:
        row = LaunchTarget(
            launch_id=launch.id, launch_mechanism_id=link.id, metric=spec.metric, pools=[]
        )
        session.add(row)
    row.target, row.max_age_days = spec.target, spec.max_age_days
    row.dimensions = [name for name in DIMENSIONS if name in spec.dimensions]
    tell(session, actor, launch, "launch.target_set")
    return row


def remove_target(session: Session, actor: Asker | None, launch: Launch, target_id: int) -> None:
    """Remove a target from its link."""
    require_open(launch)
    row = session.get(LaunchTarget, target_id)
    if row is None or row.launch_id != launch.id:
        raise NotFound(_("This target was removed meanwhile. Reload the page."))
    session.delete(row)
    tell(session, actor, launch, "launch.target_removed")


# ---- requirements ----


def put_requirement(
    session: Session, actor: Asker | None, launch: Launch, key: str, *, must: bool = True
) -> LaunchRequirement:
    """Say that a launch delivers a requirement, and whether it must be accepted before go."""
    require_open(launch)
    try:
        number = parse_key(key, Requirement.key_prefix)
    except NotFound:
        number = 0
    if session.scalar(select(Requirement.id).where(Requirement.id == number)) is None:
        raise Invalid.at("requirement", _("There is no requirement %(key)s.", key=key.strip()))
    row = _requirement_link(session, launch, number)
    if row is None:
        row = LaunchRequirement(launch_id=launch.id, requirement_id=number)
        session.add(row)
    row.must = must
    tell(session, actor, launch, "launch.requirement_linked")
    return row


def _requirement_link(session: Session, launch: Launch, number: int) -> LaunchRequirement | None:
    query = select(LaunchRequirement).where(
        LaunchRequirement.launch_id == launch.id, LaunchRequirement.requirement_id == number
    )
    return session.scalar(query)


def remove_requirement(
    session: Session, actor: Asker | None, launch: Launch, requirement_id: int
) -> None:
    """Take a requirement off a launch."""
    require_open(launch)
    row = _requirement_link(session, launch, requirement_id)
    if row is None:
        raise NotFound(_("This requirement was removed meanwhile. Reload the page."))
    session.delete(row)
    tell(session, actor, launch, "launch.requirement_unlinked")


# ---- dependencies ----


def add_dependency(
    session: Session,
    actor: Asker | None,
    launch: Launch,
    key: str,
    phase_position: int | None = None,
) -> LaunchDependency:
    """Say that a phase of another launch must be live first; None means its last phase.

    A cycle is refused and named. The other launch must be one the actor may know of.
    """
    require_open(launch)
    try:
        other = get_launch(session, actor, key)
    except NotFound:
        raise Invalid.at(
            "depends_on", _("There is no launch %(key)s that you may see.", key=key.strip())
        ) from None
    if other.id == launch.id:
        raise Invalid.at("depends_on", _("A launch cannot wait for itself."))
    _require_phase(session, other, phase_position)
    _refuse_cycle(session, actor, launch.id, other.id)
    row = session.scalar(
        select(LaunchDependency).where(
            LaunchDependency.launch_id == launch.id, LaunchDependency.depends_on_id == other.id
        )
    )
    if row is None:
        row = LaunchDependency(launch_id=launch.id, depends_on_id=other.id)
        session.add(row)
    row.phase_position = phase_position
    tell(session, actor, launch, "launch.dependency_set")
    return row


def _require_phase(session: Session, other: Launch, position: int | None) -> None:
    if position is None:
        return
    query = select(Phase.id).where(Phase.launch_id == other.id, Phase.position == position)
    if session.scalar(query) is None:
        raise Invalid.at(
            "phase_position",
            _("%(key)s has no phase %(position)s.", key=other.key, position=position),
        )


def _refuse_cycle(session: Session, actor: Asker | None, launch_id: int, other_id: int) -> None:
    needs: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(select(LaunchDependency.launch_id, LaunchDependency.depends_on_id))
    for waiting, awaited in rows:
        needs[waiting].add(awaited)
    needs[launch_id].add(other_id)
    cycle = find_cycle(needs)
    if cycle is None:
        return
    seen = visible_ids(session, actor, cycle)
    names = [f"LCH-{i}" if i in seen else _("1 confidential launch") for i in cycle]
    raise Invalid.at(
        "depends_on",
        _("That would close a circle: %(cycle)s. Remove one of them.", cycle=" → ".join(names)),
    )


def remove_dependency(
    session: Session, actor: Asker | None, launch: Launch, dependency_id: int
) -> None:
    """Stop waiting for another launch."""
    require_open(launch)
    row = session.get(LaunchDependency, dependency_id)
    if row is None or row.launch_id != launch.id:
        raise NotFound(_("This was removed meanwhile. Reload the page."))
    session.delete(row)
    tell(session, actor, launch, "launch.dependency_removed")
