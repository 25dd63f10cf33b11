"""What a signature rests on: the facts of a launch as flat parts, and what changed since. Pure.

A part maps keys to plain values, so that two moments can be compared line by line and told in
words. A gate lists the parts it signs; only those can make its signature stale. Measurements are
in no part: a fresh row that proves the same changes no answer, and an answer is what is signed.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from roadmap.readiness.answers import Answer, Code, Status
from roadmap.readiness.facts import LaunchFacts
from roadmap.wording import N_

Values: TypeAlias = dict[str, str | int | float | bool | None]
Parts: TypeAlias = dict[str, Values]

# Code -> what people call it. The order is that of pages.
PARTS: Mapping[str, str] = {
    "scope": N_("Scope"),
    "dates": N_("Phases and dates"),
    "forecast": N_("Forecast"),
    "mechanisms": N_("Mechanisms, their versions and targets"),
    "evidence": N_("What the evidence proves"),
    "policy": N_("Policy and training"),
    "capacity": N_("Capacity"),
    "cost": N_("Cost and seller harm"),
    "checklist": N_("Checklist"),
}
_write = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
# A forecast this near to the signed one is not material, if no answer differs.
NEAR = 0.10

_BY_PART: Mapping[str, frozenset[str]] = {
    "evidence": frozenset(
        {
            Code.COV_GAP,
            Code.COV_LANG,
            Code.MECH_STAGE,
            Code.MECH_PRECISION,
            Code.MECH_RECALL,
            Code.QA_ACCURACY,
            Code.OVERTURN_RATE,
            Code.LEAKAGE,
            Code.EVIDENCE_THIN,
            Code.METRIC_STALE,
            Code.VERSION_MISMATCH,
            Code.APPEAL_PATH,
        }
    ),
    "policy": frozenset({Code.POLICY_L10N, Code.TRAINING}),
    "capacity": frozenset(
        {
            Code.CAP_OVERLOAD,
            Code.CAP_SLA,
            Code.CAP_SHARED,
            Code.CAP_SKILL,
            Code.APPEAL_CAP,
            Code.FALLBACK,
        }
    ),
    "cost": frozenset({Code.COST_OVER, Code.SELLER_HARM}),
    "checklist": frozenset({Code.CHECKLIST}),
}


def _answered(answers: Iterable[Answer], codes: frozenset[str]) -> Values:
    """Return the status of every question of some codes: the worst, and whether it is waived."""
    order = (Status.FAIL, Status.UNKNOWN, Status.STALE, Status.PASS, Status.NOT_APPLICABLE)
    worst: dict[str, int] = {}
    waived: set[str] = set()
    for answer in answers:
        if answer.code in codes:
            place = order.index(answer.status)
            worst[answer.question] = min(place, worst.get(answer.question, place))
            if answer.waiver_id is not None:
                waived.add(answer.question)
    return {q: order[p].value + (" waived" if q in waived else "") for q, p in worst.items()}


def _scope(facts: LaunchFacts) -> Values:
    return {str(c.cell): c.from_phase for c in facts.cells}


def _dates(facts: LaunchFacts) -> Values:
    found: Values = {}
    for phase in facts.phases:
        found[f"phase {phase.position}"] = phase.starts_on.isoformat() if phase.starts_on else None
        found[f"phase {phase.position} share"] = phase.share
    return found


def _forecast(facts: LaunchFacts) -> Values:
    found: Values = {}
    for one in facts.forecasts:
        name = str(one.pattern)
        found[f"{name} likely"] = one.likely
        for label, value in (("low", one.low), ("high", one.high), ("share", one.prevalence)):
            if value is not None:
                found[f"{name} {label}"] = value
    return found


def _mechanisms(facts: LaunchFacts) -> Values:
    found: Values = {}
    linked: set[int] = set()
    for link in facts.links:
        name = f"mechanism:{link.mechanism_id}"
        linked.add(link.mechanism_id)
        found[f"{name} {link.role.value} stage needed"] = link.required_stage.value
        if link.fallback_mechanism_id is not None:
            found[f"{name} {link.role.value} fallback"] = f"mechanism:{link.fallback_mechanism_id}"
        for target in link.targets:
            found[f"{name} {link.role.value} {target.metric.value} target"] = target.target
    for mechanism in facts.mechanisms:
        if mechanism.id in linked:
            name = f"mechanism:{mechanism.id}"
            found[f"{name} version"] = (
                mechanism.configuration_label or mechanism.configuration_digest
            )
            found[f"{name} configuration"] = mechanism.configuration_digest
            found[f"{name} stage"] = mechanism.stage.value
            found[f"{name} rollout"] = mechanism.rollout_ratio
            found[f"{name} daily cap"] = mechanism.max_daily_actions
            found[f"{name} fail mode"] = mechanism.fail_mode.value if mechanism.fail_mode else None
    return found


def _policy(facts: LaunchFacts) -> Values:
    return {
        f"{g.policy_area} {g.market or '*'} {g.version}": g.effective_from.isoformat()
        for g in facts.guidelines
    }


def parts(facts: LaunchFacts, answers: Iterable[Answer]) -> Parts:
    """Return every part of a launch's facts and answers, by the codes of `PARTS`."""
    known = tuple(answers)
    found: Parts = {
        "scope": _scope(facts),
        "dates": _dates(facts),
        "forecast": _forecast(facts),
        "mechanisms": _mechanisms(facts),
        "evidence": {},
        "policy": _policy(facts),
        "capacity": {},
        "cost": {},
        "checklist": {},
    }
    for part, codes in _BY_PART.items():
        found[part].update(_answered(known, codes))
    return found


