"""What pages say of metrics outside their limits: charts, sentences, and the report to begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.mechanisms.control import Chart, Rule, State
from roadmap.mechanisms.control_gather import Found, charts
from roadmap.mechanisms.control_picture import Picture, picture, read, stored
from roadmap.mechanisms.control_queries import Signal, signals_of
from roadmap.mechanisms.control_service import scope_of
from roadmap.mechanisms.kept_models import MetricSignal
from roadmap.mechanisms.models import Certification, Configuration, Mechanism
from roadmap.mechanisms.wording import METRICS
from roadmap.taxonomy.queries import Options
from roadmap.web.i18n import _
from roadmap.web.templating import day, percent


@dataclass(frozen=True)
class Card:
    """One series: what it is of, what is said of it, its drawing, its signal if it has one."""

    title: str
    says: str
    picture: Picture | None
    signal: Signal | None
    state: State
    worse: bool


def signal_cards(session: Session, mechanism: Mechanism, offered: Options) -> list[Card]:
    """Return what is outside its limits of a mechanism, one statement."""
    return [
        Card(
            title=_title(one.found.metric, scope_of(one.found), offered),
            says=says(one.found),
            picture=picture(read(one.found.points), one.found.centre),
            signal=one,
            state=State.OUT,
            worse=one.found.worse,
        )
        for one in signals_of(session, mechanism.id, clock.today())
    ]


def series_cards(session: Session, mechanism: Mechanism, offered: Options) -> list[Card]:
    """Return every series of what runs with its chart, those outside first; three statements."""
    today = clock.today()
    signals = {one.found.series: one for one in signals_of(session, mechanism.id, today)}
    running = session.scalar(
        select(Configuration.id).where(
            Configuration.mechanism_id == mechanism.id, Configuration.is_current
        )
    )
    found = [
        one
        for one in charts(session, [mechanism.id], today)
        if one.series.configuration_id in (None, running)
    ]
    order = {State.OUT: 0, State.IN: 1, State.FEW: 2}
    found.sort(key=lambda one: (order[one.chart.state], one.series.metric, one.series.key))
    return [_card(one, signals.get(one.series.key), offered) for one in found]


def _card(found: Found, signal: Signal | None, offered: Options) -> Card:
    series, chart = found.series, found.chart
    scope = {name: getattr(series.scope, name) for name in _PARTS}
    drawn = None
    if chart.centre is not None:
        drawn = picture(read(stored(chart)), chart.centre)
    return Card(
        title=_title(series.metric, scope, offered),
        says=says(signal.found) if signal is not None else _says_of(chart),
        picture=drawn,
        signal=signal,
        state=chart.state,
        worse=found.worse and chart.state is State.OUT,
    )


_PARTS = ("market", "language", "surface", "policy_area")


def _title(metric: Any, scope: Mapping[str, str | None], offered: Options) -> str:
    names = [offered.name(part, code) for part in _PARTS if (code := scope[part])]
    return f"{_(METRICS[metric])}, {', '.join(names) or _('all items together')}"


def says(found: MetricSignal) -> str:
    """Return in one sentence how a metric left its limits."""
    values = {
        "share": percent(found.share),
        "labels": f"{found.labelled:,}",
        "day": day(found.until),
        "since": day(found.since),
        "centre": percent(found.centre),
        "lower": percent(found.lower),
        "upper": percent(found.upper),
    }
    if found.rule == Rule.RUN:
        if found.share < found.centre:
            return _(
                "Below its usual %(centre)s in eight periods or more, since %(since)s.", **values
            )
        return _("Above its usual %(centre)s in eight periods or more, since %(since)s.", **values)
    if found.labelled:
        return _("%(share)s of %(labels)s on %(day)s; usual are %(lower)s to %(upper)s.", **values)
    return _("%(share)s on %(day)s; usual are %(lower)s to %(upper)s.", **values)


def _says_of(chart: Chart) -> str:
    if chart.state is State.FEW:
        return _("Too few periods to know what is usual: 9 with 20 labels or more are needed.")
    if chart.state is State.OUT:
        return _("Outside what is usual; its page says so within ten minutes.")
    return _("Around %(centre)s.", centre=percent(chart.centre or 0.0))


def report_begun(
    session: Session, mechanism: Mechanism, found: MetricSignal, offered: Options, link: str
) -> dict[str, Any]:
    """Return what the form of a problem report begins with, as its address carries it."""
    scope = scope_of(found)
    title = _title(found.metric, scope, offered)
    values = {"name": mechanism.name, "key": mechanism.key, "title": title, "says": says(found)}
    begun: dict[str, Any] = {
        "kind": "problem_report",
        "title": _("%(title)s left its usual range (%(key)s)", **values),
        "problem": _("%(name)s (%(key)s). %(title)s: %(says)s", **values),
        "outcome": _("The cause is known, and the metric is back within its limits."),
        "links": link,
        "people_affected": heads_of(session, mechanism) or None,
    }
    for part, plural in zip(
        _PARTS, ("markets", "languages", "surfaces", "policy_areas"), strict=True
    ):
        begun[plural] = scope[part]
    return {name: value for name, value in begun.items() if value is not None}


def heads_of(session: Session, mechanism: Mechanism) -> int:
    """Return how many people work with a mechanism: certified for its queue, or where it routes.

    The same people may be certified on several guideline versions, so of each language the
    greatest number counts.
    """
    numbers = [one for one in (mechanism.id, mechanism.routes_to_id) if one is not None]
    today: date = clock.today()
    most = (
        select(func.sum(Certification.heads).label("heads"))
        .where(
            Certification.mechanism_id.in_(numbers),
            or_(Certification.expires_on.is_(None), Certification.expires_on >= today),
        )
        .group_by(
            Certification.mechanism_id,
            Certification.language_code,
            Certification.policy_version_id,
        )
        .add_columns(Certification.mechanism_id, Certification.language_code)
        .subquery()
    )
    per_language = (
        select(func.max(most.c.heads).label("heads"))
        .group_by(most.c.mechanism_id, most.c.language_code)
        .subquery()
    )
    return session.scalar(select(func.sum(per_language.c.heads))) or 0
