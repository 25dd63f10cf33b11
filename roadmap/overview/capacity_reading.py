"""What one reader may be told of capacity: names of queues, steps and launches, missing inputs."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.capacity.assess import Assessor
from roadmap.capacity.facts import FixFact, QueueFact
from roadmap.capacity.fixes import shifted
from roadmap.capacity.gather import portfolio
from roadmap.capacity.horizon import horizon_at
from roadmap.capacity.inputs import LaunchInput, QueueInput
from roadmap.capacity.judge import Judgement, with_heads
from roadmap.capacity.portfolio import Load, Placed
from roadmap.capacity.remedies import scaled
from roadmap.capacity.supply import windows
from roadmap.kept import kept_answer
from roadmap.launches.access import Asker
from roadmap.launches.models import Launch
from roadmap.overview.capacity_load import Source
from roadmap.overview.queries import speech_for
from roadmap.overview.speech import Speech
from roadmap.readiness.answers import Answer
from roadmap.readiness.sentences import percent_text
from roadmap.web.i18n import _, ngettext
from roadmap.web.templating import day, number
from roadmap.wording import N_

# Why a number is not known, and what is needed.
MISSING = {
    "no_capacity": N_("Nobody has entered a roster, nor decisions a day."),
    "no_handling": N_("Its handling time is missing."),
    "no_base": N_("What arrives today without launches is missing; 0 is an answer."),
    "no_forecast": N_(
        "The launch has no forecast: one number, the likely items a week, is enough."
    ),
    "no_date": N_("The phase has no date."),
    "beyond_horizon": N_("The phase starts after the 26 weeks looked at."),
    "no_rates": N_("A step of the route has no rates."),
    "no_route": N_("Without a route only the most appeals there could be are known."),
    "no_prevalence": N_("The forecast does not say what share violates."),
    "contradiction": N_("The rates of the route contradict each other."),
    "stale_count": N_("What waits was counted more than a week ago."),
    "break_even": N_("It holds at half the likely volume and not at twice: give low and high."),
}
_OF_QUEUE = frozenset({"no_capacity", "no_handling", "no_base", "stale_count"})


# What a route, a launch or a queue borrows, as people call it.
BORROWED = {
    "recall": N_("recall"),
    "precision": N_("precision"),
    "pass_share": N_("share passed for good"),
    "miss_rate": N_("violating among what is passed"),
    "receives": N_("share that reaches it"),
    "qa_share": N_("share sampled by QA"),
    "handling time": N_("handling time"),
    "review rate": N_("review rate"),
    "throughput": N_("throughput"),
}
# How the share in time was computed.
RULES = {
    "line": N_("First in, first out, hour by hour; nothing leaves unreviewed."),
    "erlang_c": N_("An SLA below an hour: the lower of the line's share and Erlang C's."),
    "erlang_a": N_("Items expire while they wait: Erlang A, each hour by itself."),
}


def borrowed_words(names: Iterable[str]) -> str:
    """Return what is borrowed in words, in one line."""
    return ", ".join(_(BORROWED.get(name, name)) for name in names)


@dataclass(frozen=True)
class Missing:
    """What is not known, where to enter it and what the link says."""

    text: str
    path: str
    label: str


def missing(why: str, queue_key: str, launch_key: str) -> Missing | None:
    """Return what a queue's answer lacks and where it is entered; None if nothing."""
    if why not in MISSING:
        return None
    text = _(MISSING[why])
    if why in _OF_QUEUE:
        return Missing(text, staffing_path(queue_key), _("Enter it for %(key)s", key=queue_key))
    return Missing(
        text, f"/launches/{launch_key}/plan", _("Open the plan of %(key)s", key=launch_key)
    )


def staffing_path(key: str) -> str:
    """Return where roster, plan and base load of a queue are entered."""
    return f"/mechanisms/{key}/staffing"


