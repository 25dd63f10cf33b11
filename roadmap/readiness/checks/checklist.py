"""CHECKLIST: items attested by people, or bound to a fact."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from roadmap.mechanisms.facts import MechanismFact
from roadmap.readiness.answers import Answer, Code, Status, after, pack, unknown
from roadmap.readiness.context import Context
from roadmap.readiness.facts import ChecklistFact, Severity

REHEARSAL_DAYS = 180

# Yes, no or not known, and the last day a yes holds if it ends by itself.
Bound = tuple[bool | None, date | None]


def _linked(ctx: Context) -> list[MechanismFact]:
    ids = sorted({link.mechanism_id for link in ctx.links})
    return [ctx.mechanisms[i] for i in ids if i in ctx.mechanisms]


def _automated(ctx: Context) -> list[MechanismFact]:
    return [m for m in _linked(ctx) if m.automated]


def _kill_switch(ctx: Context) -> Bound:
    """Every linked automated mechanism has a kill switch rehearsed at most 180 days before."""
    ends: list[date] = []
    for mechanism in _automated(ctx):
        if mechanism.kill_switch_minutes is None or mechanism.kill_switch_rehearsed_on is None:
            return None, None
        if mechanism.kill_switch_rehearsed_on > ctx.today:
            return None, None
        ends.append(mechanism.kill_switch_rehearsed_on + timedelta(days=REHEARSAL_DAYS))
    return (min(ends) >= ctx.day, min(ends)) if ends else (None, None)


def _every(ctx: Context, has: Callable[[MechanismFact], bool], *, automated: bool) -> Bound:
    linked = _automated(ctx) if automated else _linked(ctx)
    return (all(has(m) for m in linked), None) if linked else (None, None)


BOUND_FACTS: Mapping[str, Callable[[Context], Bound]] = {
    "kill_switch_rehearsed": _kill_switch,
    "daily_cap_set": lambda ctx: _every(
        ctx, lambda m: m.max_daily_actions is not None, automated=True
    ),
    "fail_mode_stated": lambda ctx: _every(ctx, lambda m: m.fail_mode is not None, automated=True),
    "mechanism_owners_named": lambda ctx: _every(
        ctx, lambda m: m.owner_id is not None, automated=False
    ),
}


def _manual(item: ChecklistFact, day: date) -> tuple[Status, str]:
    if item.answer is False and item.applicable:
        return Status.FAIL, "no"
    if item.answer is None and item.applicable:
        return Status.UNKNOWN, "unanswered"
    if item.attested_by is None:
        return Status.UNKNOWN, "unattested"
    if item.valid_until is not None and item.valid_until < day:
        return Status.STALE, "expired"
    if item.inherited:
        return Status.PASS, "inherited"
    return (Status.PASS, "yes") if item.applicable else (Status.NOT_APPLICABLE, "not_applicable")


def _bound(ctx: Context, name: str) -> tuple[Status, str, date | None]:
    rule = BOUND_FACTS.get(name)
    yes, until = rule(ctx) if rule is not None else (None, None)
    if yes is None:
        return Status.UNKNOWN, "bound_unknown", None
    return (Status.PASS, "bound_yes", until) if yes else (Status.FAIL, "bound_no", None)


_FIX = {
    "no": "change_answer",
    "unanswered": "answer_item",
    "unattested": "attest_item",
    "expired": "attest_item",
    "bound_no": "fix_bound",
    "bound_unknown": "fix_bound",
}


def _item(ctx: Context, item: ChecklistFact) -> Answer:
    until = item.valid_until
    if item.bound_to is not None:
        status, why, until = _bound(ctx, item.bound_to)
    else:
        status, why = _manual(item, ctx.day)
    open_ = status not in (Status.PASS, Status.NOT_APPLICABLE)
    params = pack(
        {
            "item": item.item,
            "bound_to": item.bound_to,
            "valid_until": item.valid_until.isoformat() if item.valid_until else None,
        }
    )
    return Answer(
        code=Code.CHECKLIST,
        severity=item.severity,
        status=status,
        subject=f"checklist:{item.id}",
        question=f"checklist:{item.id}",
        why=why,
        scope=item.item,
        params=params,
        fix=_FIX[why] if open_ else None,
        fix_params=params if open_ else (),
        owner_id=item.owner_id,
        evidence=(f"checklist:{item.id}",) if item.attested_by is not None else (),
        observed_at=item.attested_at,
        valid_until=after(until),
        lead=item.due_days,
    )


def check_checklist(ctx: Context) -> Iterator[Answer]:
    """Answer for every item due by the judged phase; an empty checklist is unknown."""
    items = [i for i in ctx.facts.checklist if i.from_phase <= ctx.reach]
    if not any(i.severity is not Severity.INFO for i in items):
        yield unknown(Code.CHECKLIST, "checklist", "empty", "add_checklist")
    for item in sorted(items, key=lambda i: i.id):
        yield _item(ctx, item)
