"""Rules of staffing, loads, routes and limits that an imported file must keep."""

from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.capacity import lanes, plans, values
from roadmap.errors import Invalid
from roadmap.exchange.workspace import parts_capacity as parts
from roadmap.exchange.workspace.fit_lists import repeats
from roadmap.exchange.workspace.load_capacity import minutes_of
from roadmap.exchange.workspace.parts_launches import ForecastPart, LaunchPart
from roadmap.exchange.workspace.parts_lists import CalendarPart
from roadmap.exchange.workspace.parts_mechanisms import MechanismPart
from roadmap.exchange.workspace.problems import Problem
from roadmap.exchange.workspace.reading import Reading
from roadmap.mechanisms.kinds import AUTOMATED_KINDS, HUMAN_KINDS, MechanismKind
from roadmap.mechanisms.models import Mechanism
from roadmap.web.i18n import _

Kinds = Mapping[str, MechanismKind]


def problems(session: Session, reading: Reading) -> Iterator[Problem]:
    """Yield what does not fit in what capacity is computed from."""
    for place, entry in reading.parts.get("calendar", []):
        yield from _campaign(f"calendar[{place}]", entry)
    for place, site in reading.parts.get("sites", []):
        yield from repeats(f"sites[{place}].holidays", (one.day for one in site.holidays))
    for place, one in reading.parts.get("mechanisms", []):
        yield from _mechanism(f"mechanisms[{place}]", one)
    kinds = _kinds(session, reading)
    for place, launch in reading.parts.get("launches", []):
        yield from _launch(f"launches[{place}]", launch, kinds)


def _kinds(session: Session, reading: Reading) -> Kinds:
    """Return the kind of each mechanism the database or the file has, the file's counting."""
    found = {
        f"{Mechanism.key_prefix}-{row.id}": row.kind
        for row in session.execute(select(Mechanism.id, Mechanism.kind))
    }
    found |= {one.key: one.kind for _place, one in reading.parts.get("mechanisms", [])}
    return found


def _refusal(path: str, command: Callable[[], object]) -> Iterator[Problem]:
    """Yield what a check of the pages says against values of the file."""
    try:
        command()
    except Invalid as error:
        for name, sentence in error.fields.items():
            yield Problem(f"{path}.{name}", str(sentence))
        if not error.fields:
            yield Problem(path, error.message)


def _campaign(path: str, entry: CalendarPart) -> Iterator[Problem]:
    load = entry.load
    if load is None:
        return
    if entry.kind != "campaign":
        yield Problem(f"{path}.load", _("only a campaign changes what arrives"))
    yield from _refusal(f"{path}.load", lambda: values.day_profile("profile", load.profile))


def _mechanism(path: str, one: MechanismPart) -> Iterator[Problem]:
    people = one.kind in HUMAN_KINDS
    named = ("staffing", "shifts", "throughput", "backlog", "base_load")
    for name in ("rates",) if people else named:
        if getattr(one, name):
            words = _("a %(kind)s has no such setting", kind=one.kind.value)
            yield Problem(f"{path}.{name}", words)
    staffing = one.staffing
    if staffing is not None:
        given = {name: getattr(staffing, name) for name in plans.PLAN_DEFAULTS}
        yield from _refusal(f"{path}.staffing", lambda: plans.checked_plan(one.kind, given))
        yield from _refusal(f"{path}.staffing", lambda: plans.check_money(staffing))
        yield from _refusal(f"{path}.staffing", lambda: plans.check_patience(staffing))
    if one.rates is not None:
        for name in one.rates.rates:
            if name not in plans.STEP_RATES:
                yield Problem(f"{path}.rates.rates.{name}", _("is a rate of people's work"))
        rates = {str(name): value for name, value in one.rates.rates.items()}
        yield from _refusal(f"{path}.rates.rates", lambda: plans.step_rates(rates))
    for place, shift in enumerate(one.shifts):
        yield from _shift(f"{path}.shifts[{place}]", shift)
    yield from repeats(f"{path}.throughput", (t.week for t in one.throughput))
    if one.backlog is not None and one.backlog.counted_at > clock.now():
        yield Problem(f"{path}.backlog.counted_at", _("has not happened yet"))
    yield from _loads(path, one)


