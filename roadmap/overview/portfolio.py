"""The portfolio board: which launches need help, grouped by outlook, the worst first. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from roadmap.overview.gaps import lead
from roadmap.overview.launch_room import compared, working_days_until
from roadmap.overview.queries import BoardRow, PastWord
from roadmap.overview.speech import Said, Speech
from roadmap.readiness.answers import Answer, Code
from roadmap.readiness.queries import ShownVerdict
from roadmap.readiness.verdict import Word
from roadmap.wording import N_

# Rows on one page; the rest follows on the next.
PAGE_SIZE = 100
SOON_DAYS = 10
WEEKS = 8

LATE, AT_RISK, RECOMPUTING, NO_DATE, ON_TRACK, READY, LIVE = (
    "LATE",
    "AT_RISK",
    "RECOMPUTING",
    "NO_DATE",
    "ON_TRACK",
    "READY",
    "LIVE",
)
# In this order on the board; the ready ones apart and last, what is all live below them.
GROUPS: Mapping[str, str] = {
    LATE: N_("a blocker cannot pass in time"),
    AT_RISK: N_("no owner, or less time left than such checks usually take"),
    RECOMPUTING: N_("something changed; the verdict is being computed again"),
    NO_DATE: N_("nothing to hold yet: no date is set"),
    ON_TRACK: N_("every gap has an owner and ends by its due day"),
    READY: N_("nothing stands between these and go"),
    LIVE: N_("every phase is live"),
}
# A red word on track is expected; only these groups shout.
LOUD = frozenset({LATE, AT_RISK})
_HELP = frozenset({LATE, AT_RISK})
_GO = frozenset({Word.READY, Word.LIVE_OK})

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
    "checklist": (N_("Checklist"), frozenset({Code.CHECKLIST})),
    "links": (
        N_("Requirements, dependencies"),
        frozenset({Code.REQUIREMENT_OPEN, Code.DEPENDENCY}),
    ),
    "other": (N_("Waivers, guards"), frozenset({Code.WAIVER_EXPIRED, Code.GUARD_METRIC})),
}
_STATES = ("fail", "unknown", "stale", "waived")


def group_of(row: BoardRow) -> str:
    """Return the board's group of a launch from its stored verdict."""
    if row.all_live:
        return LIVE
    if not row.fresh:
        return RECOMPUTING
    return group_of_verdict(row, row.word or Word.HOLD, row.outlook or AT_RISK)


def group_of_verdict(row: BoardRow, word: str, outlook: str) -> str:
    """Return the board's group of a launch whose verdict is known."""
    if row.all_live:
        return LIVE
    if word in _GO:
        return READY
    return outlook if outlook in GROUPS else AT_RISK


@dataclass(frozen=True)
class Filters:
    """What the address asks for: a chip, a market, a team, a word in the title."""

    chip: str = "all"
    market: str = ""
    team: int | None = None

    @property
    def narrowed(self) -> bool:
        """Tell whether anything is left out."""
        return self.chip != "all" or bool(self.market) or self.team is not None


def chip_rule(
    chip: str, today: date, person_id: int | None, team_ids: Iterable[int]
) -> Callable[[BoardRow, str], bool]:
    """Return the rule of a chip: (row, its group) -> shown."""
    teams = frozenset(team_ids)

    def soon(row: BoardRow, group: str) -> bool:
        if row.starts_on is None or group == LIVE:
            return False
        # Counting goes day by day, so dates that cannot be near are left out first.
        near = today <= row.starts_on <= today + timedelta(days=2 * SOON_DAYS)
        return near and working_days_until(today, row.starts_on) <= SOON_DAYS

    rules: dict[str, Callable[[BoardRow, str], bool]] = {
        "help": lambda _row, group: group in _HELP,
        "mine": lambda row, _g: row.owner_id == person_id or row.team_id in teams,
        "soon": soon,
        "not-ready": lambda row, group: _word(row, group) == Word.NOT_READY,
        "hold": lambda row, group: _word(row, group) == Word.HOLD,
        "waivers": lambda row, group: _word(row, group) == Word.CONDITIONAL,
    }
    return rules.get(chip, lambda _row, _group: True)


