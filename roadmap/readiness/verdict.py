"""What the checks add up to: `evaluate(facts, at)`, a pure function.

Nothing unknown, stale, unparsable or missing becomes ready. A stored verdict keeps these codes, ids
and numbers with `RULES_VERSION`; sentences are rendered afterwards, for one reader (`sentences`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from roadmap.readiness.answers import Answer, Code, Params, Status, after, pack
from roadmap.readiness.checks import CHECKS
from roadmap.readiness.checks.signoffs import check_signoffs
from roadmap.readiness.context import Context
from roadmap.readiness.facts import LaunchFacts, Severity, WaiverFact
from roadmap.readiness.outlook import Outlook, outlook, with_due_days

# Raise it whenever the same facts may give another verdict; stored verdicts name theirs.
RULES_VERSION = "2026.11.3"


class Word(StrEnum):
    """The verdict in one word, worst first."""

    NOT_READY = "NOT_READY"
    LIVE_BREACH = "LIVE_BREACH"
    HOLD = "HOLD"
    NOT_ASSESSED = "NOT_ASSESSED"
    CONDITIONAL = "CONDITIONAL"
    READY = "READY"
    LIVE_OK = "LIVE_OK"


# "Improves" means nearer to go.
NEARNESS = {
    Word.NOT_READY: 0,
    Word.LIVE_BREACH: 0,
    Word.HOLD: 0,
    Word.NOT_ASSESSED: 0,
    Word.CONDITIONAL: 1,
    Word.READY: 2,
    Word.LIVE_OK: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The verdict of one phase at one moment, with every answer it rests on.

    `answered` of `needed` required questions have a pass or a fail. `valid_until` is the first
    moment from which time alone may change an answer or the outlook; None means never.
    """

    launch_id: int
    phase: int | None
    at: datetime
    word: Word
    outlook: Outlook
    valid_until: datetime | None
    answered: int
    needed: int
    waived: int
    reasons: tuple[Answer, ...]
    rules_version: str = RULES_VERSION

    @property
    def open_codes(self) -> tuple[str, ...]:
        """Return the distinct codes of answers that do not pass, sorted."""
        return tuple(sorted({str(a.code) for a in self.reasons if not a.passes}))


# ---- waivers ----


def is_live(waiver: WaiverFact, at: datetime) -> bool:
    """Tell whether a waiver is approved by another person than asked for it, and not expired."""
    return (
        not waiver.withdrawn
        and waiver.approved_by is not None
        and waiver.approved_by != waiver.requested_by
        and waiver.approved_at is not None
        and waiver.approved_at <= at < waiver.expires_at
    )


def _lapsed(waiver: WaiverFact, at: datetime) -> bool:
    return (
        not waiver.withdrawn
        and waiver.approved_by not in (None, waiver.requested_by)
        and waiver.expires_at <= at
    )


def _expired(answer: Answer, waiver: WaiverFact) -> Answer:
    # It was live until the moment before: at midnight that is the day before.
    last = (waiver.expires_at - datetime.resolution).date()
    params: Params = pack({"code": answer.code, "expired": last.isoformat()})
    return replace(
        answer,
        code=Code.WAIVER_EXPIRED,
        why="expired",
        measured=None,
        required=None,
        params=params,
        fix="renew_waiver",
        fix_params=params,
        evidence=(f"waiver:{waiver.id}",),
        observed_at=None,
        valid_until=None,
    )


def apply_waivers(
    answers: Iterable[Answer], waivers: Sequence[WaiverFact], at: datetime
) -> list[Answer]:
    """Attach live waivers to failing approvables, and answer WAIVER_EXPIRED where one has lapsed.

    A waiver never changes a status; blockers, unknown and stale answers are never touched.
    """
    named: defaultdict[tuple[str, str], list[WaiverFact]] = defaultdict(list)
    for waiver in waivers:
        named[waiver.code, waiver.subject].append(waiver)
    done: list[Answer] = []
    for answer in answers:
        fitting = named.get((answer.code, answer.subject), ())
        waivable = answer.status is Status.FAIL and answer.severity is Severity.APPROVABLE
        if not fitting or not waivable:
            done.append(answer)
            continue
        live = [w for w in fitting if is_live(w, at)]
        if live:
            best = max(live, key=lambda w: (w.expires_at, -w.id))
            ends = [t for t in (answer.valid_until, best.expires_at) if t is not None]
            done.append(replace(answer, waiver_id=best.id, valid_until=min(ends)))
            continue
        done.append(answer)
        lapsed = [w for w in fitting if _lapsed(w, at)]
        if lapsed:
            done.append(_expired(answer, max(lapsed, key=lambda w: (w.expires_at, w.id))))
    return done