def _shift(path: str, shift: parts.ShiftPart) -> Iterator[Problem]:
    if shift.last_day < shift.first_day:
        yield Problem(f"{path}.last_day", _("lies before the first day"))
    if shift.present is not None and shift.present > shift.rostered:
        yield Problem(f"{path}.present", _("is more than rostered"))
    if minutes_of(shift.starts) >= 24 * 60:
        yield Problem(f"{path}.starts", _("is the next day: write 00:00"))
    if minutes_of(shift.ends) > 24 * 60:
        yield Problem(f"{path}.ends", _("is after 24:00"))
    yield from repeats(f"{path}.weekdays", shift.weekdays)
    yield from repeats(f"{path}.languages", shift.languages)


def _loads(path: str, one: MechanismPart) -> Iterator[Problem]:
    yield from repeats(f"{path}.base_load", (load.language for load in one.base_load))
    if len(one.base_load) > 1 and any(load.language is None for load in one.base_load):
        yield Problem(
            f"{path}.base_load",
            _("has a load of all languages beside single ones: they would count twice"),
        )
    for place, load in enumerate(one.base_load):
        at, hours = f"{path}.base_load[{place}]", load.profile
        yield from _refusal(at, lambda hours=hours: values.profile("profile", hours))  # type: ignore[misc]
        if load.measured_until > clock.today():
            yield Problem(f"{at}.measured_until", _("has not happened yet"))


def _launch(path: str, launch: LaunchPart, kinds: Kinds) -> Iterator[Problem]:
    for place, lane in enumerate(launch.forecasts):
        yield from _lane(f"{path}.forecasts[{place}]", lane, kinds)
    names = [one.mechanism for one in launch.handling_changes]
    yield from repeats(f"{path}.handling_changes", names)
    for name in ("handling_changes", "sweeps"):
        for place, one in enumerate(getattr(launch, name)):
            if kinds.get(one.mechanism) in AUTOMATED_KINDS:
                yield Problem(f"{path}.{name}[{place}].mechanism", _("is no queue people work"))
    for place, sweep in enumerate(launch.sweeps):
        if sweep.from_phase > max(1, len(launch.phases)):
            yield Problem(
                f"{path}.sweeps[{place}].from_phase",
                _("there is no phase %(phase)s", phase=sweep.from_phase),
            )
    if launch.limits is not None:
        yield from _limits(f"{path}.limits", launch.limits)


def _lane(path: str, lane: ForecastPart, kinds: Kinds) -> Iterator[Problem]:
    hours = lane.hours
    if hours is not None:
        yield from _refusal(
            f"{path}.hours",
            lambda: (values.profile("profile", hours.profile), values.zone("zone", hours.zone)),
        )
    if len(lane.route) > lanes.MOST_STEPS:
        yield Problem(f"{path}.route", _("has more than %(most)s steps", most=lanes.MOST_STEPS))
    for place, step in enumerate(lane.route):
        yield from _step(f"{path}.route[{place}]", step, kinds.get(step.mechanism))


def _limits(path: str, limits: parts.LimitsPart) -> Iterator[Problem]:
    if limits.budget is not None and limits.currency is None:
        yield Problem(f"{path}.currency", _("is missing: a budget needs its currency"))
    if limits.wrongful_per_thousand is not None and limits.active_sellers is None:
        yield Problem(f"{path}.active_sellers", _("is missing: the limit is per 1,000"))
    yield from _refusal(path, lambda: values.currency("currency", limits.currency))


def _step(path: str, step: parts.RouteStepPart, kind: MechanismKind | None) -> Iterator[Problem]:
    if kind is None:
        return
    for name, value in step.rates.items():
        yield from _refusal(
            f"{path}.rates",
            lambda name=name, value=value: lanes.checked_rate(name, name, value, kind),  # type: ignore[misc]
        )
