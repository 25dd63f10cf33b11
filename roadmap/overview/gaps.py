"""What stands between a launch and go: the answers that do not pass, in rows a person can act on.

Pure: from a verdict and a reader's words to rows, the one reason, the smallest fix and what the
verdict would be once it is done. The last is computed by the verdict's own rule, never guessed.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from roadmap.overview.measures import measured_text, required_text
from roadmap.overview.names import title_of
from roadmap.overview.speech import Said, Speech
from roadmap.readiness.answers import Answer, Code, Status
from roadmap.readiness.facts import Severity
from roadmap.readiness.outlook import Outlook
from roadmap.readiness.queries import ShownVerdict
from roadmap.readiness.stored import Outline
from roadmap.readiness.verdict import Word, add_up, live_word
from roadmap.web.i18n import _

# Numbers that stand for themselves: rows of these are never folded together.
_MEASURED_CODES = frozenset(
    {
        Code.MECH_PRECISION,
        Code.MECH_RECALL,
        Code.QA_ACCURACY,
        Code.OVERTURN_RATE,
        Code.LEAKAGE,
        Code.DEPENDENCY,
        Code.REQUIREMENT_OPEN,
        Code.TRAINING,
    }
)


def state_of(answer: Answer) -> str:
    """Return the state as pages show it: a waived failure reads as waived."""
    return "waived" if answer.waiver_id is not None else answer.status.value


@dataclass(frozen=True)
class Row:
    """One row of the table: an answer, or several that one act settles.

    `answers` are those folded into it, the one shown first; `outlook` is that of the row alone.
    """

    answers: tuple[Answer, ...]
    state: str
    title: str
    code: str
    says: Said
    fix: Said | None
    measured: str
    required: str
    scopes: tuple[str, ...]
    owner: str | None
    due: date | None
    overdue: bool
    outlook: Outlook | None = None
    promised: date | None = None

    @cached_property
    def answer(self) -> Answer:
        """Return the answer the row shows."""
        return self.answers[0]

    @cached_property
    def anchor(self) -> str:
        """Return the part of the page's address that names the row."""
        subject = f"{self.answer.code} {self.answer.subject}"
        return f"{zlib.crc32(subject.encode()):08x}"

    @cached_property
    def query(self) -> str:
        """Return what an address is asked about the row: its check and what it is about."""
        return urlencode({"code": self.answer.code, "subject": self.answer.subject})

    @cached_property
    def needed(self) -> bool:
        """Tell whether the verdict waits for it."""
        return self.answer.is_required

    @cached_property
    def more(self) -> int:
        """Return how many further answers the row stands for."""
        return len({a.question for a in self.answers}) - 1

    @property
    def waivable(self) -> bool:
        """Tell whether a waiver may be asked for: a failing approvable and nothing else."""
        return self.state == "fail" and self.answer.severity is Severity.APPROVABLE


def _fold(answer: Answer, fix: str) -> tuple[object, ...]:
    """Return what answers must share to stand in one row."""
    alone: object = answer.subject
    params = dict(answer.params)
    if answer.code == Code.CHECKLIST and answer.why == "unanswered":
        alone, fix = "unanswered", ""
    elif answer.code in (Code.COV_GAP, Code.COV_LANG):
        alone, fix = dict(answer.fix_params).get("mechanism"), answer.fix or ""
    elif answer.code not in _MEASURED_CODES and "mechanism" in params:
        alone, fix = (params["mechanism"], params.get("metric")), answer.fix or ""
    elif answer.code == Code.POLICY_L10N:
        alone, fix = (params.get("version"), params.get("area")), answer.fix or ""
    return (
        answer.code,
        answer.severity,
        answer.status,
        answer.why,
        answer.waiver_id,
        answer.owner_id,
        fix,
        alone,
    )


def rows_of(
    answers: Iterable[Answer],
    speech: Speech,
    today: date,
    outlooks: Mapping[tuple[str, str], Outlook] | None = None,
    promises: Mapping[tuple[str, str], date | None] | None = None,
) -> list[Row]:
    """Return the rows for the answers, in their order; those that one act settles stand together.

    `outlooks` and `promises` (the day somebody promised) are by code and subject.
    """
    folded: dict[tuple[object, ...], tuple[Said | None, list[Answer]]] = {}
    for answer in answers:
        fix = speech.fix(answer)
        key = _fold(answer, fix.marked if fix else "")
        folded.setdefault(key, (fix, []))[1].append(answer)
    rows = [_row(group, fix, speech, today, outlooks or {}) for fix, group in folded.values()]
    if not promises:
        return rows
    return [replace(row, promised=promises.get((row.code, row.answer.subject))) for row in rows]


