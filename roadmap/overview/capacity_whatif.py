"""What if: a launch judged with other heads, times, dates and volumes; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from roadmap.capacity.assess import Assessor
from roadmap.capacity.consequences import assess
from roadmap.capacity.facts import CapacityFacts, QueueFact
from roadmap.capacity.fixes import shifted
from roadmap.capacity.horizon import Horizon
from roadmap.capacity.inputs import LaneInput, LaunchInput, PhaseInput, Portfolio, QueueInput
from roadmap.capacity.judge import with_heads
from roadmap.capacity.reading import read_number
from roadmap.capacity.supply import Supply, windows
from roadmap.launches.access import Asker, get_launch
from roadmap.launches.models import Launch
from roadmap.overview import capacity_reading as reading
from roadmap.overview.capacity_launch import STATUS, SkillLine, skill_line
from roadmap.web.i18n import _

# Fields of a queue: name before the dash, lowest and highest value.
LIMITS = {
    "heads": (-2_000.0, 2_000.0),
    "extra": (-2_000.0, 2_000.0),
    "aht": (0.1, 86_400.0),
    "share": (0.0, 100.0),
}
VOLUME = (0.0, 10_000.0)
# Rates of an automated step at another threshold, in percent.
STEP_RATES = ("recall", "precision", "pass_share")
RATE = (0.0, 100.0)


@dataclass
class Asked:
    """What is changed: numbers by field of a queue, volume in percent, a day, and what is wrong."""

    numbers: dict[str, float] = field(default_factory=dict)
    shifts: dict[int, str] = field(default_factory=dict)
    volume: float | None = None
    starts: date | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Tell whether anything is changed."""
        return bool(self.numbers or self.volume is not None or self.starts is not None)


class Changed(Assessor):
    """Judges a portfolio in which some queues have more or fewer heads."""

    def __init__(self, portfolio: Portfolio, horizon: Horizon, asked: Asked) -> None:
        super().__init__(portfolio, horizon)
        self._wanted = asked
        self._changed: dict[int, Supply] = {}

    def supply(self, queue_id: int) -> Supply:
        """Return what a queue can take with the heads that were asked for."""
        if queue_id not in self._changed:
            self._changed[queue_id] = self._with(queue_id, super().supply(queue_id))
        return self._changed[queue_id]

    def _with(self, queue_id: int, there: Supply) -> Supply:
        queue = there.queue
        if queue is None:
            return there
        given = self.portfolio.queues[queue_id]
        more = self._wanted.numbers.get(f"heads-{queue_id}", 0.0)
        extra = self._wanted.numbers.get(f"extra-{queue_id}", 0.0)
        name = self._wanted.shifts.get(queue_id, "")
        place = next(
            (one for one in windows(given, queue.heads, self.horizon) if one.name == name), None
        )
        if more:
            queue = with_heads(queue, more)
            queue = replace(
                queue, capacity=queue.capacity.clip(min=0), heads=queue.heads.clip(min=0)
            )
        if extra and place is not None:
            queue = shifted(queue, [(place, round(extra))])
        return replace(there, queue=queue)


@dataclass(frozen=True)
class Choice:
    """A queue of the form: what holds today, and the shifts heads can be added to."""

    id: int
    key: str
    name: str
    handling: float | None
    share: float | None
    shifts: tuple[str, ...]


@dataclass(frozen=True)
class StepChoice:
    """An automated step of the form with the rates its route uses today."""

    id: int
    key: str
    name: str
    rates: Mapping[str, float]


@dataclass(frozen=True)
class Pair:
    """One queue today and with the changes."""

    name: str
    key: str
    now: QueueFact
    then: QueueFact | None
    now_state: str
    then_state: str | None
    missing: reading.Missing | None


@dataclass(frozen=True)
class WhatIf:
    """A launch today beside the launch with the changes."""

    launch: Launch
    asked: Asked
    phase: int
    starts_on: date | None
    share: float
    choices: tuple[Choice, ...]
    steps: tuple[StepChoice, ...]
    pairs: tuple[Pair, ...]
    # Languages with the changes, or today where nothing was changed.
    skills: tuple[SkillLine, ...]
    now: CapacityFacts
    then: CapacityFacts | None


def load(session: Session, actor: Asker, key: str, args: Mapping[str, str]) -> WhatIf:
    """Return what a launch does today and with the changes in the address; stores nothing.

    Raises NotFound if there is no such launch the reader may know of.
    """
    launch = get_launch(session, actor, key, load=[Launch.phases])
    assessor = reading.assessor_for(session, [launch.id])
    speech = reading.words_for(session, actor, assessor)
    names = speech.mechanisms
    given = assessor.portfolio.launches[launch.id]
    phase = _phase(given)
    now = assess(assessor, launch.id, phase)
    queues = [assessor.portfolio.queues[one.queue_id] for one in now.queues]
    steps = _steps(assessor, given, names)
    asked = read(args, queues, steps)
    then = None
    if asked.changes and not asked.problems:
        then = assess(changed(assessor, given, asked, phase), launch.id, phase)
    step = next((one for one in given.phases if one.position == phase), None)
    return WhatIf(
        launch=launch,
        asked=asked,
        phase=phase,
        starts_on=step.day if step else None,
        share=step.share if step else 1.0,
        choices=tuple(_choice(assessor, one, names) for one in queues),
        steps=steps,
        pairs=_pairs(now, then, names, launch.key),
        skills=tuple(skill_line(one, speech) for one in (then or now).skills),
        now=now,
        then=then,
    )


def _phase(launch: LaunchInput) -> int:
    """Return the first phase that is not live, else the last."""
    to_come = [one.position for one in launch.phases if one.live_on is None]
    return min(to_come, default=reading.last_phase(launch))