def assessor_for(session: Session, ids: Collection[int]) -> Assessor:
    """Return what judges these launches, over 26 weeks from this Monday; at most seven statements.

    What was read is kept until something changes: the tabs of a room ask for the same again.
    """
    found = kept_answer(session, portfolio, tuple(sorted(ids)))
    return Assessor(found, horizon_at(clock.today()))


def words_for(
    session: Session, actor: Asker, assessor: Assessor, answers: Iterable[Answer] = ()
) -> Speech:
    """Return the names of all that a portfolio holds, launches only if the reader may see them."""
    there = assessor.portfolio
    return speech_for(
        session,
        actor,
        answers,
        people=[
            *(one.owner_id for one in there.queues.values()),
            *(one.owner_id for one in there.steps.values()),
        ],
        launches=list(there.launches),
        mechanisms=[*there.queues, *there.steps],
    )


def earlier_loads(assessor: Assessor, launch: LaunchInput, given: QueueInput) -> list[Load]:
    """Return the loads a launch is judged on top of, in order of commitment."""
    return [
        load
        for load in assessor.committed(given)
        if load.launch_id != launch.id
        and (launch.order is None or (load.order is not None and load.order < launch.order))
    ]


# ---- who brings it ----


@dataclass(frozen=True)
class Named:
    """A source in a legend: the launch if the reader may know of it, its hours, its fill."""

    text: str
    hours: float
    fill: str
    key: str | None = None


def legend(parts: Sequence[Source], speech: Speech) -> list[Named]:
    """Return the sources of a picture by name; what the reader may not see is only counted."""
    last = parts[-1]
    fills = {0: "g1", len(parts) - 1: "g3"} if len(parts) > 1 else {0: "g1"}
    found = [Named(_("Base load"), parts[0].hours, "g1")]
    hidden = [one for one in parts[1:-1] if one.launch_id and not speech.may_see(one.launch_id)]
    for place, one in enumerate(parts[1:], 1):
        if one in hidden or one.launch_id is None or (one.hours <= 0 and one is not last):
            continue
        key = f"{Launch.key_prefix}-{one.launch_id}"
        seen = speech.may_see(one.launch_id)
        text = f"{key} {speech.launches[one.launch_id]}" if seen else confidential(1)
        found.append(Named(text, one.hours, fills.get(place, "g2"), key if seen else None))
    if hours := sum(one.hours for one in hidden):
        count = sum(1 for one in hidden if one.hours > 0)
        found.insert(1, Named(confidential(count), hours, "g2"))
    return found


def confidential(count: int) -> str:
    """Name launches the reader may not know of."""
    return ngettext("%(num)s confidential launch", "%(num)s confidential launches", count)


# ---- fixes that were tried ----


@dataclass(frozen=True)
class Tried:
    """A change that was tried: what, and what the queue does then."""

    text: str
    peak: float
    share: float | None
    # None where items expire: nobody waits for ever.
    longest: float | None
    backlog: float
    carries: bool


def tried(assessor: Assessor, launch: LaunchInput, fact: QueueFact, placed: Placed) -> list[Tried]:
    """Judge each fix of a fact once more, for what it would give."""
    given = assessor.portfolio.queues[fact.queue_id]
    found = []
    for fix in fact.fixes:
        judgement = _changed(assessor, launch, given, fact, fix, placed)
        if judgement is not None:
            found.append(_told(fix_text(fix), judgement, placed))
    return found


def _told(text: str, found: Judgement, placed: Placed) -> Tried:
    return Tried(
        text=text,
        peak=found.peak,
        share=found.worst.share if found.worst is not None else None,
        longest=found.longest if math.isfinite(found.longest) else None,
        backlog=found.largest_backlog / placed.queue.handling,
        carries=found.carries,
    )