def _row(
    group: Sequence[Answer],
    fix: Said | None,
    speech: Speech,
    today: date,
    outlooks: Mapping[tuple[str, str], Outlook],
) -> Row:
    answer = group[0]
    says = speech.says(answer)
    count = len(group)
    if count > 1 and answer.code == Code.CHECKLIST:
        says = replace(says, marked=_("%(count)s items are not answered.", count=count))
        fix = Said(_("Answer the %(count)s items with evidence.", count=count))
    elif count > 1 and fix is not None and answer.fix in ("label_more", "measure", "measure_again"):
        fix = replace(
            fix,
            marked=_("%(fix)s The same in %(more)s more.", fix=fix.marked, more=count - 1),
        )
    due = answer.required_by
    known = [o for a in group if (o := outlooks.get((a.code, a.subject))) is not None]
    order = list(Outlook)
    return Row(
        answers=tuple(group),
        state=state_of(answer),
        title=title_of(answer.code),
        code=str(answer.code),
        says=says,
        fix=fix,
        measured=measured_text(answer, speech),
        required=required_text(answer, speech),
        scopes=tuple(dict.fromkeys(scope_text(a, speech) for a in group)),
        owner=speech.person(answer.owner_id),
        due=due,
        overdue=due is not None and due < today and not answer.passes,
        outlook=min(known, key=order.index, default=None),
    )


def scope_text(answer: Answer, speech: Speech) -> str:
    """Return what an answer is about, in words."""
    if answer.scope is None:
        return ""
    # A mechanism, or markets, languages, surfaces and policy areas.
    return speech.mechanisms.get(answer.scope) or speech.scope(answer.scope)


# ---- the one reason, and what would change ----


class Judged(Protocol):
    """The part of an answer that says whether it gives the verdict its word."""

    @property
    def status(self) -> Status: ...

    @property
    def question(self) -> str: ...

    @property
    def waiver_id(self) -> int | None: ...

    @property
    def is_required(self) -> bool: ...

    @property
    def passes(self) -> bool: ...


AnyAnswer = TypeVar("AnyAnswer", bound=Judged)
# How the questions of guard metrics begin.
GUARD = "guard:"


def lead(word: Word, answers: Iterable[AnyAnswer]) -> AnyAnswer | None:
    """Return the answer that gives the verdict its word: a failure, else an open or waived one."""
    required = [a for a in answers if a.is_required and not a.passes]
    failing = [a for a in required if a.status is Status.FAIL and a.waiver_id is None]
    open_ = [a for a in required if a.status in (Status.UNKNOWN, Status.STALE)]
    waived = [a for a in required if a.waiver_id is not None]
    if word is Word.LIVE_BREACH:
        # Only what is watched gives a live phase its word.
        failing = [a for a in failing if a.question.startswith(GUARD)] or failing
    first = {
        Word.NOT_READY: (failing, open_, waived),
        Word.LIVE_BREACH: (failing, open_, waived),
    }.get(word, (open_, failing, waived))
    return next((group[0] for group in first if group), None)


def lead_of(verdict: ShownVerdict) -> Answer | None:
    """Return the answer that gives a shown verdict its word; of a stored one only it is read."""
    found = lead(verdict.word, verdict.outlines)
    return verdict.reasons[found.number] if isinstance(found, Outline) else found


def settle(answers: Iterable[Answer], done: Iterable[Answer]) -> list[Answer]:
    """Return the answers as they would be if the questions of ``done`` were passed."""
    questions = {a.question for a in done}
    return [
        replace(a, status=Status.PASS, waiver_id=None)
        if a.question in questions and not a.passes
        else a
        for a in answers
    ]


@dataclass(frozen=True)
class Then:
    """What the verdict would be once something is done, and how many things then stand open."""

    word: Word
    waivers: int
    left: int


def then(
    answers: Sequence[Answer],
    done: Iterable[Answer],
    rows: Sequence[Row],
    *,
    committed: bool,
    live: bool = False,
) -> Then:
    """Return the verdict with the questions of ``done`` answered, by the verdict's own rule.

    ``live`` says that the phase is watched: then its guards alone give the word.
    """
    after = settle(answers, done)
    still = {(a.code, a.subject) for a in after if a.is_required and not a.passes}
    waived = {(a.code, a.subject) for a in after if a.waiver_id is not None}
    left = 0
    told: set[str] = set()
    for row in rows:
        questions = {
            a.question for a in row.answers if (a.code, a.subject) in still and a.waiver_id is None
        }
        # A failure and the thin evidence beside it are one thing to do.
        left += bool(questions - told)
        told |= questions
    word = live_word(after) if live else add_up(after, committed=committed)
    return Then(word, len(waived), left)