def _steps(
    assessor: Assessor, launch: LaunchInput, names: Mapping[str, str]
) -> tuple[StepChoice, ...]:
    """Return the automated steps on the launch's routes, each once."""
    found: dict[int, StepChoice] = {}
    for lane in launch.lanes:
        for part in lane.route:
            step = assessor.portfolio.steps.get(part.mechanism_id)
            if step is not None and step.id not in found:
                rates = {**step.rates, **part.rates}
                found[step.id] = StepChoice(step.id, step.key, names.get(step.key, step.key), rates)
    return tuple(found.values())


def read(
    args: Mapping[str, str], queues: list[QueueInput], steps: Sequence[StepChoice] = ()
) -> Asked:
    """Read the address; a value that cannot be is a problem at its field."""
    asked = Asked(typed=args)
    for step in steps:
        _read_rates(args, step, asked)
    for queue in queues:
        for name, (low, high) in LIMITS.items():
            at = f"{name}-{queue.id}"
            value = _number(args.get(at, ""), low, high, at, asked)
            if value is not None:
                asked.numbers[at] = value
        if args.get(f"shift-{queue.id}"):
            asked.shifts[queue.id] = args[f"shift-{queue.id}"]
    asked.volume = _number(args.get("volume", ""), *VOLUME, "volume", asked)
    if text := args.get("starts", "").strip():
        try:
            asked.starts = date.fromisoformat(text)
        except ValueError:
            asked.problems["starts"] = _("Write the day as 2026-12-01.")
    return asked


def _read_rates(args: Mapping[str, str], step: StepChoice, asked: Asked) -> None:
    for name in STEP_RATES:
        at = f"{name}-{step.id}"
        value = _number(args.get(at, ""), *RATE, at, asked)
        if value == 0 and name == "precision":
            asked.problems[at] = _("Precision is above 0.")
        elif value is not None:
            asked.numbers[at] = value


def _number(text: str, low: float, high: float, at: str, asked: Asked) -> float | None:
    if not text.strip():
        return None
    try:
        value = read_number(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:  # also refuses NaN
        asked.problems[at] = _(
            "Write a number from %(low)s to %(high)s.", low=f"{low:g}", high=f"{high:g}"
        )
        return None
    return value


def changed(assessor: Assessor, launch: LaunchInput, asked: Asked, phase: int) -> Changed:
    """Return what judges the portfolio with the changes."""
    there = assessor.portfolio
    queues = {number: _queue(one, asked) for number, one in there.queues.items()}
    factor = 1.0 if asked.volume is None else asked.volume / 100
    lanes = tuple(_lane(one, factor, asked) for one in launch.lanes)
    moved = replace(launch, lanes=lanes, phases=_moved(launch, asked, phase))
    launches = {**there.launches, launch.id: moved}
    return Changed(replace(there, queues=queues, launches=launches), assessor.horizon, asked)


def _queue(given: QueueInput, asked: Asked) -> QueueInput:
    seconds = asked.numbers.get(f"aht-{given.id}", given.handling_seconds)
    share = asked.numbers.get(f"share-{given.id}")
    return replace(
        given,
        handling_seconds=seconds,
        review_share=given.review_share if share is None else share / 100,
    )


def _lane(given: LaneInput, factor: float, asked: Asked) -> LaneInput:
    route = tuple(
        replace(part, rates={**part.rates, **_rates(asked, part.mechanism_id)})
        for part in given.route
    )
    return replace(
        given,
        likely=given.likely * factor,
        low=None if given.low is None else given.low * factor,
        high=None if given.high is None else given.high * factor,
        route=route,
    )


def _rates(asked: Asked, number: int) -> dict[str, float]:
    """Return the rates of a step that were asked for."""
    found = {
        name: asked.numbers[at] / 100
        for name in STEP_RATES
        if (at := f"{name}-{number}") in asked.numbers
    }
    if (seconds := asked.numbers.get(f"aht-{number}")) is not None:
        found["handling_seconds"] = seconds
    return found


def _moved(launch: LaunchInput, asked: Asked, phase: int) -> tuple[PhaseInput, ...]:
    """Move the judged phase to another day, and those after it as far."""
    step = next((one for one in launch.phases if one.position == phase), None)
    if asked.starts is None or step is None:
        return launch.phases
    by = None if step.starts_on is None else asked.starts - step.starts_on
    return tuple(_later(one, phase, by, asked.starts) for one in launch.phases)


def _later(one: PhaseInput, phase: int, by: timedelta | None, day: date) -> PhaseInput:
    if one.position < phase or one.live_on is not None:
        return one
    if one.position == phase:
        return replace(one, starts_on=day)
    if by is None or one.starts_on is None:
        return one
    return replace(one, starts_on=one.starts_on + by)


def _choice(assessor: Assessor, given: QueueInput, names: Mapping[str, str]) -> Choice:
    there = assessor.supply(given.id).queue
    found = () if there is None else windows(given, there.heads, assessor.horizon)
    return Choice(
        id=given.id,
        key=given.key,
        name=names.get(given.key, given.key),
        handling=given.handling_seconds,
        share=given.review_share,
        shifts=tuple(one.name for one in found),
    )


def _pairs(
    now: CapacityFacts, then: CapacityFacts | None, names: Mapping[str, str], launch_key: str
) -> tuple[Pair, ...]:
    later = {one.queue_id: one for one in then.queues} if then else {}
    return tuple(
        Pair(
            name=names.get(one.key, one.key),
            key=one.key,
            now=one,
            then=(after := later.get(one.queue_id)),
            now_state=STATUS[one.result],
            then_state=STATUS[after.result] if after else None,
            missing=reading.missing((after or one).why, one.key, launch_key),
        )
        for one in now.queues
    )