def _waiver_starts(waivers: Sequence[WaiverFact], at: datetime) -> list[datetime]:
    """Return the moments at which an approved waiver only begins to count."""
    return [w.approved_at for w in waivers if w.approved_at is not None and w.approved_at > at]


# ---- adding up ----


def add_up(answers: Sequence[Answer], *, committed: bool) -> Word:
    """Return the verdict's word for the answers of a phase that is not in hypercare."""
    required = [a for a in answers if a.is_required]
    if any(a.status is Status.FAIL and a.waiver_id is None for a in required):
        return Word.NOT_READY
    if not required or any(a.status in (Status.UNKNOWN, Status.STALE) for a in required):
        return Word.HOLD if committed else Word.NOT_ASSESSED
    if any(a.waiver_id is not None for a in required):
        return Word.CONDITIONAL
    return Word.READY


def live_word(answers: Sequence[Answer]) -> Word:
    """Return the word of a phase in hypercare; a guard without a fresh value holds."""
    guards = [a for a in answers if a.code == Code.GUARD_METRIC]
    if any(a.status is Status.FAIL for a in guards):
        return Word.LIVE_BREACH
    if not guards or any(not a.passes for a in guards):
        return Word.HOLD
    return Word.LIVE_OK


def count(answers: Sequence[Answer]) -> tuple[int, int]:
    """Return how many required questions have an answer, and how many there are."""
    asked: dict[str, bool] = {}
    for answer in answers:
        if answer.is_required and answer.code != Code.WAIVER_EXPIRED:
            said = answer.status in (Status.PASS, Status.FAIL)
            asked[answer.question] = asked.get(answer.question, False) or said
    return sum(asked.values()), len(asked)


_STATUS_ORDER = {
    status: place
    for place, status in enumerate(
        (Status.FAIL, Status.UNKNOWN, Status.STALE, Status.PASS, Status.NOT_APPLICABLE)
    )
}
_SEVERITY_ORDER = {severity: place for place, severity in enumerate(Severity)}


def _place(answer: Answer) -> tuple[bool, int, int, str, str, str]:
    return (
        answer.passes,
        _SEVERITY_ORDER[answer.severity],
        _STATUS_ORDER[answer.status],
        answer.code,
        answer.subject,
        answer.why,
    )


def evaluate(
    facts: LaunchFacts,
    at: datetime,
    phase: int | None = None,
    *,
    more: Iterable[Answer] = (),
) -> Verdict:
    """Judge one phase: the position named, else the earliest not yet live, else the last.

    `at` must be aware. `more` are answers of checks that need other facts, such as capacity and
    cost; waivers, counting and outlook treat them like the rest.
    """
    ctx = Context(facts, at, phase)
    answers = [answer for check in CHECKS for answer in check(ctx)]
    answers.extend(more)
    answers = apply_waivers(answers, facts.waivers, ctx.at)
    answers.extend(check_signoffs(ctx, answers))
    answers = with_due_days(ctx, answers)
    answers.sort(key=_place)
    prospect = outlook(ctx, answers)
    if ctx.in_hypercare:
        word = live_word(answers)
    else:
        word = add_up(answers, committed=facts.launch.committed)
    turns = [a.valid_until for a in answers] + [prospect.valid_until]
    turns += _waiver_starts(facts.waivers, ctx.at)
    if ctx.phase is not None:
        turns.append(after(ctx.phase.starts_on))
        turns.append(after(ctx.phase.hypercare_until))
    ahead = [moment for moment in turns if moment is not None and moment > ctx.at]
    answered, needed = count(answers)
    return Verdict(
        launch_id=facts.launch.id,
        phase=ctx.position,
        at=ctx.at,
        word=word,
        outlook=prospect.outlook,
        valid_until=min(ahead, default=None),
        answered=answered,
        needed=needed,
        waived=sum(1 for a in answers if a.waiver_id is not None),
        reasons=tuple(answers),
    )