def _word(row: BoardRow, group: str) -> str:
    return Word.HOLD if group == RECOMPUTING or not row.word else row.word


@dataclass(frozen=True)
class Counts:
    """How many launches each group and chip holds."""

    total: int
    groups: Mapping[str, int]
    chips: Mapping[str, int]


@dataclass(frozen=True)
class Sorted:
    """The rows a board shows, in its order, each with its group, and the counts of all."""

    rows: tuple[tuple[str, BoardRow], ...]
    counts: Counts


def _place(entry: tuple[str, BoardRow]) -> tuple[int, date, int]:
    group, row = entry
    return list(GROUPS).index(group), row.starts_on or date.max, row.id


def sort_rows(
    rows: Iterable[BoardRow],
    filters: Filters,
    in_market: frozenset[int] | None,
    today: date,
    person_id: int | None,
    team_ids: Iterable[int],
) -> Sorted:
    """Group, count and filter the launches of a board.

    `in_market` holds the launches with a cell in the market asked for, None if none is. Chips count
    within market and team, so that a number is what a click shows.
    """
    known = [
        (group_of(row), row)
        for row in rows
        if (in_market is None or row.id in in_market)
        and (filters.team is None or row.team_id == filters.team)
    ]
    rules = {chip: chip_rule(chip, today, person_id, team_ids) for chip in CHIPS}
    chips = {
        chip: sum(1 for group, row in known if rule(row, group)) for chip, rule in rules.items()
    }
    chosen = rules.get(filters.chip, rules["all"])
    shown = sorted((e for e in known if chosen(e[1], e[0])), key=_place)
    groups = Counter(group for group, _row in known)
    return Sorted(tuple(shown), Counts(len(known), groups, chips))


def page_of(rows: Sequence[tuple[str, BoardRow]], after: int | None) -> tuple[int, int]:
    """Return (first, end) of the page that begins after a launch; the first page if it is gone."""
    first = 0
    if after is not None:
        first = next((n + 1 for n, (_g, row) in enumerate(rows) if row.id == after), 0)
    return first, min(first + PAGE_SIZE, len(rows))


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
    fix: Said | None
    more: int
    owner: str | None
    due: date | None
    overdue: bool
    change: str
    was: Word | None
    steps: tuple[tuple[float, float], ...]
    checks: Mapping[str, tuple[str, int]]

    @property
    def loud(self) -> bool:
        """Tell whether the row asks for help now; elsewhere a red word is expected, so calm."""
        return self.group in LOUD


def line(
    group: str,
    row: BoardRow,
    verdict: ShownVerdict,
    history: Sequence[PastWord],
    speech: Speech,
    today: date,
    now: datetime,
) -> Line:
    """Return what the board shows of one launch."""
    first = lead(verdict.word, verdict.reasons)
    monday = today - timedelta(days=today.weekday() or 7)
    was = _word_on(history, monday)
    due = first.required_by if first is not None else None
    if not verdict.recomputing:
        group = group_of_verdict(row, verdict.word, verdict.outlook)
    return Line(
        row=row,
        group=group,
        word=verdict.word,
        recomputing=verdict.recomputing,
        waivers=verdict.waived,
        reason=speech.says(first) if first is not None else None,
        fix=speech.fix(first) if first is not None else None,
        more=_more(verdict.gaps, first),
        owner=speech.person(first.owner_id) if first is not None else None,
        due=due,
        overdue=due is not None and due < today and first is not None and first.waiver_id is None,
        change=compared(was, verdict.word) if was and not verdict.recomputing else "same",
        was=was,
        steps=steps(history, None if verdict.recomputing else verdict.word, now),
        checks=check_states(verdict.reasons),
    )


def _more(gaps: Sequence[Answer], first: Answer | None) -> int:
    questions = {a.question for a in gaps}
    return len(questions - {first.question}) if first is not None else 0


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
