"""The portfolio board: what it shows of one launch, its chips and groups of checks. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from roadmap.overview.launch_room import compared, working_days_until
from roadmap.overview.queries import BoardRow, PastWord
from roadmap.overview.speech import Said, Speech
from roadmap.overview.standing import AT_RISK, LATE, group_of
from roadmap.readiness.answers import Answer, Code
from roadmap.readiness.queries import ShownVerdict
from roadmap.readiness.verdict import Word
from roadmap.wording import N_

# Rows on one page, as on every list; the rest follows on the next.
PAGE_SIZE = 50
SOON_DAYS = 10
WEEKS = 8

# A red word on track is expected; only these groups shout.
LOUD = frozenset({LATE, AT_RISK})

CHIPS: Mapping[str, str] = {
    "help": N_("Needs help"),
    "all": N_("All"),
    "mine": N_("Mine"),
    "soon": N_("Next 10 working days"),
    "not-ready": N_("Not ready"),
    "hold": N_("Hold"),
    "waivers": N_("With waivers"),
}

CHECK_GROUPS: Mapping[str, tuple[str, frozenset[str]]] = {
    "coverage": (N_("Coverage"), frozenset({Code.COV_GAP, Code.COV_LANG})),
    "mechanisms": (N_("Mechanism stage"), frozenset({Code.MECH_STAGE})),
    "evidence": (
        N_("Evidence"),
        frozenset(
            {
                Code.MECH_PRECISION,
                Code.MECH_RECALL,
                Code.QA_ACCURACY,
                Code.OVERTURN_RATE,
                Code.LEAKAGE,
                Code.EVIDENCE_THIN,
                Code.METRIC_STALE,
                Code.VERSION_MISMATCH,
            }
        ),
    ),
    "appeals": (N_("Appeals"), frozenset({Code.APPEAL_PATH})),
    "policy": (N_("Guidelines and training"), frozenset({Code.POLICY_L10N, Code.TRAINING})),
    "capacity": (
        N_("Capacity"),
        frozenset(
            {
                Code.CAP_OVERLOAD,
                Code.CAP_SLA,
                Code.CAP_SHARED,
                Code.CAP_SKILL,
                Code.APPEAL_CAP,
                Code.FALLBACK,
            }
        ),
    ),
    "cost": (N_("Cost and harm"), frozenset({Code.COST_OVER, Code.SELLER_HARM})),
    "gates": (N_("Gates"), frozenset({Code.SIGNOFF_MISSING, Code.SIGNOFF_STALE})),
    "checklist": (N_("Checklist"), frozenset({Code.CHECKLIST})),
    "links": (
        N_("Requirements, dependencies"),
        frozenset({Code.REQUIREMENT_OPEN, Code.DEPENDENCY}),
    ),
    "other": (N_("Waivers, guards"), frozenset({Code.WAIVER_EXPIRED, Code.GUARD_METRIC})),
}
_STATES = ("fail", "unknown", "stale", "waived")


def soon_until(today: date) -> date:
    """Return the last day within the working days that count as soon."""
    day = today
    while working_days_until(today, day + timedelta(days=1)) <= SOON_DAYS:
        day += timedelta(days=1)
    return day


# ---- one row with its verdict ----


@dataclass(frozen=True)
class Line:
    """One launch of the board: verdict, the one reason, who by when, date, change, 8 weeks."""

    row: BoardRow
    group: str
    word: Word
    recomputing: bool
    waivers: int
    reason: Said | None
    more: int
    owner: str | None
    due: date | None
    overdue: bool
    change: str
    was: Word | None
    steps: tuple[tuple[float, float], ...]
    verdict: ShownVerdict

    @property
    def checks(self) -> Mapping[str, tuple[str, int]]:
        """Return, for each group of checks with an open answer, its worst state and count."""
        return check_states(self.verdict.reasons)

    @property
    def loud(self) -> bool:
        """Tell whether the row asks for help now; elsewhere a red word is expected, so calm."""
        return self.group in LOUD


def line(
    group: str,
    row: BoardRow,
    verdict: ShownVerdict,
    first: Answer | None,
    history: Sequence[PastWord],
    speech: Speech,
    today: date,
    now: datetime,
) -> Line:
    """Return what the board shows of one launch; ``first`` gives the verdict its word."""
    monday = today - timedelta(days=today.weekday() or 7)
    was = _word_on(history, monday)
    due = first.required_by if first is not None else None
    if not verdict.recomputing:
        group = group_of(row.all_live, True, verdict.word, verdict.outlook)
    return Line(
        row=row,
        group=group,
        word=verdict.word,
        recomputing=verdict.recomputing,
        waivers=verdict.waived,
        reason=speech.says(first) if first is not None else None,
        more=len(verdict.open_questions - {first.question}) if first is not None else 0,
        owner=speech.person(first.owner_id) if first is not None else None,
        due=due,
        overdue=due is not None and due < today and first is not None and first.waiver_id is None,
        change=compared(was, verdict.word) if was and not verdict.recomputing else "same",
        was=was,
        steps=steps(history, None if verdict.recomputing else verdict.word, now),
        verdict=verdict,
    )


def _word_on(history: Sequence[PastWord], day: date) -> Word | None:
    before = [past for past in history if past.at.date() < day]
    return Word(before[-1].word) if before else None


def check_states(reasons: Iterable[Answer]) -> dict[str, tuple[str, int]]:
    """Return, for each group of checks with an open answer, its worst state and their count."""
    found: dict[str, tuple[str, set[str]]] = {}
    for answer in reasons:
        if not answer.is_required:
            continue
        name = next((n for n, (_t, codes) in CHECK_GROUPS.items() if answer.code in codes), "other")
        state = "waived" if answer.waiver_id is not None else answer.status.value
        worst, questions = found.get(name, (state, set()))
        found[name] = (
            min(worst, state, key=_STATES.index),
            questions | {answer.question},
        )
    return {name: (state, len(questions)) for name, (state, questions) in found.items()}


# ---- eight weeks as a line of steps ----

_HEIGHT: Mapping[str, float] = {
    Word.READY: 5.0,
    Word.LIVE_OK: 5.0,
    Word.CONDITIONAL: 7.5,
    Word.HOLD: 12.0,
    Word.NOT_ASSESSED: 12.0,
    Word.NOT_READY: 17.0,
    Word.LIVE_BREACH: 17.0,
}
STEP_WIDTH = 76.0


def steps(
    history: Sequence[PastWord], now_word: Word | None, now: datetime
) -> tuple[tuple[float, float], ...]:
    """Return the corners of the line: x from eight weeks ago to STEP_WIDTH, y from ready down."""
    start = now - timedelta(weeks=WEEKS)
    span = (now - start).total_seconds()
    points: list[tuple[float, float]] = []
    for past in history:
        x = max(0.0, (past.at - start).total_seconds() / span * STEP_WIDTH)
        y = _HEIGHT[past.word]
        if points:
            points.append((round(x, 1), points[-1][1]))
        points.append((round(x, 1), y))
    if now_word is not None:
        y = _HEIGHT[now_word]
        if not points:
            return ((STEP_WIDTH, y),)
        points.append((STEP_WIDTH, points[-1][1]))
        if points[-1][1] != y:
            points.append((STEP_WIDTH, y))
    elif points:
        points.append((STEP_WIDTH, points[-1][1]))
    return tuple(points)
