"""Rules of sites, mechanisms and their evidence that an imported file must keep."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap import clock
from roadmap.exchange.workspace.fit_lists import repeats
from roadmap.exchange.workspace.parts_mechanisms import MeasurementPart, MechanismPart
from roadmap.exchange.workspace.problems import Problem, shown
from roadmap.exchange.workspace.reading import Reading
from roadmap.mechanisms.evidence import measurement_problem
from roadmap.mechanisms.facts import MeasurementFact, Stratum
from roadmap.mechanisms.fields import fields_of
from roadmap.mechanisms.kinds import AUTOMATED_KINDS
from roadmap.mechanisms.models import Configuration
from roadmap.taxonomy.scope import ScopePattern
from roadmap.web.i18n import _

# Settings of some kinds, as a file calls them; on any other kind they must say nothing.
_SOME_KINDS = {
    "site": "site_id",
    "routes_to": "routes_to_id",
    "max_daily_actions": "max_daily_actions",
    "quota_per_minute": "quota_per_minute",
    "quota_exhausted": "quota_exhausted",
    "unit_price_micros": "unit_price_micros",
    "kill_switch_minutes": "kill_switch_minutes",
    "receives_all": "receives_all",
    "automated_only": "automated_only",
}


def problems(session: Session, reading: Reading) -> Iterator[Problem]:
    """Yield what does not fit in the sites and mechanisms of the file."""
    for place, site in reading.parts.get("sites", []):
        yield from repeats(f"sites[{place}].markets", site.markets)
    stored = _stored_labels(session)
    for place, one in reading.parts.get("mechanisms", []):
        path = f"mechanisms[{place}]"
        yield from _mechanism(path, one)
        known = stored[int(one.key.partition("-")[2])] | {c.label for c in one.configurations}
        current = one.current_configuration
        if current is not None and current not in known:
            yield Problem(
                f"{path}.current_configuration",
                _("%(label)s is not one of its configurations", label=shown(current)),
            )
        yield from _evidence(path, one, known)


def _stored_labels(session: Session) -> defaultdict[int, set[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for number, label in session.execute(select(Configuration.mechanism_id, Configuration.label)):
        found[number].add(label)
    return found


def _mechanism(path: str, one: MechanismPart) -> Iterator[Problem]:
    allowed = fields_of(one.kind)
    for name, column in _SOME_KINDS.items():
        if column not in allowed and getattr(one, name):
            yield Problem(
                f"{path}.{name}", _("a %(kind)s has no such setting", kind=one.kind.value)
            )
    if one.kind in AUTOMATED_KINDS and one.staffed_until is not None:
        yield Problem(f"{path}.staffed_until", _("only what people do is staffed"))
    if one.routes_to == one.key:
        yield Problem(f"{path}.routes_to", _("is the mechanism itself"))
    if one.unit_price_micros is not None and one.currency is None:
        yield Problem(f"{path}.currency", _("is missing: a price needs its currency"))
    yield from repeats(f"{path}.configurations", (c.label for c in one.configurations))
    yield from repeats(f"{path}.coverage", one.coverage)
    yield from repeats(
        f"{path}.certifications", ((c.policy, c.language, c.site) for c in one.certifications)
    )


def _evidence(path: str, one: MechanismPart, labels: set[str]) -> Iterator[Problem]:
    seen: dict[object, tuple[int, MeasurementPart]] = {}
    # By what was measured and when that was recorded.
    places: dict[object, set[int]] = {}
    for place, row in enumerate(one.measurements):
        places.setdefault((measured(row), row.recorded_at), set()).add(place)
    now = clock.now()
    for place, row in enumerate(one.measurements):
        at = f"{path}.measurements[{place}]"
        if row.configuration is not None and row.configuration not in labels:
            yield Problem(
                f"{at}.configuration",
                _("%(label)s is not one of its configurations", label=shown(row.configuration)),
            )
        if one.kind in AUTOMATED_KINDS and row.configuration is None:
            yield Problem(
                f"{at}.configuration", _("is missing: evidence belongs to one configuration")
            )
        yield from _row(at, row, now)
        by = row.void.corrected_by if row.void is not None else None
        found = places.get((measured(row), by), set())
        if by is not None and (len(found) != 1 or place in found):
            yield Problem(
                f"{at}.void.corrected_by",
                _("is when no other row of the same slice, window and source was recorded"),
            )
        if row.void is None:
            first = seen.setdefault(measured(row), (place, row))[1]
            if (first.numerator, first.denominator) != (row.numerator, row.denominator):
                yield Problem(
                    at,
                    _(
                        "says otherwise than measurements[%(first)s] of the same slice, window and "
                        "source; void the wrong one",
                        first=seen[measured(row)][0],
                    ),
                )


def measured(row: MeasurementPart) -> object:
    """Return what a row measured and what its source calls it: a correction shares it."""
    return (
        row.configuration,
        row.policy,
        row.slice,
        row.metric,
        row.window_start,
        row.window_end,
        row.source,
        row.external_key,
    )


def _row(at: str, row: MeasurementPart, now: datetime) -> Iterator[Problem]:
    problem = measurement_problem(_fact(row, now), now.date())
    if problem is not None:
        yield Problem(at, problem.text(_))
    for name, moment in (("observed_at", row.observed_at), ("recorded_at", row.recorded_at)):
        if moment is not None and moment > now:
            yield Problem(f"{at}.{name}", _("has not happened yet"))
    if row.void is not None and row.void.voided_at > now:
        yield Problem(f"{at}.void.voided_at", _("has not happened yet"))


def _fact(row: MeasurementPart, now: datetime) -> MeasurementFact:
    """Return the row as the rules of evidence read it; its ids say nothing here."""
    return MeasurementFact(
        id=0,
        mechanism_id=0,
        configuration_digest="",
        scope=ScopePattern(),
        metric=row.metric,
        numerator=row.numerator,
        denominator=row.denominator,
        window_start=row.window_start,
        window_end=row.window_end,
        sampling=row.sampling,
        label_source=row.label_source,
        recorded_at=now,
        strata=tuple(
            Stratum(population=s.population, sampled=s.n, positives=s.positives, found=s.found)
            for s in row.strata or ()
        ),
    )