def canonical(found: Mapping[str, Any]) -> str:
    """Write parts as one canonical JSON text."""
    return _write(found)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a canonical text in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest(found: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical text in hex."""
    return digest_of(canonical(found))


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs between two moments; None stands for one that was not there."""

    part: str
    key: str
    before: Any
    now: Any
    material: bool = True


def _near(before: Any, now: Any) -> bool:
    both = [v for v in (before, now) if isinstance(v, int | float) and not isinstance(v, bool)]
    return len(both) == 2 and abs(now - before) <= NEAR * abs(before) + 1e-9


def changes(
    before: Mapping[str, Mapping[str, Any]],
    now: Mapping[str, Mapping[str, Any]],
    listed: Iterable[str] | None = None,
) -> list[Change]:
    """Return what differs in the listed parts (all by default), in the order of `PARTS`.

    A forecast within ±10 % of what it was is not material unless an answer differs as well.
    """
    wanted = [p for p in PARTS if listed is None or p in set(listed)]
    found: list[Change] = []
    for part in wanted:
        old, new = before.get(part, {}), now.get(part, {})
        found.extend(
            Change(part, key, old.get(key), new.get(key))
            for key in sorted(set(old) | set(new))
            if old.get(key) != new.get(key) or (key in old) != (key in new)
        )
    same_answers = all(
        dict(before.get(p, {})) == dict(now.get(p, {})) for p in _BY_PART if p != "checklist"
    )
    return [
        Change(c.part, c.key, c.before, c.now, material=False)
        if c.part == "forecast" and same_answers and _near(c.before, c.now)
        else c
        for c in found
    ]


def to_sign(found: Parts, listed: Iterable[str]) -> Parts:
    """Return what a vote keeps: the listed parts, and the answers a forecast is compared by."""
    wanted = set(listed)
    if "forecast" in wanted:
        wanted |= set(_BY_PART) - {"checklist"}
    return {part: values for part, values in found.items() if part in wanted}


def evidence_set(facts: LaunchFacts, answers: Iterable[Answer]) -> str | None:
    """Return the digest of the evidence a launch rests on, None if there is none.

    Two launches share it if their mechanisms, versions and targets are the same, and the same rows
    answer the same: what each launch calls the rows' place does not count.
    """
    rows = {
        f"{a.code} {a.status.value} {reference}"
        for a in answers
        if a.code in _BY_PART["evidence"]
        for reference in a.evidence
    }
    if not rows:
        return None
    return digest({"mechanisms": _mechanisms(facts), "evidence": sorted(rows)})
