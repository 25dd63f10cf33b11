"""SIGNOFF_MISSING and SIGNOFF_STALE: gates without approval, approvals overtaken by facts."""

from collections.abc import Iterator, Sequence

from roadmap.readiness.answers import Answer, Code, Status, pack
from roadmap.readiness.context import Context
from roadmap.readiness.facts import GateFact, Severity
from roadmap.readiness.gate_rules import SIGNED, GateStanding, Standing, gate_standing
from roadmap.readiness.signed import Parts, changes, parts


def standing_of(gate: GateFact) -> GateStanding:
    """Return where a gate stands by its votes."""
    return gate_standing(
        gate.rule,
        gate.needed,
        {group.id: group.members for group in gate.groups},
        gate.votes,
        self_certify=gate.self_certify,
    )


def overtaken(gate: GateFact, standing: GateStanding, now: Parts) -> list[str]:
    """Return the keys of signed facts that changed materially since the gate was signed.

    Each group's newest signature is compared; a gate is stale when too few fresh ones are left.
    """
    signed = dict(gate.signed)
    fresh, changed = 0, set[str]()
    for group in standing.groups:
        if group.standing not in SIGNED or not group.votes:
            continue
        newest = max(group.votes)
        differing = {
            f"{c.part}: {c.key}"
            for c in changes(signed.get(newest, {}), now, gate.signs)
            if c.material
        }
        fresh += not differing
        changed |= differing
    wanted = 1 if standing.groups and standing.groups[0].group_id == 0 else standing.needed
    return sorted(changed) if fresh < wanted else []


def _answer(gate: GateFact, code: Code, status: Status, why: str, **params: int) -> Answer:
    packed = pack({"gate": gate.name, **params})
    return Answer(
        code=code,
        severity=Severity.BLOCKER,
        status=status,
        subject=f"gate:{gate.id}",
        question=f"gate:{gate.id}",
        why=why,
        scope=gate.name,
        params=packed,
        fix=None if status is Status.PASS else f"gate_{why}",
        fix_params=() if status is Status.PASS else packed,
        owner_id=gate.asked_of,
        evidence=tuple(f"vote:{v}" for v in standing_of(gate).votes),
        observed_at=max((v.at for v in gate.votes), default=None),
        lead=gate.due_days,
    )


def _judge(gate: GateFact, now: Parts) -> Answer:
    standing = standing_of(gate)
    if standing.standing is Standing.DENIED:
        return _answer(gate, Code.SIGNOFF_MISSING, Status.FAIL, "denied")
    if standing.standing in SIGNED:
        changed = overtaken(gate, standing, now)
        if changed:
            return _answer(gate, Code.SIGNOFF_STALE, Status.STALE, "overtaken", count=len(changed))
        return _answer(gate, Code.SIGNOFF_MISSING, Status.PASS, "signed")
    if any(group.left for group in standing.groups):
        return _answer(gate, Code.SIGNOFF_MISSING, Status.UNKNOWN, "left")
    if not gate.groups or not any(group.members for group in gate.groups):
        return _answer(gate, Code.SIGNOFF_MISSING, Status.UNKNOWN, "nobody")
    return _answer(gate, Code.SIGNOFF_MISSING, Status.UNKNOWN, standing.standing.value)


def check_signoffs(ctx: Context, answers: Sequence[Answer]) -> Iterator[Answer]:
    """Answer for every gate of the judged phase; what it signed is compared with all other answers.

    ``answers`` are those of the other checks, with their waivers.
    """
    gates = [gate for gate in ctx.facts.gates if gate.from_phase <= ctx.reach]
    if not gates:
        return
    now = parts(ctx.facts, answers)
    for gate in sorted(gates, key=lambda g: g.id):
        yield _judge(gate, now)