def fix_text(fix: FixFact) -> str:
    """Say what a fix changes."""
    if fix.kind == "share":
        return _("Start at %(share)s of the traffic", share=percent_text(fix.amount))
    if fix.kind == "heads":
        return ngettext(
            "%(num)s more head, spread as the roster is",
            "%(num)s more heads, spread as the roster is",
            round(fix.amount),
        )
    if fix.kind == "shift_heads":
        text = ngettext("%(num)s more head", "%(num)s more heads", round(fix.amount))
        return _("%(heads)s from %(shift)s", heads=text, shift=fix.place)
    if fix.kind == "move_heads":
        text = ngettext("Move %(num)s head", "Move %(num)s heads", round(fix.amount))
        return _(
            "%(heads)s from %(source)s to %(place)s", heads=text, source=fix.source, place=fix.place
        )
    if fix.kind == "volume":
        return _("At most %(items)s items a week", items=number(fix.amount))
    if fix.kind == "swept":
        return _("At most %(items)s items of the sweep", items=number(fix.amount))
    if fix.kind == "date":
        return _("Start on %(day)s", day=day(date.fromisoformat(fix.place)))
    return _("At most %(seconds)s s an item", seconds=number(fix.amount, 1))


def _changed(
    assessor: Assessor,
    launch: LaunchInput,
    given: QueueInput,
    fact: QueueFact,
    fix: FixFact,
    placed: Placed,
) -> Judgement | None:
    if fix.kind in ("share", "date"):
        return assessor.judged(
            _with_phase(launch, fact, fix), given, fact.case, fact.phase
        ).together
    if fix.kind in ("volume", "swept"):
        less = scaled(launch, fix.kind, fix.amount / brought_items(launch, given, fact, fix.kind))
        return assessor.judged(less, given, fact.case, fact.phase).together
    if fix.kind == "heads":
        return placed.judge_at(queue=with_heads(placed.queue, fix.amount))
    if fix.kind == "handling":
        change = launch.changes.get(given.id)
        if change is None or given.handling_seconds is None:
            return None
        part = (fix.amount - given.handling_seconds) / (change[0] - given.handling_seconds)
        return placed.judge_at(part)
    there = {one.name: one for one in windows(given, placed.queue.heads, assessor.horizon)}
    changes = [
        (there[name], sign * round(fix.amount))
        for name, sign in ((fix.source, -1), (fix.place, 1))
        if name in there
    ]
    return placed.judge_at(queue=shifted(placed.queue, changes))


def _with_phase(launch: LaunchInput, fact: QueueFact, fix: FixFact) -> LaunchInput:
    """Return the launch with another share or day of the judged phase."""
    changes: dict[str, Any] = (
        {"share": fix.amount}
        if fix.kind == "share"
        else {"starts_on": date.fromisoformat(fix.place)}
    )
    phases = tuple(
        replace(one, **changes) if one.position == fact.phase else one for one in launch.phases
    )
    return replace(launch, phases=phases)


def brought_items(launch: LaunchInput, given: QueueInput, fact: QueueFact, kind: str) -> float:
    """Return what a volume that fits is part of: items of the sweep, or of a week."""
    if kind == "volume":
        return sum(lane.weekly(fact.case) for lane in launch.lanes)
    return sum(
        one.listings * one.flagged
        for one in launch.sweeps
        if one.queue_id == given.id and one.from_phase <= fact.phase
    )


def last_phase(launch: LaunchInput) -> int:
    """Return the position of a launch's last phase, 1 without any."""
    return max((one.position for one in launch.phases), default=1)


def only(assessor: Assessor, launch: LaunchInput) -> Assessor:
    """Return the same portfolio with one launch as given in place of what is stored."""
    changed = {**assessor.portfolio.launches, launch.id: launch}
    return Assessor(replace(assessor.portfolio, launches=changed), assessor.horizon)


def owners(facts: Iterable[QueueFact], speech: Speech) -> dict[str, str]:
    """Return the owners of queues by key."""
    return {one.key: name for one in facts if (name := speech.person(one.owner_id))}
