"""The launch room: what the first second says, in what order, from one fresh verdict.

Everything is computed while the page is read, so nothing shown can be outdated. Pure but for
translation: the facts, the verdict and the verdict of Monday come in, plain values go out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from roadmap.launches.kinds import PhaseState
from roadmap.overview.gaps import Row, Then, lead, rows_of, then
from roadmap.overview.speech import Speech
from roadmap.readiness.answers import Answer, Status
from roadmap.readiness.context import Context
from roadmap.readiness.facts import LaunchFacts, PhaseFact
from roadmap.readiness.fresh import borrowed
from roadmap.readiness.outlook import Outlook, outlook
from roadmap.readiness.queries import ShownVerdict
from roadmap.readiness.verdict import NEARNESS, Verdict, Word, add_up
from roadmap.web.i18n import _, ngettext
from roadmap.web.templating import day, percent
from roadmap.wording import N_

TYPES = {
    "M": N_("new market"),
    "C": N_("product category"),
    "S": N_("surface"),
    "P": N_("policy"),
    "V": N_("model version or threshold"),
    "T": N_("reviewer tool"),
    "W": N_("workflow"),
    "Q": N_("quality or efficiency"),
}
SATURDAY = 5
# The words of a phase that is live and watched.
WATCHED = frozenset({Word.LIVE_OK, Word.LIVE_BREACH})


def share_words(share: float | None) -> str:
    """Return a share of the traffic, as in ``10 %``; a fraction of a percent keeps a digit."""
    if share is None:
        return ""
    whole = abs(share * 100 - round(share * 100)) < 0.05
    return percent(share, 0 if whole else 1)


def working_days_until(today: date, day_: date, holidays: frozenset[date] = frozenset()) -> int:
    """Return the working days from today up to a day, negative once it is past."""
    step = 1 if day_ >= today else -1
    count, at = 0, today
    while at != day_:
        at += timedelta(days=step)
        count += at.weekday() < SATURDAY and at not in holidays
    return step * count


def last_monday(today: date) -> date:
    """Return the Monday a page compares with: the latest before today."""
    return today - timedelta(days=today.weekday() or 7)


@dataclass(frozen=True)
class Since:
    """What changed since a day: how many came to pass, how many newly fail, what was shown."""

    day: date
    word: Word
    waivers: int
    passed: int
    newly: int

    def direction(self, now: Word) -> str:
        """Return ``better``, ``worse`` or ``same`` against the verdict now."""
        return compared(self.word, now)


def compared(was: Word, now: Word) -> str:
    """Return ``better``, ``worse`` or ``same``; of two equally far from go, NOT READY is worse."""
    if was is now:
        return "same"
    if NEARNESS[was] != NEARNESS[now]:
        return "better" if NEARNESS[now] > NEARNESS[was] else "worse"
    order = list(Word)
    return "better" if order.index(now) > order.index(was) else "worse"


def since(past: ShownVerdict | None, now: Verdict, monday: date) -> Since | None:
    """Return the difference to the verdict that was shown then; None if none was stored."""
    if past is None:
        return None
    before = {(a.code, a.subject): a for a in past.reasons}
    present = {(a.code, a.subject): a for a in now.reasons}
    passed = sum(1 for key in before if key in present and present[key].passes)
    newly = sum(
        1
        for key, answer in present.items()
        if answer.status is Status.FAIL
        and answer.is_required
        and (key not in before or before[key].status is not Status.FAIL)
    )
    return Since(monday, past.word, past.waived, passed, newly)


@dataclass(frozen=True)
class Banner:
    """The first second: word, date, reason, fix, who and by when, what it would be then, change."""

    word: Word
    waivers: int
    outlook: Outlook
    for_what: str
    days: str
    reason: Row | None
    others: int
    then: Then | None
    all_done: Then | None
    answered: int
    needed: int
    optional: int
    borrowed: int
    since: Since | None
    at: datetime
    live: bool


def _for_what(phase: PhaseFact | None) -> str:
    if phase is None:
        return _("no phase is planned")
    share = share_words(phase.share)
    if phase.state is PhaseState.LIVE:
        return _("live at %(share)s", share=share)
    if phase.starts_on is None:
        return _("for %(share)s, no date yet", share=share)
    return _("for %(share)s on %(day)s", share=share, day=day(phase.starts_on))


def _days(phase: PhaseFact | None, today: date, holidays: frozenset[date]) -> str:
    if phase is None or phase.starts_on is None or phase.state is PhaseState.LIVE:
        return ""
    left = working_days_until(today, phase.starts_on, holidays)
    if left == 0:
        return _("today") if phase.starts_on == today else _("on a day without work")
    if left > 0:
        return ngettext("in %(num)s working day", "in %(num)s working days", left)
    return ngettext("%(num)s working day ago", "%(num)s working days ago", -left)


def outlooks(ctx: Context, answers: Iterable[Answer]) -> dict[tuple[str, str], Outlook]:
    """Return the outlook of every open required answer alone."""
    return {
        (a.code, a.subject): outlook(ctx, [a]).outlook
        for a in answers
        if a.is_required and not a.passes and a.waiver_id is None
    }


@dataclass(frozen=True)
class Room:
    """A launch's page: the banner, what stands open and everything asked."""

    facts: LaunchFacts
    verdict: Verdict
    speech: Speech
    phase: PhaseFact | None
    banner: Banner
    open: tuple[Row, ...]
    optional: tuple[Row, ...]
    waived: tuple[Row, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many checks are in each state, by question as `verdict.count` counts."""
        order = ("fail", "waived", "unknown", "stale", "pass", "not_applicable")
        rank = {state: place for place, state in enumerate(order)}
        worst: dict[str, int] = {}
        for answer in self.verdict.reasons:
            place = rank["waived" if answer.waiver_id is not None else answer.status.value]
            worst[answer.question] = min(place, worst.get(answer.question, place))
        found = Counter(worst.values())
        return {state: found[place] for place, state in enumerate(order)}

    def everything(self) -> list[Row]:
        """Return a row for every answer, those that pass too, unfolded."""
        today = self.verdict.at.date()
        return [r for a in self.verdict.reasons for r in rows_of([a], self.speech, today)]


def room(
    facts: LaunchFacts, verdict: Verdict, speech: Speech, past: ShownVerdict | None, today: date
) -> Room:
    """Return what the launch room shows.

    `past` is the verdict shown on the Monday `last_monday(today)` names; `today` the reader's day.
    """
    ctx = Context(facts, verdict.at, verdict.phase)
    standing = [a for a in verdict.reasons if not a.passes]
    alone = outlooks(ctx, standing)
    promises = {(p.code, p.subject): p.finish_on for p in facts.plans}
    rows = rows_of(standing, speech, today, alone, promises)
    open_ = tuple(r for r in rows if r.needed and r.state != "waived")
    waived = tuple(r for r in rows if r.state == "waived")
    optional = tuple(r for r in rows if not r.needed)
    return Room(
        facts=facts,
        verdict=verdict,
        speech=speech,
        phase=ctx.phase,
        banner=_banner(facts, verdict, ctx.phase, rows, open_, past, today),
        open=_lead_first(verdict, open_),
        optional=optional,
        waived=waived,
    )


def _lead_first(verdict: Verdict, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows, the one that gives the verdict its word first."""
    first = lead(verdict.word, verdict.reasons)
    asked = first.question if first is not None else None

    def place(row: Row) -> int:
        if first in row.answers:
            return 0
        return 1 if any(a.question == asked for a in row.answers) else 2

    return tuple(sorted(rows, key=place))


def _act(row: Row) -> str:
    return row.fix.marked if row.fix is not None else ""


def _banner(
    facts: LaunchFacts,
    verdict: Verdict,
    phase: PhaseFact | None,
    rows: Sequence[Row],
    open_: Sequence[Row],
    past: ShownVerdict | None,
    today: date,
) -> Banner:
    first = lead(verdict.word, verdict.reasons)
    reason = next((row for row in rows if first in row.answers), None)
    committed = facts.launch.committed
    done = all_done = None
    if reason is not None and reason.state != "waived":
        # One act settles every answer with the same fix.
        act = reason.fix.marked if reason.fix is not None else ""
        settled = [a for row in open_ if _act(row) == act for a in row.answers] if act else []
        settled += reason.answers
        live = verdict.word in WATCHED
        done = then(verdict.reasons, settled, open_, committed=committed, live=live)
        every = [answer for row in open_ for answer in row.answers]
        all_done = then(verdict.reasons, every, open_, committed=committed, live=live)
    info = {a.question for a in verdict.reasons if not a.is_required and not a.passes}
    return Banner(
        word=verdict.word,
        waivers=verdict.waived,
        outlook=verdict.outlook,
        for_what=_for_what(phase),
        days=_days(phase, today, facts.holidays),
        reason=reason,
        others=done.left if done is not None else len(open_),
        then=done,
        all_done=all_done,
        answered=verdict.answered,
        needed=verdict.needed,
        optional=len(info),
        borrowed=borrowed(verdict),
        since=since(past, verdict, last_monday(today)),
        at=verdict.at,
        live=phase is not None and phase.state is PhaseState.LIVE,
    )


__all__ = [
    "TYPES",
    "Banner",
    "Room",
    "Since",
    "add_up",
    "compared",
    "last_monday",
    "room",
    "share_words",
    "since",
    "working_days_until",
]
