"""DEPENDENCY and REQUIREMENT_OPEN: what other launches and requirements still owe."""

from collections.abc import Iterator

from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.readiness.answers import Answer, Code, Status, pack, unknown
from roadmap.readiness.context import Context
from roadmap.readiness.facts import DependencyFact, RequirementFact, Severity

# A predecessor in one of these will not take its phase live as things stand.
_STOPPED = frozenset({LaunchState.CANCELLED, LaunchState.ROLLED_BACK, LaunchState.PAUSED})


def _standing(ctx: Context, one: DependencyFact) -> tuple[Status, str]:
    if one.phase_state is None or one.predecessor_state is None:
        return Status.UNKNOWN, "gone"
    if one.predecessor_state in _STOPPED:
        return Status.FAIL, "stopped"
    if one.phase_state is PhaseState.LIVE:
        return Status.PASS, "live"
    if one.phase_state is PhaseState.HALTED:
        return Status.FAIL, "halted"
    if one.starts_on is None or ctx.starts_on is None:
        return Status.UNKNOWN, "no_date"
    if one.starts_on > ctx.starts_on:
        return Status.FAIL, "after"
    return Status.UNKNOWN, "before"


def check_dependencies(ctx: Context) -> Iterator[Answer]:
    """Answer for every predecessor; without a phase or its date nothing can be ordered."""
    if ctx.phase is None:
        yield unknown(Code.DEPENDENCY, "phase", "no_phase", "add_phase")
    elif ctx.starts_on is None:
        yield unknown(Code.DEPENDENCY, "phase", "no_own_date", "date_phase")
    for one in sorted(ctx.facts.dependencies, key=lambda d: d.id):
        if one.from_phase > ctx.reach:
            continue
        status, why = _standing(ctx, one)
        params = pack(
            {
                "launch_id": one.predecessor_id,
                "phase": one.phase_position,
                "starts_on": one.starts_on.isoformat() if one.starts_on else None,
                "own_start": ctx.starts_on.isoformat() if ctx.starts_on else None,
            }
        )
        good = status is Status.PASS
        yield Answer(
            code=Code.DEPENDENCY,
            severity=Severity.BLOCKER,
            status=status,
            subject=f"dependency:{one.id}",
            question=f"dependency:{one.id}",
            why=why,
            params=params,
            fix=None if good else f"dependency_{why}",
            fix_params=() if good else params,
            owner_id=one.owner_id,
            evidence=(f"launch:{one.predecessor_id}",),
        )


def _requirement(one: RequirementFact) -> Answer:
    if one.open_criteria is None or one.open_criteria < 0 or one.criteria == 0:
        status, why = Status.UNKNOWN, "no_criteria"
    elif one.open_criteria > 0:
        status, why = Status.FAIL, "open"
    else:
        status, why = Status.PASS, "accepted"
    params = pack({"requirement": one.key, "open": one.open_criteria, "criteria": one.criteria})
    good = status is Status.PASS
    return Answer(
        code=Code.REQUIREMENT_OPEN,
        severity=Severity.BLOCKER,
        status=status,
        subject=f"requirement:{one.id}",
        question=f"requirement:{one.id}",
        why=why,
        scope=one.key,
        measured=one.open_criteria,
        required=0,
        params=params,
        fix=None if good else f"requirement_{why}",
        fix_params=() if good else params,
        owner_id=one.owner_id,
        evidence=(f"requirement:{one.id}",),
    )


def check_requirements(ctx: Context) -> Iterator[Answer]:
    """Answer for every linked must-requirement; a launch that delivers none is not asked."""
    for one in sorted(ctx.facts.requirements, key=lambda r: r.id):
        if one.must:
            yield _requirement(one)
