"""Another threshold for a classifier: what other rates would bring, beside those of today."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.capacity.assess import Assessor
from roadmap.capacity.gather import leaning_on
from roadmap.capacity.inputs import LaneInput, LaunchInput
from roadmap.errors import NotFound
from roadmap.launches.access import visible_ids
from roadmap.launches.models import Launch
from roadmap.mechanisms.kinds import AUTOMATED_KINDS
from roadmap.mechanisms.models import Mechanism
from roadmap.mechanisms.queries import get_mechanism
from roadmap.overview import capacity_reading as reading
from roadmap.overview.flow_page import Lane, lane
from roadmap.overview.speech import Speech
from roadmap.web.i18n import _

RATES = ("recall", "precision", "pass_share")


@dataclass(frozen=True)
class Line:
    """One lane over the classifier: a week at full traffic today and with the other rates."""

    key: str
    title: str
    now: Lane
    then: Lane | None
    harm_now: float | None
    harm_then: float | None


@dataclass(frozen=True)
class Threshold:
    """A classifier with the rates of today, those asked for, and what both do."""

    mechanism: Mechanism
    today: Mapping[str, float]
    typed: Mapping[str, str]
    problems: Mapping[str, str]
    lines: tuple[Line, ...]
    changed: bool
    routes_missing: bool
    asked: Mapping[str, float] = field(default_factory=dict)


def load(session: Session, actor: Actor, key: str, args: Mapping[str, str]) -> Threshold:
    """Return what a classifier does with today's rates and with those in the address.

    Raises NotFound for what is no automated step. Only launches the reader may know of count.
    """
    mechanism = get_mechanism(session, actor, key)
    if mechanism.kind not in AUTOMATED_KINDS:
        raise NotFound(_("%(key)s decides nothing by itself, so it has no threshold.", key=key))
    leaning = session.scalars(leaning_on(mechanism.id)).all()
    ids = sorted(visible_ids(session, actor, leaning))
    assessor = reading.assessor_for(session, ids)
    speech = reading.words_for(session, actor, assessor)
    pairs = [
        (assessor.portfolio.launches[number], one)
        for number in ids
        for one in assessor.portfolio.launches[number].lanes
        if any(part.mechanism_id == mechanism.id for part in one.route)
    ]
    step = assessor.portfolio.steps.get(mechanism.id)
    today = _today(dict(step.rates) if step else {}, pairs, mechanism.id)
    asked, problems = read(args)
    changed = bool(asked) and not problems
    return Threshold(
        mechanism=mechanism,
        today=today,
        typed=args,
        problems=problems,
        lines=tuple(
            _line(assessor, launch, one, speech, mechanism.id, asked if changed else {})
            for launch, one in pairs
        ),
        changed=changed,
        routes_missing=not pairs,
        asked=asked,
    )


def _today(
    rates: dict[str, float], pairs: list[tuple[LaunchInput, LaneInput]], number: int
) -> dict[str, float]:
    """Return the rates the owner states; where they state none, those of the first route."""
    stated = {name: rates[name] for name in RATES if name in rates}
    for _launch, one in pairs:
        for part in one.route:
            if part.mechanism_id == number:
                return {**{n: part.rates[n] for n in RATES if n in part.rates}, **stated}
    return stated


def read(args: Mapping[str, str]) -> tuple[dict[str, float], dict[str, str]]:
    """Read rates in percent from the address, with what is wrong by field."""
    found: dict[str, float] = {}
    problems: dict[str, str] = {}
    for name in RATES:
        text = args.get(name, "").strip()
        if not text:
            continue
        try:
            value = float(text) / 100
        except ValueError:
            value = float("nan")
        if not 0 <= value <= 1 or (name == "precision" and value == 0):
            problems[name] = _("Write a percentage from 0 to 100; precision is above 0.")
        else:
            found[name] = value
    return found, problems


def _line(
    assessor: Assessor,
    launch: LaunchInput,
    given: LaneInput,
    speech: Speech,
    number: int,
    asked: Mapping[str, float],
) -> Line:
    now = lane(assessor, launch, given, 1.0, speech, speech, {})
    then = None
    if asked:
        route = tuple(
            replace(part, rates={**part.rates, **asked}) if part.mechanism_id == number else part
            for part in given.route
        )
        then = lane(assessor, launch, replace(given, route=route), 1.0, speech, speech, {})
    return Line(
        key=f"{Launch.key_prefix}-{launch.id}",
        title=speech.launches[launch.id],
        now=now,
        then=then,
        harm_now=_harm(launch, now),
        harm_then=_harm(launch, then),
    )


def _harm(launch: LaunchInput, one: Lane | None) -> float | None:
    """Return wrongful actions a week per 1,000 active sellers."""
    if one is None or one.totals is None or not launch.active_sellers:
        return None
    return one.totals.result.false_actions / launch.active_sellers * 1000
